/** The command as a process: from any folder, through npx, in pipes, and ended by signals. */
import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { project } from '../support/bootstrap-clone.ts';
import { World } from '../support/world.ts';
import { done, LAUNCHER, Machinery, newcomer, parsed, rows } from './support.ts';

describe('the conclave command: its process', () => {
  let world: World;
  let home: Machinery;
  before(async () => {
    world = await World.create();
    home = new Machinery();
    await newcomer(home, world, 'Ada', 'default');
    await done(home.here(['create', 'Garden']));
  });
  after(async () => {
    home.end();
    await world.end();
  });
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
    version: string;
  };

  it('runs from any folder, also through a link and past the settings of that folder', async () => {
    const folder = join(home.home, 'elsewhere');
    mkdirSync(folder);
    const link = join(folder, 'conclave');
    symlinkSync(LAUNCHER, link);
    const foreign = { compilerOptions: { paths: { commander: ['./other.mjs'] } } };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(foreign));
    writeFileSync(join(folder, 'other.mjs'), 'throw new Error("of another project");');
    const environment = { cwd: folder, env: home.environment() };
    const { stdout } = await promisify(execFile)(link, ['--version'], environment);
    assert.equal(stdout, `${manifest.version}\n`);
  });

  it('is what npx runs in the clone, without a network and without touching the packages', async () => {
    const clone = join(home.home, 'clone');
    const deeper = join(clone, 'docs');
    mkdirSync(join(clone, 'bin'), { recursive: true });
    mkdirSync(deeper);
    for (const name of ['package.json', 'tsconfig.json', 'bin/conclave.mjs'])
      copyFileSync(join(project, name), join(clone, name));
    for (const name of ['src', 'node_modules']) symlinkSync(join(project, name), join(clone, name));
    const env = home.environment({ npm_config_registry: 'http://127.0.0.1:9' });
    const npx = promisify(execFile)('npx', ['conclave', '--version'], { cwd: deeper, env });
    assert.equal((await npx).stdout, `${manifest.version}\n`);
    assert.equal(existsSync(join(project, 'node_modules', '.bin', 'conclave')), false);
  });

  it('says one sentence when nothing is installed yet', () => {
    const clone = join(home.home, 'bare');
    mkdirSync(join(clone, 'bin'), { recursive: true });
    const launcher = join(clone, 'bin', 'conclave.mjs');
    copyFileSync(LAUNCHER, launcher);
    const bare = spawnSync(process.execPath, [launcher], { encoding: 'utf8' });
    assert.deepEqual([bare.status, bare.stdout], [5, '']);
    assert.equal(bare.stderr, `Conclave is not installed yet. Run npm start in ${clone} first.\n`);
  });

  it('gives errors as JSON on the other stream, and the exit code', async () => {
    const { ending, out, err } = await home.apart(['join', 'Nowhere', '--json']).ended;
    assert.deepEqual([ending, out], [1, '']);
    assert.equal((parsed(err)['error'] as { code: string }).code, 'not_found');
  });

  it('ends without a word when its reader goes away', async () => {
    const child = spawn(process.execPath, [LAUNCHER, 'listen', 'Garden'], {
      env: home.environment(),
    });
    let err = '';
    child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
    const ended = once(child, 'close');
    await once(child.stdout, 'data'); // it listens
    child.stdout.destroy();
    // The first line after that finds nobody.
    await done(home.here(['send', 'Garden', 'unread']));
    assert.deepEqual([await ended, err], [[0, null], '']);
  });

  it('ends at Ctrl-C as a signal ends it, and leaves no lock and no half file', async () => {
    const listening = home.apart(['listen', 'Garden', '--json']);
    await listening.line((line) => line.includes('listening'));
    listening.interrupt('SIGINT');
    const { ending, err } = await listening.ended;
    assert.deepEqual([ending, err], ['SIGINT', '']);
    const kept = home.files().filter(({ path }) => /lock|unfinished/.test(path));
    assert.deepEqual(kept, []);
    await rows(home.here(['whoami', '--json']));
  });
});
