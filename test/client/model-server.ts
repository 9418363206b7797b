/** Channels as a server has them, in memory: it says what a real one would, a small page at a time, and can be made to fail. */
import type { Calls } from '../../src/client/calls.ts';
import type { InputOf, OutputOf } from '../../src/client/index.ts';
import type { Channel, ChannelEvent, ChannelFrame, ChannelId } from '../../src/contract/index.ts';
import { ModelChannel, type Position } from './model-channel.ts';

type Asked = InputOf<'channel.sync'>['channels'][number];
type Answer = OutputOf<'channel.sync'>['channels'][number];

/** Changes in one answer: few, so that every story needs several. */
const PAGE = 3;
/** The longest log that is told from its beginning. */
const SHORT = 6;

const later = (code: string) => ({ ok: false, refusal: { code, retry: 'later', traceId: null } });

async function pass(turns: number): Promise<void> {
  for (; turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
}

export class ModelServer {
  readonly channels: readonly ModelChannel[];
  online = true;
  /** What the connection has still to deliver. */
  readonly frames: ChannelFrame[] = [];
  /** The names of all calls. */
  readonly called: string[] = [];
  /** For how many turns of the event loop the answer to the n-th call is under way. */
  slowness: (n: number) => number = () => 1;
  #connection = 0;

  constructor(channels = 1) {
    this.channels = Array.from({ length: channels }, (_, n) => new ModelChannel(n, this.frames));
  }

  /** The connection is gone, with all that was under way on it. */
  disconnect(): void {
    this.online = false;
    this.#connection += 1;
    this.frames.length = 0;
    for (const channel of this.channels) channel.isFollowed = false;
  }

  /** Answers as operations do, after a moment in which other things may happen. */
  readonly call = (async (name: string, input: object) => {
    await Promise.resolve();
    if (!this.online) return later('unreachable');
    const connection = this.#connection;
    const data = this.#answer(name, input);
    const n = this.called.push(name);
    await pass(this.slowness(n));
    // What was committed since the answer was read is not in it: whoever is let in now is shown that, and then answered.
    if (name === 'channel.sync' && connection === this.#connection) {
      this.#follow(data as OutputOf<'channel.sync'>);
      await pass(this.slowness(n));
    }
    // On a connection that is gone an answer comes late if it comes at all.
    if (connection !== this.#connection && n % 2 === 0) return later('no_answer');
    return { ok: true, data };
  }) as unknown as Calls['call'];

  #answer(name: string, input: object): unknown {
    if (name === 'channel.sync') return this.#sync((input as InputOf<'channel.sync'>).channels);
    const { channelId } = input as { channelId: ChannelId };
    const channel = this.#find(channelId);
    if (name === 'channel.resume') return channel.resume(input as Position, PAGE);
    const { before, limit } = input as { before?: number; limit?: number };
    return channel.history(before ?? Infinity, Math.min(limit ?? PAGE, PAGE));
  }

  #sync(asked: readonly Asked[]): OutputOf<'channel.sync'> {
    const since = asked.map(({ id, rev, epoch }) => {
      const channel = this.#find(id);
      if (rev === undefined || epoch === undefined) {
        const isShort = channel.rev <= SHORT;
        return isShort && channel.canBridge({ rev: 0, epoch: channel.epoch }) ? 0 : null;
      }
      return channel.canBridge({ rev, epoch }) ? rev : null;
    });
    const gaps = asked
      .flatMap(({ id }, n) => ({ id, since: since[n] ?? Infinity }))
      .sort((a, b) => this.#find(a.id).rev - a.since - (this.#find(b.id).rev - b.since));
    const pages = new Map<string, { events: ChannelEvent[]; upTo: number }>();
    let room = PAGE;
    for (const gap of gaps) {
      if (gap.since === Infinity || room === 0) continue;
      const page = this.#find(gap.id).page(gap.since, room);
      pages.set(gap.id, page);
      room -= page.events.length;
    }
    return { channels: asked.map((each, n) => this.#told(each, since[n] ?? null, pages)) };
  }

  #told(
    { id: asked, rev }: Asked,
    since: number | null,
    pages: ReadonlyMap<string, { events: ChannelEvent[]; upTo: number }>,
  ): Answer {
    const { id, rev: head, epoch, lastSeq, gone } = this.#find(asked);
    if (gone) return { answer: 'refused', id, code: 'not_found' };
    const seen = { id, epoch, lastRev: head, lastSeq, role: 'member' };
    const channel = seen as Channel;
    if (since === null) return { answer: 'reset', id, channel };
    if (rev === head) return { answer: 'current', id, channel };
    const { events, upTo } = pages.get(id) ?? { events: [], upTo: since };
    return { answer: 'changes', id, channel, since, upTo, events, more: upTo < head };
  }

  #follow({ channels }: OutputOf<'channel.sync'>): void {
    for (const answer of channels)
      if ('channel' in answer) {
        const { lastRev: rev, epoch } = answer.channel;
        this.#find(answer.id).follow({ rev, epoch });
      }
  }

  #find(id: string): ModelChannel {
    const channel = this.channels.find((each) => each.id === id);
    if (!channel) throw new Error('no such channel');
    return channel;
  }
}
