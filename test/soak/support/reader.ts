/** Somebody who follows a channel through the client library, and notes when each frame came and where one was missing. */
import assert from 'node:assert/strict';
import type { ChannelFrame, ChannelId, ChannelLog, Client } from 'conclave/client';
import { eventually } from '../../support/bootstrap-clone.ts';
import type { Post } from './pace.ts';

export class Reader {
  readonly client: Client;
  readonly log: ChannelLog;
  /** When each body came first, in milliseconds of the monotonic clock. */
  readonly arrived = new Map<string, number>();
  /** Frames that did not begin where the one before had ended. */
  gaps = 0;
  /** Frames so far. */
  frames = 0;
  /** The longest time without a frame, in milliseconds, since `listenFromNow`. */
  silence = 0;
  #last: number | null = null;
  #heardAt = performance.now();

  private constructor(client: Client, channelId: ChannelId) {
    this.client = client;
    client.listen('channel.events', (frame) => {
      if (frame.channelId === channelId) this.#take(frame);
    });
    this.log = client.channel(channelId);
  }

  static async of(client: Client, channelId: ChannelId): Promise<Reader> {
    const reader = new Reader(client, channelId);
    const { is } = await reader.log.ready();
    assert.equal(is, 'live');
    return reader;
  }

  static all(clients: readonly Client[], channelId: ChannelId): Promise<Reader[]> {
    return Promise.all(clients.map((client) => Reader.of(client, channelId)));
  }

  listenFromNow(): void {
    this.silence = 0;
    this.#heardAt = performance.now();
  }

  #take({ prev, last, events }: ChannelFrame): void {
    const now = performance.now();
    this.frames += 1;
    this.silence = Math.max(this.silence, now - this.#heardAt);
    this.#heardAt = now;
    if (this.#last !== null && prev !== this.#last) this.gaps += 1;
    this.#last = last;
    for (const event of events) {
      const body = event.kind === 'message' ? event.message.body : null;
      if (body !== null && !this.arrived.has(body)) this.arrived.set(body, now);
    }
  }
}

/** Demands that every reader, however late, shows each acknowledged message once, at its place. */
export async function assertRead(
  readers: readonly Reader[],
  posts: readonly Post[],
): Promise<void> {
  await caughtUp(readers, posts);
  for (const { log } of readers) {
    const places = new Map(log.messages.map(({ body, seq }) => [body, seq]));
    assert.equal(places.size, log.messages.length, 'nothing is there twice');
    for (const { body, acked } of posts) assert.equal(places.get(body), acked?.seq, body);
  }
}

async function caughtUp(readers: readonly Reader[], posts: readonly Post[]): Promise<void> {
  const last = Math.max(...posts.map(({ acked }) => acked?.rev ?? Infinity));
  await eventually('every reader has come to the end', () =>
    readers.every(({ log }) => log.state.is === 'live' && log.rev >= last),
  );
}

/**
 * Demands of every reader: all that was acknowledged is there once, at the place that the acknowledgement named, and
 * nothing else is; places are 1 to n without a hole; and all readers have the same.
 */
export async function assertWhole(
  readers: readonly Reader[],
  posts: readonly Post[],
): Promise<void> {
  await caughtUp(readers, posts);
  const expected = posts
    .map(({ body, acked }) => ({ seq: acked?.seq, body }))
    .sort((x, y) => (x.seq ?? 0) - (y.seq ?? 0));
  assert.deepEqual(
    expected.map(({ seq }) => seq),
    Array.from(posts, (_, i) => i + 1),
    'places are given once each, from 1 on',
  );
  for (const { log } of readers)
    assert.deepEqual(
      log.messages.map(({ seq, body }) => ({ seq, body })),
      expected,
    );
}

/** From the first attempt to send until the frame came, in milliseconds, for every message that the reader did not miss. */
export function waits({ arrived }: Reader, posts: readonly Post[]): number[] {
  return posts.flatMap(({ body, begun }) => {
    const at = arrived.get(body);
    return at === undefined ? [] : [at - begun];
  });
}

/** As it is quoted: the middle, the ninety-ninth of a hundred, and the worst. */
export function spread(times: readonly number[]): string {
  const sorted = [...times].sort((x, y) => x - y);
  const at = (part: number) =>
    sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)];
  const shown = (value: number | undefined) => (value ?? NaN).toFixed(1);
  return `p50 ${shown(at(0.5))} ms, p99 ${shown(at(0.99))} ms, longest ${shown(at(1))} ms`;
}
