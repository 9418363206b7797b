/** Hashing a password takes long and takes nothing from anybody else: the main thread runs on, and the queue has an end. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Refusal } from '../../src/kernel/index.ts';
import { hashPool } from '../../src/platform/hash-pool/index.ts';

describe('the hash pool', () => {
  it('hashes and compares', async () => {
    const pool = hashPool({ cost: 4, threads: 1, queue: 10 });
    try {
      const [one, other] = await Promise.all([pool.hash('pre-hashed'), pool.hash('pre-hashed')]);
      assert.match(one, /^\$2[aby]\$04\$.{53}$/);
      assert.notEqual(one, other);
      assert.equal(await pool.matches('pre-hashed', one), true);
      assert.equal(await pool.matches('something else', one), false);
      assert.equal(await pool.matches('pre-hashed', 'no hash'), false);
      assert.deepEqual({ ...pool.done }, { hash: 2, compare: 3 });
    } finally {
      await pool.close();
    }
  });

  it('leaves the main thread free while four hashes of cost 12 are under way', async () => {
    const pool = hashPool({ cost: 12, threads: 1, queue: 10 });
    const delay = monitorEventLoopDelay({ resolution: 5 });
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    try {
      await pool.hash('warm');
      turns = 0;
      delay.enable();
      const began = performance.now();
      await Promise.all([1, 2, 3, 4].map((i) => pool.hash(`pre-hashed ${i}`)));
      const took = performance.now() - began;
      delay.disable();
      const worst = Math.round(delay.max / 1e6);
      console.log(
        `      4 hashes of cost 12 in ${Math.round(took)} ms, worst delay of the event loop ${worst} ms`,
      );
      assert.ok(took > 100, 'the hashes are not as dear as they should be');
      assert.ok(turns > 10, `${turns} timers ran meanwhile`);
    } finally {
      clearInterval(timer);
      await pool.close();
    }
  });

  it('refuses when the queue is full and says when it will be empty, and does what it took on', async () => {
    const pool = hashPool({ cost: 10, threads: 1, queue: 3 });
    try {
      await pool.hash('warm');
      const underWay = Promise.allSettled(
        Array.from({ length: 12 }, (_, i) => pool.hash(`pre-hashed ${i}`)),
      );
      const answers = await underWay;
      const done = answers.filter(({ status }) => status === 'fulfilled').length;
      assert.equal(done, 4, 'one at work and three that wait');
      const waits = new Set<number>();
      for (const answer of answers) {
        if (answer.status === 'fulfilled') continue;
        const reason: unknown = answer.reason;
        assert.ok(reason instanceof Refusal);
        assert.deepEqual([reason.code, reason.detail], ['rate_limited', { bucket: 'auth.hash' }]);
        waits.add(reason.retryAfterMs ?? 0);
      }
      assert.ok(
        [...waits].every((wait) => wait >= 1_000),
        `a second at least: ${[...waits].join()} ms`,
      );
      assert.match(await pool.hash('after the storm'), /^\$2/);
    } finally {
      await pool.close();
    }
  });

  it('has a place for so many who ask somebody first, and refuses the others before they do', async () => {
    const pool = hashPool({ cost: 4, threads: 1, queue: 3 });
    try {
      let asked = 0;
      let answer = (): void => undefined;
      const answered = new Promise<void>((resolve) => (answer = resolve));
      const all = Array.from({ length: 12 }, (_, i) =>
        pool.admit(async () => {
          asked += 1;
          await answered;
          return pool.hash(`pre-hashed ${i}`);
        }),
      );
      const refused = all.slice(4).map((one) => assert.rejects(one, /rate_limited/));
      await Promise.all(refused);
      assert.equal(asked, 4, 'one to be at work and three to wait');
      answer();
      for (const hash of await Promise.all(all.slice(0, 4))) assert.match(hash, /^\$2/);
      const failing = pool.admit(() => Promise.reject(new Error('no database')));
      await assert.rejects(failing, /no database/);
      const again = Array.from({ length: 4 }, () => pool.admit(() => pool.hash('later')));
      assert.equal((await Promise.all(again)).length, 4, 'every place was given back');
    } finally {
      await pool.close();
    }
  });

  it('says a longer time when hashes are dearer', async () => {
    const pool = hashPool({ cost: 13, threads: 1, queue: 40 });
    try {
      await pool.hash('warm');
      const began = performance.now();
      await pool.hash('measured');
      const lasts = performance.now() - began;
      const underWay = Array.from({ length: 41 }, (_, i) => pool.matches(`${i}`, 'no hash'));
      const refused: unknown = await pool.hash('one too many').catch((error: unknown) => error);
      assert.ok(refused instanceof Refusal);
      const wait = refused.retryAfterMs ?? 0;
      assert.ok(wait > 40 * lasts * 0.2 && wait >= 1_000, `${wait} ms for forty of ${lasts} ms`);
      await Promise.all(underWay);
    } finally {
      await pool.close();
    }
  });

  it('requires no ES module in its threads, so that it may be closed while they start', async () => {
    // Node 20 ends the process where a thread is stopped in the middle of that, one time in some hundred.
    const folder = new URL('../../src/platform/hash-pool/', import.meta.url);
    const [worker = ''] = readdirSync(folder).filter((name) => name.startsWith('worker.'));
    const load = `console.log(typeof require(${JSON.stringify(fileURLToPath(new URL(worker, folder)))}))`;
    const strict = ['--no-experimental-require-module', '--eval', load];
    const { stdout } = await promisify(execFile)(process.execPath, strict);
    assert.equal(stdout.trim(), 'function');
  });

  it('goes behind whoever else wants the processor', async function () {
    if (process.platform !== 'linux') this.skip();
    const pool = hashPool({ cost: 4, threads: 1, queue: 10 });
    try {
      await pool.hash('warm');
      // Field 19 of stat(5), counted after the name in brackets, which may hold anything.
      const niceness = readdirSync('/proc/self/task').map((thread) => {
        const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
      });
      assert.ok(niceness.includes(constants.priority.PRIORITY_LOW), String(niceness));
      assert.notEqual(getPriority(), constants.priority.PRIORITY_LOW);
    } finally {
      await pool.close();
    }
  });
});
