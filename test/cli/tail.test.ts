/** The tail of a channel against a server whose every answer the story decides: in order, each once, or told. */
import assert from 'node:assert/strict';
import { Tail, type ChannelEvent } from '../../src/cli/tail.ts';
import type { ChannelFrame, ChannelId, Client, State } from '../../src/client/index.ts';
import { HandTimers } from '../client/support.ts';

const channelId = 'a-channel' as ChannelId;
type Answer = (outcome: unknown) => void;

class Scene {
  readonly told: string[] = [];
  readonly calls: { readonly name: string; readonly input: object; readonly answer: Answer }[] = [];
  readonly timers = new HandTimers();
  readonly #listeners = new Map<string, (payload: never) => void>();
  #watch: (state: State) => void = () => undefined;

  constructor() {
    const client = {
      state: {
        value: { is: 'online' },
        watch: (watch: (state: State) => void) => (this.#watch = watch),
      },
      listen: (event: string, hear: (payload: never) => void) => this.#listeners.set(event, hear),
      call: (name: string, input: object) =>
        new Promise((answer) => this.calls.push({ name, input, answer })),
    } as unknown as Client;
    new Tail({
      client,
      channelId,
      later: this.timers.later,
      began: ({ lastRev }) => this.told.push(`began at ${lastRev}`),
      event: ({ rev }) => this.told.push(String(rev)),
      gap: (rev) => this.told.push(`gap up to ${rev}`),
      ended: ({ code }) => this.told.push(`ended: ${code}`),
    });
  }

  /** Answers the oldest call, which must be this one. */
  async answers(name: string, data: object): Promise<void> {
    await this.says(name, { ok: true, data });
  }

  async says(name: string, outcome: object): Promise<void> {
    const call = this.calls.shift();
    assert.equal(call?.name, name);
    call.answer(outcome);
    await settled();
  }

  frame(prev: number, last: number, epoch = 1): void {
    const frame: ChannelFrame = { channelId, epoch, prev, last, events: events(prev, last) };
    this.#listeners.get('channel.events')?.(frame as never);
  }

  /** The heads as the server tells them, and so many milliseconds after. */
  async head(rev: number, milliseconds: number, epoch = 1): Promise<void> {
    const channels = [
      { id: 'another', rev: 99, epoch: 9 },
      { id: channelId, rev, epoch },
    ];
    this.#listeners.get('channel.heads')?.({ channels } as never);
    this.timers.forward(milliseconds);
    await settled();
  }

  becomes(is: 'online' | 'connecting'): void {
    this.#watch({ is });
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const events = (prev: number, last: number) =>
  Array.from({ length: last - prev }, (_, n) => ({ rev: prev + n + 1 }) as ChannelEvent);
const channel = (lastRev: number, epoch = 1) => ({ id: channelId, lastRev, epoch });
const page = (since: number, upTo: number, head = upTo) => ({
  reset: false,
  upTo,
  head,
  events: events(since, upTo),
});

describe('the tail of a channel', () => {
  it('keeps what comes while it subscribes, and prints nothing twice', async () => {
    const scene = new Scene();
    scene.frame(4, 6);
    await scene.answers('channel.subscribe', channel(5));
    scene.frame(5, 7); // overlaps
    scene.frame(7, 8);
    assert.deepEqual(scene.told, ['began at 5', '6', '7', '8']);
  });

  it('reads what is missing, a page after the other, before what came after it', async () => {
    const scene = new Scene();
    await scene.answers('channel.subscribe', channel(5));
    scene.frame(8, 9);
    await scene.answers('channel.subscribe', channel(9));
    assert.deepEqual(scene.calls[0]?.input, { channelId, rev: 5, epoch: 1 });
    scene.frame(9, 10);
    await scene.answers('channel.resume', page(5, 7, 9));
    await scene.answers('channel.resume', page(7, 9));
    assert.deepEqual(scene.told.slice(1), ['6', '7', '8', '9', '10']);
  });

  it('starts over when the connection was lost, and drops answers that come too late', async () => {
    const scene = new Scene();
    await scene.answers('channel.subscribe', channel(5));
    scene.frame(6, 7);
    scene.becomes('connecting');
    scene.becomes('online');
    await scene.answers('channel.subscribe', channel(7)); // to the round that is over
    assert.deepEqual(scene.told, ['began at 5']);
    await scene.answers('channel.subscribe', channel(7));
    await scene.answers('channel.resume', page(5, 7));
    assert.deepEqual(scene.told, ['began at 5', '6', '7']);
  });

  it('tells of what it can never know, and goes on behind it', async () => {
    const scene = new Scene();
    await scene.answers('channel.subscribe', channel(5));
    scene.frame(7, 8);
    await scene.answers('channel.subscribe', channel(8));
    await scene.answers('channel.resume', { ...page(5, 5, 8), reset: true });
    scene.frame(8, 9);
    assert.deepEqual(scene.told.slice(1), ['gap up to 8', '9']);
    scene.frame(1, 2, 2);
    await scene.answers('channel.subscribe', channel(12, 2));
    scene.frame(12, 13, 2);
    assert.deepEqual(scene.told.slice(3), ['gap up to 12', '13']);
  });

  it('reads what only a head tells of, unless it was under way or is being read', async () => {
    const scene = new Scene();
    await scene.head(9, 5_000);
    await scene.answers('channel.subscribe', channel(5));
    await scene.head(5, 5_000);
    await scene.head(6, 0);
    scene.frame(5, 6);
    scene.timers.forward(5_000);
    await settled();
    assert.deepEqual(scene.calls, []);
    await scene.head(8, 1_000);
    await scene.answers('channel.subscribe', channel(8));
    await scene.answers('channel.resume', page(6, 8));
    assert.deepEqual(scene.told.slice(1), ['6', '7', '8']);
  });

  it('goes on in a restored log that is shorter than what it knew', async () => {
    for (const epoch of [1, 2]) {
      const scene = new Scene();
      await scene.answers('channel.subscribe', channel(5));
      if (epoch === 2) await scene.head(2, 1_000, epoch);
      else scene.becomes('connecting');
      if (epoch === 1) scene.becomes('online');
      await scene.answers('channel.subscribe', channel(2, epoch));
      scene.frame(2, 3, epoch);
      assert.deepEqual([scene.told.slice(1), scene.calls], [['gap up to 2', '3'], []]);
    }
  });

  it('asks again later when it is told to, and ends when it is told never', async () => {
    const scene = new Scene();
    const later = { code: 'rate_limited', retry: 'later', retryAfterMs: 700 };
    await scene.says('channel.subscribe', { ok: false, refusal: later });
    assert.deepEqual([scene.calls.length, scene.timers.due], [0, [700]]);
    scene.timers.forward(700);
    await settled();
    const never = { code: 'not_found', retry: 'never' };
    await scene.says('channel.subscribe', { ok: false, refusal: never });
    scene.frame(0, 1);
    scene.becomes('online');
    assert.deepEqual([scene.told, scene.calls.length], [['ended: not_found'], 0]);
  });
});
