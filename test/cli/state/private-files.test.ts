/** What is kept on the machine is its owner's alone, whole after a crash, and not used when it is not private. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { folderStorage, sweep } from '../../../src/cli/state/folder-storage.ts';
import { isRoot } from '../../support/bootstrap-clone.ts';
import { HOUR } from '../../support/hand-clock.ts';
import { World } from '../../support/world.ts';
import { done, failure, Machinery, machine, newcomer, type Somebody } from '../support.ts';

describe('the conclave command: what it keeps', () => {
  let world: World;
  let home: Machinery;
  let ada: Somebody;
  before(async () => {
    world = await World.create();
  });
  beforeEach(async () => {
    home = new Machinery();
    ada = await newcomer(home, world, 'Ada', 'default');
  });
  afterEach(() => home.end());
  after(() => world.end());

  const folder = () => join(home.home, 'state', 'default', encodeURIComponent(world.url));
  const session = () => join(folder(), 'session.json');
  const whoami = () => home.here(['whoami', '--json']);
  const refused = async (says: RegExp) => {
    const refusal = await failure(whoami());
    assert.deepEqual([refusal['code'], refusal['ending']], ['state_not_private', 5]);
    assert.match(String(refusal['message']), says);
  };

  it('is in files of 0600 and folders of 0700, whatever the umask, and nothing is left unfinished', async () => {
    const umask = process.umask(0);
    try {
      await newcomer(home, world, 'Bob');
      await done(home.here(['create', 'Garden']));
      await done(home.here(['send', 'Garden', 'Hello']));
      await done(home.here(['history', 'Garden']));
    } finally {
      process.umask(umask);
    }
    const files = home.files();
    assert.ok(files.some(({ path }) => path.endsWith('session.json')));
    for (const { path, mode } of files)
      assert.equal(mode, /\.json$/.test(path) ? 0o600 : 0o700, path);
    assert.deepEqual(
      files.filter(({ path }) => /unfinished|\.lock/.test(path)),
      [],
    );
  });

  it('is not used when others can read it; signing in anew makes it private again', async () => {
    chmodSync(session(), 0o640);
    await refused(
      /^Others can read \S+session\.json \(mode 640\), so it is not used\. .*chmod 600/,
    );
    const who = ['--email', ada.email, '--workspace', world.slug, '--password-stdin'];
    await done(home.here(['sign-in', ...who], { input: ada.password }));
    await done(whoami());
    chmodSync(folder(), 0o755);
    await refused(/^Others can enter \S+ \(mode 755\), so it is not used\. .*chmod 700/);
  });

  it('is not used through a link', async () => {
    renameSync(session(), join(home.home, 'elsewhere.json'));
    symlinkSync(join(home.home, 'elsewhere.json'), session());
    await refused(/is a link, so it is not used/);
  });

  it('is not used when it belongs to somebody else', async function () {
    if (!isRoot) this.skip(); // only root can give a file away
    chownSync(session(), 12345, 12345);
    await refused(/belongs to somebody else/);
  });

  it('is in the place that the XDG specification names, unless another one is told', async () => {
    const home2 = join(home.home, 'two');
    mkdirSync(home2);
    const state = join(home2, 'xdg');
    const environment = { CONCLAVE_HOME: '', XDG_STATE_HOME: state };
    await home.here(['whoami'], { environment }).ended;
    assert.deepEqual(readdirSync(join(state, 'conclave')), ['default']);
    await home.here(['whoami'], { environment: { CONCLAVE_HOME: '', XDG_STATE_HOME: 'relative' } })
      .ended;
    assert.ok(existsSync(join(home.home, '.local', 'state', 'conclave', 'default')));
    const bad = await failure(home.here(['whoami', '--json', '--profile', '../up']));
    assert.equal(bad['ending'], 2);
  });

  it('is said to be damaged when it is', async () => {
    writeFileSync(session(), '{"half": ');
    const refusal = await failure(whoami());
    assert.deepEqual([refusal['code'], refusal['ending']], ['state_damaged', 5]);
  });

  it('is what was written, under any key', async () => {
    const drafts = folderStorage(join(home.home, 'drafts'), machine);
    assert.deepEqual(await drafts.keys(''), []);
    for (const key of ['outbox/a/1', '..', 'ä/€', '.']) await drafts.write(key, `text of ${key}`);
    assert.equal(await drafts.read('..'), 'text of ..');
    assert.deepEqual([...(await drafts.keys(''))].sort(), ['.', '..', 'outbox/a/1', 'ä/€']);
    assert.deepEqual(await drafts.keys('outbox/'), ['outbox/a/1']);
    await drafts.remove('..');
    await drafts.remove('..');
    assert.equal(await drafts.read('..'), null);
  });

  it('loses what a crash left unfinished, but not what another process just began', () => {
    const old = join(folder(), 'session.json.0.unfinished');
    const young = join(folder(), 'session.json.1.unfinished');
    for (const path of [old, young]) writeFileSync(path, '{}');
    const before = (machine.now() - 2 * HOUR) / 1_000;
    utimesSync(old, before, before);
    sweep(folder(), machine);
    assert.deepEqual([existsSync(old), existsSync(young)], [false, true]);
    assert.ok(readFileSync(session(), 'utf8').includes('refreshToken'));
  });
});
