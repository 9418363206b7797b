/** However many logs ask, few calls are made for them, and none is made twice for another's sake. */
import assert from 'node:assert/strict';
import type { InputOf, Outcome, OutputOf, Refused } from 'conclave/client';
import type { Calls } from '../../src/client/calls.ts';
import { LogSync, type Told } from '../../src/client/log-sync.ts';
import { Turn } from '../../src/client/log-reader.ts';
import { Timers } from '../../src/client/timers.ts';
import { SYNC_CHANNELS, type ChannelId } from '../../src/contract/index.ts';
import { HandTimers } from './support.ts';

type Answers = OutputOf<'channel.sync'>['channels'];

interface Called {
  readonly channels: InputOf<'channel.sync'>['channels'];
  readonly answer: (outcome: Outcome<{ channels: Answers }>) => Promise<void>;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const idOf = (n: number) => `channel-${n}` as ChannelId;
const told = (id: ChannelId) => ({ answer: 'current', id, channel: { id } }) as unknown as Told;
const refusal = (retry: Refused['retry'], retryAfterMs?: number): Refused => ({
  ...{ code: 'overloaded', retry, traceId: 't' },
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

describe('the client: a sync of many logs', () => {
  let timers: HandTimers;
  let calls: Called[];
  let sync: LogSync;
  const outcomes = new Map<ChannelId, Outcome<Told> | null>();
  beforeEach(() => {
    timers = new HandTimers();
    calls = [];
    outcomes.clear();
    const call = (_name: string, { channels }: InputOf<'channel.sync'>) =>
      new Promise((resolve) => {
        const answer: Called['answer'] = (outcome) => {
          resolve(outcome);
          return turn();
        };
        calls.push({ channels, answer });
      });
    sync = new LogSync({
      calls: { call } as unknown as Pick<Calls, 'call'>,
      timers: new Timers(timers.later),
      failed: (error) => assert.fail(String(error)),
    });
  });

  const ask = (n: number, by = new Turn()): Turn => {
    void sync
      .ask(by, idOf(n), { rev: n, epoch: 1 })
      .then((outcome) => outcomes.set(idOf(n), outcome));
    return by;
  };
  const asked = (call: Called | undefined) => call?.channels.map(({ id }) => id);
  const yes = (call: Called | undefined) =>
    call?.answer({
      ok: true,
      data: { channels: call.channels.map(({ id }) => told(id as ChannelId)) },
    });
  const no = (call: Called | undefined, because: Refused) =>
    call?.answer({ ok: false, refusal: because });

  it('is one call for all that ask together, and another for all that ask while it is under way', async () => {
    for (let n = 0; n < 3; n += 1) ask(n);
    await turn();
    assert.deepEqual(
      calls.map(({ channels }) => channels),
      [[0, 1, 2].map((rev) => ({ id: idOf(rev), rev, epoch: 1 }))],
    );
    for (let n = 3; n < 6; n += 1) {
      ask(n);
      await turn();
    }
    assert.equal(calls.length, 1);
    await yes(calls[0]);
    assert.deepEqual([...outcomes.keys()], [0, 1, 2].map(idOf));
    assert.deepEqual(asked(calls[1]), [3, 4, 5].map(idOf));
    await yes(calls[1]);
    assert.equal(outcomes.size, 6);
    assert.deepEqual(outcomes.get(idOf(4)), { ok: true, data: told(idOf(4)) });
    ask(6);
    await turn();
    assert.equal(calls.length, 3);
  });

  it('asks for no more channels than one call takes', async () => {
    for (let n = 0; n < SYNC_CHANNELS + 5; n += 1) ask(n);
    await turn();
    await yes(calls[0]);
    assert.deepEqual([calls[0]?.channels.length, calls[1]?.channels.length], [SYNC_CHANNELS, 5]);
  });

  it('gives each log its own answer: a refusal of one is none of the others', async () => {
    for (let n = 0; n < 3; n += 1) ask(n);
    await turn();
    const channels: Answers = [
      told(idOf(2)),
      { answer: 'refused', id: idOf(1), code: 'not_found' },
    ];
    await calls[0]?.answer({ ok: true, data: { channels } });
    const refused = { code: 'not_found', retry: 'never', traceId: null };
    assert.deepEqual(outcomes.get(idOf(1)), { ok: false, refusal: refused });
    assert.deepEqual(outcomes.get(idOf(2)), { ok: true, data: told(idOf(2)) });
    assert.equal(outcomes.get(idOf(0)), null, 'there was no answer for it');
  });

  it('asks again when it is told to, not earlier, and with those who asked meanwhile', async () => {
    ask(0);
    await turn();
    await no(calls[0], refusal('later', 3_000));
    ask(1);
    timers.forward(2_999);
    await turn();
    assert.equal(calls.length, 1);
    timers.forward(1);
    await turn();
    assert.deepEqual(asked(calls[1]), [0, 1].map(idOf));
    await no(calls[1], refusal('later'));
    const [pause = 0] = timers.due;
    assert.ok(pause >= 500 && pause <= 1_000, 'the second attempt waits longer than the first');
    timers.forward(1_000);
    await turn();
    await yes(calls[2]);
    assert.equal(outcomes.size, 2);
    assert.deepEqual(timers.due, []);
  });

  it('forgets who is not waiting any more, and waits for nobody else then', async () => {
    const gone = [ask(0), ask(1)];
    await turn();
    await no(calls[0], refusal('later', 30_000));
    gone[0]?.end();
    await turn();
    assert.equal(calls.length, 1, 'one is still waiting');
    gone[1]?.end();
    ask(2);
    await turn();
    assert.deepEqual(asked(calls[1]), [idOf(2)]);
    assert.deepEqual(
      [...outcomes],
      [0, 1].map((n) => [idOf(n), null]),
    );
    assert.deepEqual(timers.due, []);
    ask(3).end();
    await yes(calls[1]);
    assert.equal(calls.length, 2);
    assert.equal(outcomes.get(idOf(3)), null);
  });

  it('finds the one that spoils the call, and refuses that alone', async () => {
    for (let n = 0; n < 9; n += 1) ask(n);
    await turn();
    let made = 0;
    for (; made < calls.length; made += 1) {
      const call = calls[made];
      if (asked(call)?.includes(idOf(6))) await no(call, refusal('never'));
      else await yes(call);
    }
    assert.equal(outcomes.size, 9);
    for (const [id, outcome] of outcomes) assert.equal(outcome?.ok, id !== idOf(6), id);
    assert.ok(made <= 10, `${made} calls`);
  });

  it('lets four logs read on at a time, and the next when one is done or has failed', async () => {
    const ends: ((error?: Error) => void)[] = [];
    const results = Array.from({ length: 7 }, () =>
      sync.reading(
        () =>
          new Promise<void>((resolve, reject) =>
            ends.push((error) => (error ? reject(error) : resolve())),
          ),
      ),
    );
    const settled = Promise.allSettled(results);
    await turn();
    assert.equal(ends.length, 4);
    ends[2]?.(new Error('broken'));
    await turn();
    assert.equal(ends.length, 5);
    for (let n = 0; n < 7; n += 1) {
      ends[n]?.();
      await turn();
    }
    const broken = (await settled).filter(({ status }) => status === 'rejected');
    assert.deepEqual([ends.length, broken.length], [7, 1]);
    const again = sync.reading(() => Promise.resolve('free'));
    assert.equal(await again, 'free');
  });
});
