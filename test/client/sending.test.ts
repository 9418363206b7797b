/** How an outbox takes every kind of answer: it waits as long as it is told, keeps the order, and gives up only on a "never". */
import assert from 'node:assert/strict';
import {
  memoryStorage,
  type ChannelId,
  type OutboxEntry,
  type Refused,
  type Storage,
  type UserId,
} from 'conclave/client';
import { OutboxBox } from '../../src/client/outbox.ts';
import { OutboxStore } from '../../src/client/outbox-store.ts';
import { refused } from '../../src/client/refusals.ts';
import { Timers } from '../../src/client/timers.ts';
import { REFUSALS, type RefusalCode } from '../../src/contract/index.ts';
import { HandTimers } from './support.ts';

interface Asked {
  readonly input: { readonly clientId: string; readonly channelId: string; readonly body: string };
  readonly yes: () => Promise<void>;
  readonly no: (refusal: Refused) => Promise<void>;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const one = 'channel-1' as ChannelId;
const wire = (code: RefusalCode, retryAfterMs?: number): Refused => ({
  ...{ code, retry: REFUSALS[code].retry, traceId: 't' },
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

describe('the client: sending', () => {
  let timers: HandTimers;
  let asked: Asked[];
  let online: boolean;
  let now: number;
  let box: OutboxBox;
  const memory = memoryStorage();
  /** Everything that was ever kept. */
  const stored: string[] = [];
  const storage: Storage = {
    ...memory,
    write(key, value) {
      stored.push(value);
      return memory.write(key, value);
    },
  };
  const pass = (milliseconds: number) => {
    now += milliseconds;
    timers.forward(milliseconds);
  };

  beforeEach(async () => {
    timers = new HandTimers();
    asked = [];
    online = true;
    now = 1_000_000;
    const call = (_name: string, input: Asked['input']) =>
      new Promise((resolve) => {
        const settle = (outcome: object) => {
          resolve(outcome);
          return turn();
        };
        asked.push({
          input,
          yes: () => settle({ ok: true, data: { id: 'm', seq: 1, rev: 1, at: 1 } }),
          no: (refusal) => settle({ ok: false, refusal }),
        });
      });
    box = new OutboxBox({
      store: new OutboxStore(storage),
      calls: { call: call as never },
      timers: new Timers(timers.later),
      now: () => now,
      serverNow: () => now,
      online: () => online,
      failed: (error) => assert.fail(String(error)),
    });
    await box.begin('alice' as UserId);
  });
  afterEach(() => box.clear());

  const next = (): Asked => {
    const call = asked.shift();
    assert.ok(call, 'nothing was sent');
    const { clientId } = call.input;
    assert.ok(
      stored.some((text) => text.includes(clientId)),
      'kept before it is sent',
    );
    return call;
  };
  const pending = ({ state }: OutboxEntry) => {
    assert.ok(state.is === 'pending', state.is);
    return { in: state.retryAt === null ? null : state.retryAt - now, why: state.refusal?.code };
  };

  for (const code of ['overloaded', 'rate_limited', 'unavailable', 'outcome_unknown'] as const)
    it(`waits after ${code} for as long as it is told, and sends the same again`, async () => {
      const entry = await box.add(one, 'hello', null);
      const first = next();
      await first.no(wire(code, 3_000));
      assert.deepEqual(pending(entry), { in: 3_000, why: code });
      pass(2_999);
      assert.equal(asked.length, 0);
      pass(1);
      const second = next();
      assert.deepEqual(second.input, first.input);
      await second.yes();
      assert.equal(entry.state.is, 'sent');
      assert.deepEqual(await storage.keys(''), []);
    });

  it('backs off by itself where it is not told for how long', async () => {
    const entry = await box.add(one, 'hello', null);
    for (const full of [500, 1_000, 2_000, 4_000]) {
      await next().no(refused('no_answer'));
      const { in: pause } = pending(entry);
      assert.ok(pause !== null && pause >= full / 2 && pause <= full);
      pass(pause);
    }
  });

  it('waits for the next connection when there is none, and then sends at once', async () => {
    const entry = await box.add(one, 'hello', null);
    const first = next();
    online = false;
    await first.no(refused('no_answer'));
    assert.deepEqual(pending(entry), { in: null, why: 'no_answer' });
    assert.deepEqual(timers.due, []);
    online = true;
    box.pump();
    assert.deepEqual(next().input, first.input);
  });

  it('sends one after the other in a channel, and several channels at a time', async () => {
    for (let n = 0; n < 3; n += 1) await box.add(one, `one ${n}`, null);
    for (let n = 2; n <= 12; n += 1) await box.add(`channel-${n}` as ChannelId, `${n}`, null);
    assert.equal(asked.length, 8);
    await next().no(wire('overloaded', 1_000));
    assert.ok(!asked.some(({ input }) => input.body === 'one 1'), 'the second waits for the first');
    for (let n = 0; n < 11; n += 1) await next().yes();
    pass(1_000);
    for (const body of ['one 0', 'one 1', 'one 2']) {
      const call = next();
      assert.equal(call.input.body, body);
      await call.yes();
    }
    assert.deepEqual(box.entries, []);
  });

  it('lets what failed for good stand aside, and those behind it go', async () => {
    const entries = [await box.add(one, 'no', null), await box.add(one, 'yes', null)] as const;
    await next().no(wire('forbidden'));
    assert.equal(entries[0].state.is, 'failed');
    await next().yes();
    assert.equal(entries[1].state.is, 'sent');
    assert.deepEqual(box.entries, [entries[0]]);
  });

  it('gives up on a message on which the server fails again and again', async () => {
    const entry = await box.add(one, 'poison', null);
    for (let n = 0; n < 10; n += 1) {
      await next().no(wire('internal'));
      pass(30_000);
    }
    assert.ok(entry.state.is === 'failed' && entry.state.refusal.code === 'internal');
    assert.equal(asked.length, 0);
  });

  it('forgets what is discarded while it is under way', async () => {
    const entry = await box.add(one, 'never mind', null);
    const call = next();
    await entry.discard();
    assert.deepEqual(entry.state, { is: 'discarded' });
    await call.no(wire('overloaded', 1));
    pass(60_000);
    assert.deepEqual([asked, box.entries, await storage.keys('')], [[], [], []]);
  });
});
