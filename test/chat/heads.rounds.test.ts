/** Every connection has its turn once in a round, is told in pieces of bounded size, and not while the lease is lost. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { HEAD_TURNS, Heads, POLL_MS } from '../../src/chat/heads.ts';
import {
  HEADS_CHANNELS,
  HEADS_EVERY_MS,
  type ChannelHead,
  type ChannelId,
} from '../../src/contract/index.ts';

const headsOf = (count: number) =>
  new Map(
    Array.from({ length: count }, (_, rev): [ChannelId, ChannelHead] => {
      const id = randomUUID() as ChannelId;
      return [id, { id, rev, epoch: 1 }];
    }),
  );

/** Connections that all follow the same channels, until the story lets some leave. */
class Hall {
  readonly rooms = new Map<string, readonly ChannelId[]>();
  readonly told: { readonly connectionId: string; readonly channels: readonly ChannelHead[] }[] =
    [];
  full = new Set<string>();
  mayDeliver = true;
  pauses: (() => void)[] = [];

  constructor(connections: number, channels: Iterable<ChannelId>) {
    const followed = [...channels];
    for (let n = 0; n < connections; n += 1)
      this.rooms.set(randomBytes(15).toString('base64url'), followed);
  }

  readonly heads = new Heads({
    audience: {
      connections: () => this.rooms.keys(),
      follows: (connectionId) => this.rooms.get(connectionId) ?? [],
      tellHeads: (connectionId, { channels }) => {
        if (this.full.has(connectionId)) return false;
        this.told.push({ connectionId, channels });
        return true;
      },
    },
    later: (_milliseconds, task) => {
      this.pauses.push(task);
      return () => undefined;
    },
    mayDeliver: () => this.mayDeliver,
  });

  /** Lets whoever pauses go on, until nobody does. */
  async through<T>(work: Promise<T>): Promise<T> {
    const end = { reached: false };
    void work.then(() => (end.reached = true));
    while (!end.reached) {
      for (const task of this.pauses.splice(0)) task();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return work;
  }
}

describe('the rounds of heads', () => {
  it('tell each connection once in ten seconds, and never many in one turn', async () => {
    const heads = headsOf(2);
    const hall = new Hall(1_000, heads.keys());
    const sizes: number[] = [];
    for (let turn = 0; turn < HEAD_TURNS; turn += 1) {
      const before = hall.told.length;
      await hall.through(hall.heads.turn(heads));
      sizes.push(hall.told.length - before);
    }
    assert.equal(hall.told.length, 1_000);
    assert.equal(new Set(hall.told.map(({ connectionId }) => connectionId)).size, 1_000);
    assert.equal(HEAD_TURNS * POLL_MS, HEADS_EVERY_MS);
    assert.ok(Math.max(...sizes) < 150, `spread over the round, not ${sizes.join(' ')}`);
    const first = hall.told.slice(0, sizes[0]).map(({ connectionId }) => connectionId);
    hall.told.length = 0;
    await hall.through(hall.heads.turn(heads));
    assert.deepEqual(
      hall.told.map(({ connectionId }) => connectionId),
      first,
      'each keeps its turn',
    );
  });

  it('say much in pieces, and nothing to a connection that has much to take', async () => {
    const heads = headsOf(2 * HEADS_CHANNELS + 1);
    const hall = new Hall(2, heads.keys());
    const [first, second] = [...hall.rooms.keys()];
    assert.ok(first && second);
    hall.full.add(first);
    assert.equal(await hall.heads.tell(heads), 1);
    assert.deepEqual(
      hall.told.map(({ connectionId, channels }) => [connectionId, channels.length]),
      [HEADS_CHANNELS, HEADS_CHANNELS, 1].map((size) => [second, size]),
    );
    const ids = hall.told.flatMap(({ channels }) => channels.map(({ id }) => id));
    assert.deepEqual(new Set(ids), new Set(heads.keys()));
  });

  it('let others run in between, and look again who is in which room', async () => {
    const heads = headsOf(1);
    const hall = new Hall(250, heads.keys());
    const telling = hall.heads.tell(heads);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(hall.told.length, 100);
    for (const connectionId of hall.rooms.keys()) hall.rooms.set(connectionId, []);
    assert.equal(await hall.through(telling), 100);
  });

  it('end where the lease is lost or the node stops, in the middle too', async () => {
    const heads = headsOf(1);
    const lost = new Hall(250, heads.keys());
    lost.mayDeliver = false;
    assert.equal(await lost.through(lost.heads.tell(heads)), 0);
    lost.mayDeliver = true;
    const telling = lost.heads.tell(heads);
    await new Promise((resolve) => setImmediate(resolve));
    lost.mayDeliver = false;
    assert.equal(await lost.through(telling), 100);
    lost.mayDeliver = true;
    lost.heads.stop();
    assert.equal(await lost.through(lost.heads.tell(heads)), 0);
    assert.equal(lost.told.length, 100);
  });
});
