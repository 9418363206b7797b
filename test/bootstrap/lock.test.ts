/** One start per folder, even when several see the same dead lock in the same instant. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap } from '../support/bootstrap-modules.ts';

describe('the lock of a folder', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conclave-lock-'));
    path = join(folder, 'start.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('names its holder, and is free again when released', async () => {
    const { tryLock } = await bootstrap('lock');
    const { release } = tryLock(path);
    assert.equal(tryLock(path).holder?.pid, process.pid);
    release?.();
    assert.deepEqual(readdirSync(folder), []);
    tryLock(path).release?.();
  });

  it('is taken over from a process that is gone, or whose id another one has now', async () => {
    const { tryLock } = await bootstrap('lock');
    const { identityOf } = await bootstrap('process-identity');
    const gone = spawnSync('true').pid;
    for (const dead of [JSON.stringify({ pid: gone, started: 'then' }), '', '{"pid":']) {
      writeFileSync(path, dead);
      tryLock(path).release?.();
    }
    writeFileSync(path, JSON.stringify({ ...identityOf(process.pid), started: 'an earlier life' }));
    const { release } = tryLock(path);
    assert.ok(release);
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), identityOf(process.pid));
    release();
  });

  it('has one winner when many find the same dead lock', async () => {
    const rounds = Array.from({ length: 60 }, (_, round) => `${path}-${round}`);
    for (const each of rounds) writeFileSync(each, JSON.stringify({ pid: 1, started: 'never' }));
    const module = new URL('../../scripts/bootstrap/lock.mjs', import.meta.url).href;
    const contender = `
      import { tryLock } from '${module}';
      const begin = Number(process.argv[1]);
      const won = ${JSON.stringify(rounds)}.filter((path, round) => {
        while (Date.now() < begin + round * 5);
        return tryLock(path).release;
      });
      console.log(won.join(' ') + ' done');
      process.stdin.resume();`;
    const begin = String(Date.now() + 600);
    const contenders = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', contender, begin], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    const answers = contenders.map(
      (child) =>
        new Promise<string>((resolve) => {
          let text = '';
          child.stdout.on('data', (chunk) => {
            text += String(chunk);
            if (text.includes('done')) resolve(text);
          });
        }),
    );
    const winners = (await Promise.all(answers)).join(' ').split(/\s+/);
    for (const child of contenders) child.stdin.end();
    await Promise.all(
      contenders.map((child) => new Promise((resolve) => child.once('close', resolve))),
    );
    for (const each of rounds) {
      assert.equal(winners.filter((winner) => winner === each).length, 1, each);
    }
    assert.equal(readdirSync(folder).length, rounds.length);
  });
});
