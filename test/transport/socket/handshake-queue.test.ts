/** When everybody comes at once: few are proved at a time, a bounded number waits, the others come back when there is room. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Refusal, type Entropy } from '../../../src/kernel/index.ts';
import { HandshakeQueue } from '../../../src/transport/socket/handshake-queue.ts';
import { HandClock } from '../../support/hand-clock.ts';

/** The same chance in every run. */
function chances(): Entropy {
  let n = 0;
  const bytes = (length: number) =>
    createHash('sha256')
      .update(String((n += 1)))
      .digest()
      .subarray(0, length);
  return { bytes, id: () => 'an id' };
}

class Applicant {
  there = true;
  #gone: (() => void) | null = null;
  readonly isThere = () => this.there;
  readonly onceGone = (heard: () => void) => {
    this.#gone = heard;
    return () => (this.#gone = null);
  };

  get isHeard(): boolean {
    return this.#gone !== null;
  }

  leave(): void {
    this.there = false;
    this.#gone?.();
  }
}

/** Resolves when everything that follows from what happened has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the queue of handshakes', () => {
  let clock: HandClock;
  let queue: HandshakeQueue;
  /** Proofs under way, by name, each with how to end it. */
  let proofs: Map<string, (error?: Error) => void>;
  /** What became of those who applied, in the order in which they learned it. */
  let ends: [string, string | number][];

  function open(proved: number, waiting: number): void {
    clock = new HandClock();
    proofs = new Map();
    ends = [];
    const soon = (task: () => void) => task();
    const entropy = chances();
    queue = new HandshakeQueue({ proved, waiting, patienceMs: 5_000, clock, entropy, soon });
  }
  function apply(name: string, applicant = new Applicant()): Applicant {
    const prove = () =>
      new Promise<string>((resolve, reject) =>
        proofs.set(name, (error) => {
          proofs.delete(name);
          if (error) reject(error);
          else resolve('proved');
        }),
      );
    queue.pass(applicant, prove).then(
      (proved) => ends.push([name, proved ?? 'gone']),
      (error: unknown) => {
        const away = error instanceof Refusal && error.code === 'overloaded';
        ends.push([name, away ? (error.retryAfterMs ?? 0) : (error as Error).message]);
      },
    );
    return applicant;
  }
  const underWay = () => [...proofs.keys()];
  const awayOf = (name: string) => Number(ends.find(([who]) => who === name)?.[1]);

  it('proves so many at a time, and the others in the order in which they came', async () => {
    open(2, 10);
    for (const name of ['a', 'b', 'c', 'd']) apply(name);
    assert.deepEqual([underWay(), queue.waiting], [['a', 'b'], 2]);
    proofs.get('b')?.();
    await settled();
    assert.deepEqual(underWay(), ['a', 'c']);
    proofs.get('a')?.(new Error('no such session'));
    await settled();
    assert.deepEqual(underWay(), ['c', 'd'], 'a proof that failed gives its place away');
    for (const end of [...proofs.values()]) end();
    await settled();
    assert.deepEqual(ends.slice(0, 2), [
      ['b', 'proved'],
      ['a', 'no such session'],
    ]);
    assert.deepEqual([ends.length, queue.waiting, proofs.size], [4, 0, 0]);
    const last = apply('e');
    assert.deepEqual(underWay(), ['e'], 'nothing is left behind');
    assert.equal(last.isHeard, false, 'a connection does not keep what it was proved by');
  });

  it('refuses whoever finds no place at once, without a look at what they bring', async () => {
    open(1, 2);
    for (const name of ['a', 'b', 'c', 'd']) apply(name);
    await settled();
    assert.deepEqual(
      ends.map(([name]) => name),
      ['d'],
    );
    assert.ok(awayOf('d') >= 250 && awayOf('d') < 300, String(awayOf('d')));
    assert.deepEqual(underWay(), ['a']);
  });

  it('gives up who went before their turn: nobody is proved in vain, and the place is free', async () => {
    open(1, 2);
    apply('a');
    const [b] = [apply('b'), apply('c')];
    b.leave();
    apply('d');
    await settled();
    assert.deepEqual(ends, [['b', 'gone']]);
    for (const name of ['a', 'c', 'd']) {
      assert.deepEqual(underWay(), [name]);
      proofs.get(name)?.();
      await settled();
    }
    assert.equal(ends.filter(([, end]) => end === 'proved').length, 3);
  });

  it('gives up who waited until their time to connect was over, and who went without a word', async () => {
    open(1, 2);
    apply('a');
    apply('b');
    const silent = apply('c');
    silent.there = false;
    clock.forward(5_000);
    apply('d');
    assert.equal(queue.waiting, 1, 'the full queue let go of both');
    await settled();
    assert.ok(awayOf('b') >= 250, 'who is still there is told when to come back');
    assert.deepEqual(
      ends.filter(([name]) => name === 'c'),
      [['c', 'gone']],
    );
    apply('e');
    clock.forward(5_000);
    proofs.get('a')?.();
    await settled();
    assert.deepEqual([underWay(), queue.waiting], [[], 0]);
    assert.ok(awayOf('d') >= 250 && awayOf('e') >= 250);
  });

  it('lets nobody wait for a turn that would come too late', async () => {
    open(1, 1_000);
    for (let i = 0; i < 100; i += 1) apply(`slow ${i}`);
    for (let i = 0; i < 99; i += 1) {
      clock.forward(200);
      if (queue.waiting < 20) apply(`more ${i}`);
      [...proofs.values()][0]?.();
      await settled();
    }
    while (queue.waiting > 0) {
      [...proofs.values()][0]?.();
      await settled();
    }
    const before = ends.length;
    for (let i = 0; i < 1_000; i += 1) apply(`late ${i}`);
    await settled();
    assert.ok(queue.waiting < 60, `${queue.waiting} wait for a node that proves five a second`);
    assert.equal(ends.length - before, 1_000 - queue.waiting - 1);
  });

  it('sends away for longer the more were sent away, spread by chance, and for less when time has passed', async () => {
    open(1, 10);
    for (let i = 0; i < 1_000; i += 1) apply(`a${i}`);
    await settled();
    const early = Array.from({ length: 100 }, (_, i) => awayOf(`a${i + 50}`));
    const late = Array.from({ length: 100 }, (_, i) => awayOf(`a${i + 900}`));
    const mean = (times: number[]) => times.reduce((sum, n) => sum + n, 0) / times.length;
    assert.ok(mean(late) > 4 * mean(early), `${mean(early)} and ${mean(late)}`);
    assert.ok(Math.max(...late) - Math.min(...late) > 0.8 * mean(late), 'spread over a window');
    assert.ok(new Set(late).size > 80, 'no two at the same instant');
    clock.forward(60_000);
    for (let i = 0; i < 12; i += 1) apply(`b${i}`);
    await settled();
    assert.ok(awayOf('b11') < 400, `${awayOf('b11')}: who was sent away before is back by now`);
  });

  it('sends nobody away for more than a minute, however many come', async () => {
    open(1, 1);
    for (let i = 0; i < 50_000; i += 1) apply(`a${i}`);
    await settled();
    const longest = Math.max(...ends.map(([, away]) => Number(away)));
    assert.ok(longest > 50_000 && longest <= 60_250, String(longest));
  });

  it('takes 10,000 back at the rate that it keeps: hardly anybody is sent away twice', async () => {
    const PROOF_MS = 2;
    open(1, 1_000);
    const due = new Map<number, number>(); // milliseconds from the beginning -> how many come then
    const began = clock.monotonic();
    let told = 0;
    due.set(0, 10_000);
    let names = 0;
    let fullest = 0;
    let over = 0;
    let proved = 0;
    for (let at = 0; proved < 10_000; at += 1) {
      assert.ok(at < 60_000, 'all are in within a minute');
      clock.forward(began + at - clock.monotonic());
      for (let i = due.get(at) ?? 0; i > 0; i -= 1) apply(`n${(names += 1)}`);
      due.delete(at);
      if (at % PROOF_MS === 0) proofs.values().next().value?.();
      await settled();
      fullest = Math.max(fullest, queue.waiting);
      for (; told < ends.length; told += 1) {
        const end = ends[told]?.[1];
        if (end === 'proved') [proved, over] = [proved + 1, at];
        else due.set(at + Number(end), (due.get(at + Number(end)) ?? 0) + 1);
      }
    }
    const refusals = names - 10_000;
    console.log(
      `      10,000 at once, a proof every ${PROOF_MS} ms: all in after ${(over / 1_000).toFixed(1)} s, ` +
        `${refusals} refusals, at most ${fullest} waiting`,
    );
    assert.ok(fullest <= 1_000);
    assert.ok(refusals < 9_000 * 1.1, `${refusals} refusals: of 9,000, most came back once`);
    assert.ok(over < 10_000 * PROOF_MS * 1.9, 'and the node was hardly ever idle');
  }).timeout(240_000);
});
