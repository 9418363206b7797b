/** Where things are kept, for whom, and what is said when they cannot be. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clone, isRoot, makeClone, processesOf, project } from '../support/bootstrap-clone.ts';
import { bootstrap } from '../support/bootstrap-modules.ts';
import { start, stop } from '../support/bootstrap-start.ts';

const mode = (path: string) => statSync(path).mode & 0o777;

describe("in root's closed home", () => {
  let clone: Clone;
  before(async function () {
    if (!isRoot) this.skip();
    clone = await makeClone({ mode: 0o700 });
  });
  after(async () => await (clone as Clone | undefined)?.remove());

  it('Postgres runs as another user from a folder outside that shows only what it needs', async () => {
    const running = await (await start(clone)).ready();
    assert.ok(running.out().includes(`data in ${clone.outside}`));
    assert.deepEqual([mode(clone.outside), statSync(clone.outside).uid], [0o711, 0]);
    const data = join(clone.outside, 'postgres', 'data');
    assert.equal(mode(data), 0o700);
    assert.notEqual(statSync(data).uid, 0);
    const programs = readdirSync(clone.outside).filter((name) => name.startsWith('postgres-'));
    assert.equal(statSync(join(clone.outside, programs[0] ?? '', 'bin', 'postgres')).uid, 0);
    const postgres = clone.recorded().find(({ kind }) => kind === 'postgres');
    assert.equal(statSync(`/proc/${postgres?.pid ?? 0}`).uid, statSync(data).uid);
    assert.equal(mode(clone.file('var', 'secrets')), 0o700);
    assert.equal(existsSync(join(clone.outside, 'secrets')), false);
    await stop(running);
  });

  it('finds the same data there again, even when the home was opened since', async () => {
    chmodSync(clone.path, 0o755);
    const running = await (await start(clone)).ready();
    assert.ok(running.out().includes(`data in ${clone.outside}`));
    assert.doesNotMatch(running.out(), /Creating the database/);
    await stop(running);
    chmodSync(clone.path, 0o700);
  });

  it('does not use a folder there that someone else prepared', async () => {
    rmSync(clone.outside, { recursive: true });
    const trap = mkdtempSync(join(tmpdir(), 'conclave-trap-'));
    const { sharedFolder } = await bootstrap('paths');
    const lures = [
      () => symlinkSync(trap, clone.outside),
      () => {
        mkdirSync(clone.outside);
        chmodSync(clone.outside, 0o777);
      },
      () => {
        mkdirSync(clone.outside, { mode: 0o700 });
        spawnSync('chown', ['65534', clone.outside]);
      },
    ];
    for (const lure of lures) {
      lure();
      assert.throws(
        () => sharedFolder(clone.path),
        /is not a folder that only this user can write/,
      );
      rmSync(clone.outside, { recursive: true });
    }
    symlinkSync(trap, clone.outside);
    const refused = await start(clone);
    assert.equal(await refused.ended(), 1);
    assert.match(refused.err(), /is not used\. Remove it, or set CONCLAVE_STATE_DIR/);
    assert.deepEqual(readdirSync(trap), []);
    rmSync(trap, { recursive: true });
    rmSync(clone.outside);
  });
});

describe('as an ordinary user', () => {
  let clone: Clone;
  const uid = 65534;
  before(async function () {
    const reads = spawnSync('ls', [join(project, 'node_modules')], {
      uid,
      gid: uid,
      stdio: 'ignore',
    });
    if (!isRoot || reads.status !== 0) this.skip();
    clone = await makeClone({ owner: uid, mode: 0o700 });
  });
  after(async () => await (clone as Clone | undefined)?.remove());

  it('everything stays in the clone and belongs to that user', async () => {
    const running = await (await start(clone, { uid })).ready();
    for (const { kind, pid } of clone.recorded())
      assert.equal(statSync(`/proc/${pid}`).uid, uid, kind);
    assert.equal(statSync(clone.file('var', 'postgres', 'data')).uid, uid);
    assert.equal(existsSync(clone.outside.replace(/0$/, String(uid))), false);
    assert.equal(await stop(running), 0);
    assert.deepEqual(processesOf(clone.path), []);
  });

  it('root takes over with the user the data belongs to', async () => {
    const running = await (await start(clone)).ready();
    const postgres = clone.recorded().find(({ kind }) => kind === 'postgres');
    assert.equal(statSync(`/proc/${postgres?.pid ?? 0}`).uid, uid);
    await stop(running);
  });
});

describe('data that is not ours to change', () => {
  let clone: Clone;
  before(async () => (clone = await makeClone()));
  after(async () => await clone.remove());

  const data = (...names: string[]) => clone.file('var', 'postgres', 'data', ...names);

  it('of another version of Postgres is refused and not touched', async () => {
    await stop(await (await start(clone)).ready());
    writeFileSync(data('PG_VERSION'), '15\n');
    const before = spawnSync('sh', ['-c', 'find . -type f | sort | xargs cksum'], { cwd: data() });
    const refused = await start(clone);
    assert.equal(await refused.ended(), 1);
    assert.match(
      refused.err(),
      /was made by PostgreSQL 15; this version brings PostgreSQL \d+\. It was not touched/,
    );
    const after = spawnSync('sh', ['-c', 'find . -type f | sort | xargs cksum'], { cwd: data() });
    assert.deepEqual(after.stdout, before.stdout);
    writeFileSync(data('PG_VERSION'), '18\n');
  });

  it('is not opened with new keys when the old ones are missing', async () => {
    const keys = clone.file('var', 'secrets', 'root-keys.json');
    const content = readFileSync(keys, 'utf8');
    rmSync(keys);
    const refused = await start(clone);
    assert.equal(await refused.ended(), 1);
    assert.match(
      refused.err(),
      /root-keys\.json is missing, but the database at .* was written with it/,
    );
    assert.equal(existsSync(keys), false);
    writeFileSync(keys, content, { mode: 0o600 });
    await stop(await (await start(clone)).ready());
  });

  it('is refused when the folder holds something else', async () => {
    rmSync(data(), { recursive: true });
    mkdirSync(data(), { mode: 0o700 });
    writeFileSync(data('thesis.txt'), 'not a database');
    const refused = await start(clone);
    assert.equal(await refused.ended(), 1);
    assert.match(
      refused.err(),
      /is not empty and is not a Postgres data folder\. It was not touched/,
    );
    assert.equal(readFileSync(data('thesis.txt'), 'utf8'), 'not a database');
  });
});

describe('on a full disk', () => {
  let clone: Clone;
  let disk: string;
  before(async function () {
    disk = mkdtempSync(join(tmpdir(), 'conclave-disk-'));
    const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=755', 'tmpfs', disk]);
    if (mount.status !== 0) {
      rmSync(disk, { recursive: true });
      this.skip();
    }
    clone = await makeClone();
  });
  after(async () => {
    await (clone as Clone | undefined)?.remove();
    if (existsSync(disk)) {
      spawnSync('umount', [disk]);
      rmSync(disk, { recursive: true });
    }
  });

  it('no secret is left half written', async () => {
    const filler = join(disk, 'filler');
    spawnSync('sh', ['-c', 'head -c 8m /dev/zero > "$1"', 'sh', filler]);
    mkdirSync(join(disk, 'secrets'), { mode: 0o700 });
    const { ensureSecrets } = await bootstrap('secrets');
    const folder = join(disk, 'secrets');
    assert.throws(
      () => ensureSecrets({ folder, env: {} }),
      /^Error: The disk is full: .*root-keys\.json could not/,
    );
    assert.deepEqual(readdirSync(folder), []);
    rmSync(filler);
  });

  it('the database is not begun, it says so, and with space it starts', async () => {
    const env = { CONCLAVE_STATE_DIR: disk };
    const refused = await start(clone, { env });
    assert.equal(await refused.ended(), 1);
    assert.match(
      refused.err(),
      /^The disk is full: .* Free some space and start again; nothing was damaged\.\n$/,
    );
    assert.deepEqual(readdirSync(join(disk, 'postgres')), []);
    spawnSync('mount', ['-o', 'remount,size=400m', disk]);
    const running = await (await start(clone, { env })).ready();
    assert.ok(lstatSync(join(disk, 'postgres', 'data')).isDirectory());
    assert.equal(existsSync(clone.file('var', 'postgres')), false);
    assert.equal(await stop(running), 0);
  });
});
