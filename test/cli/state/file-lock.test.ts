/** One holder at a time, among processes that know nothing of each other and may be killed at any moment. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileLock } from '../../../src/cli/state/file-lock.ts';
import { machine } from '../support.ts';

describe('a lock between processes', () => {
  let folder: string;
  let path: string;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'conclave-lock-'));
    path = join(folder, 'refresh.lock');
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const holder = (...words: string[]) => {
    const file = new URL('lock-holder.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import=tsx', file, path, ...words]);
    children.push(child);
    return child;
  };
  const lock = () => new FileLock(path, machine);

  it('lets one at a time do what would be lost otherwise', async () => {
    const number = join(folder, 'number');
    writeFileSync(number, '0');
    const endings = [30, 30].map((times) => once(holder(number, String(times)), 'exit'));
    for (const ending of endings) assert.deepEqual(await ending, [0, null]);
    assert.equal(readFileSync(number, 'utf8'), '60');
    assert.deepEqual(readdirSync(folder), ['number'], 'nothing is left behind');
  });

  it('passes on at once when its holder was killed, to one of those who wait', async () => {
    const child = holder('-', '0');
    await once(child.stdout, 'data');
    await assert.rejects(
      lock().hold(60, () => Promise.resolve()),
      (error: Error) => error.message.includes(`Process ${child.pid} uses the same profile`),
    );
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, (inside += 1));
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    const waiting = Array.from({ length: 8 }, () => lock().hold(8_000, work));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await Promise.all(waiting);
    assert.deepEqual([most, readdirSync(folder)], [1, []]);
  });

  it('is not taken from a holder on another machine, unless that one fell silent', async () => {
    const foreign = JSON.stringify({ pid: 1, host: 'elsewhere', key: 'k' });
    writeFileSync(path, foreign);
    await assert.rejects(
      lock().hold(60, () => Promise.resolve()),
      /did not finish in time/,
    );
    const silent = machine.now() / 1_000 - 25;
    utimesSync(path, silent, silent);
    assert.equal(await lock().hold(2_000, () => Promise.resolve('mine')), 'mine');
    assert.equal(existsSync(path), false);
  });

  it('is not taken from whoever took the place of a dead holder first', async () => {
    const dead = 4_000_000;
    const quicker = JSON.stringify({ pid: machine.pid, host: machine.host, key: 'quicker' });
    writeFileSync(path, JSON.stringify({ pid: dead, host: machine.host, key: 'dead' }));
    const isRunning = (pid: number) => {
      if (pid !== dead) return true;
      writeFileSync(path, quicker); // between the look and the deed
      return false;
    };
    await assert.rejects(
      new FileLock(path, { ...machine, isRunning }).hold(60, () => Promise.resolve()),
      /did not finish in time/,
    );
    assert.equal(readFileSync(path, 'utf8'), quicker);
  });

  it('is left alone on the way out when somebody else took it meanwhile', async () => {
    const other = JSON.stringify({ pid: machine.pid, host: 'elsewhere', key: 'other' });
    await lock().hold(60, () => {
      writeFileSync(path, other);
      return Promise.resolve();
    });
    assert.equal(readFileSync(path, 'utf8'), other);
  });

  it('is free again when the work fails', async () => {
    await assert.rejects(
      lock().hold(60, () => Promise.reject(new Error('no'))),
      /^Error: no$/,
    );
    assert.equal(await lock().hold(60, () => Promise.resolve(1)), 1);
  });

  it('can be had although whoever replaced a dead holder died of it', async () => {
    const dead = JSON.stringify({ pid: 4_000_000, host: machine.host, key: 'dead' });
    const digest = createHash('sha256').update(dead).digest('hex').slice(0, 12);
    for (const name of [path, `${path}.${digest}.claim.unfinished`]) writeFileSync(name, dead);
    const isRunning = (pid: number) => pid === machine.pid;
    const one = new FileLock(path, { ...machine, isRunning });
    assert.equal(await one.hold(2_000, () => Promise.resolve(1)), 1);
    assert.deepEqual(readdirSync(folder), []);
  });
});
