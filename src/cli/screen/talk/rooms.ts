/** The channels one is in, each followed by its log, and those one could join; what comes and goes is noticed by itself. */
import type { Channel, ChannelId, ChannelLog, Client, UserId } from '../../../client/index.ts';
import type { ReadMarks } from '../../screen-port.ts';
import { nameOfChannel, ordered, type Room } from '../model/room.ts';
import { unreadIn } from '../model/unread.ts';

export interface RoomsParts {
  readonly client: Client;
  readonly me: UserId;
  /** What somebody who is in a channel is called. */
  readonly nameOf: (userId: UserId, channelId: ChannelId) => string;
  readonly marks: ReadMarks;
  /** Something that is shown may be different. */
  readonly changed: () => void;
  /** One is not in it any more, and did not say so here. */
  readonly lost: (channel: Channel) => void;
}

/** Channels in one page of the list, and pages at most. */
const PAGE = 200;
const PAGES = 25;
/** Channels that are followed; of more, the list says how far they have come. */
const FOLLOWED = 100;
/** Logs that are read at the same time. */
const AT_ONCE = 4;
/** After a list that was refused, the next one. */
const AGAIN_MS = 3_000;

export class Rooms {
  readonly #parts: RoomsParts;
  readonly #channels = new Map<ChannelId, Channel>();
  readonly #logs = new Map<
    ChannelId,
    { readonly log: ChannelLog; readonly unlisten: () => void }
  >();
  readonly #expected = new Set<ChannelId>();
  /** Whose log was refused or ended: not opened again until something changed. */
  readonly #shut = new Set<ChannelId>();
  #isListed = false;
  #listing: Promise<void> | null = null;
  #isStale = false;
  #opening = 0;
  #again: ReturnType<typeof setTimeout> | null = null;
  #isOver = false;

  constructor(parts: RoomsParts) {
    this.#parts = parts;
  }

  /** Whether the list was read at all. */
  get isListed(): boolean {
    return this.#isListed;
  }

  /** Those one is in, and those that hold something one wrote, in order. */
  get mine(): Room[] {
    const unsent = new Set(this.#parts.client.outbox.entries.map(({ channelId }) => channelId));
    const mine = [...this.#channels.values()].filter(
      ({ id, role }) => role !== null || unsent.has(id),
    );
    return ordered(mine.map((channel) => this.#room(channel)));
  }

  /** Those one could join, in order. */
  get others(): Room[] {
    const others = [...this.#channels.values()].filter(
      ({ role, kind, archived }) => role === null && kind === 'public' && !archived,
    );
    return ordered(others.map((channel) => this.#room(channel)));
  }

  find(id: ChannelId): Room | null {
    const channel = this.#channels.get(id);
    return channel ? this.#room(channel) : null;
  }

  logOf(id: ChannelId): ChannelLog | null {
    return this.#logs.get(id)?.log ?? null;
  }

  /** Up to where it was read, and up to where it goes. */
  markOf(id: ChannelId): number {
    return this.#parts.marks.read(id);
  }

  /** One comes into it: it is followed before the others. */
  come(id: ChannelId): void {
    if (this.#channels.get(id)?.role && !this.#logs.has(id)) this.#open(id);
  }

  /** One goes out of it: what was read of older messages is let go of. */
  go(id: ChannelId): void {
    const followed = this.#logs.get(id);
    if (this.#logs.size > FOLLOWED) this.#unfollow(id);
    else followed?.log.trim();
  }

  /** Whether one leaves it by one's own will: then its end needs no explanation. */
  expectEnd(id: ChannelId, isExpected: boolean): void {
    if (isExpected) this.#expected.add(id);
    else this.#expected.delete(id);
  }

  /** What one may do in it is different now, or may be; without an id, in all of them. */
  accessChanged(id?: ChannelId): void {
    if (id === undefined) this.#shut.clear();
    else this.#shut.delete(id);
    void this.refresh();
  }

  /** Reads the list anew. Resolves when what it says now is known, or could not be read. */
  refresh(): Promise<void> {
    this.#isStale = true;
    this.#listing ??= this.#list().finally(() => (this.#listing = null));
    return this.#listing;
  }

  close(): void {
    this.#isOver = true;
    if (this.#again) clearTimeout(this.#again);
    for (const id of [...this.#logs.keys()]) this.#unfollow(id);
  }

  #room(channel: Channel): Room {
    const { client, me } = this.#parts;
    const { id } = channel;
    const log = this.logOf(id);
    const messages = log?.messages ?? [];
    const lastSeq = Math.max(
      channel.lastSeq,
      log?.channel?.lastSeq ?? 0,
      messages.at(-1)?.seq ?? 0,
    );
    const unsent = client.outbox.entries.filter(({ channelId }) => channelId === id);
    const isJoined = channel.role !== null;
    const joinedSeq = log?.members.get(me)?.joinedSeq ?? 0;
    const mark = this.markOf(id);
    return {
      id,
      channel: log?.channel ?? channel,
      name: this.#nameOf(log?.channel ?? channel, log),
      isJoined,
      unread: isJoined ? unreadIn({ me, mark, lastSeq, joinedSeq, messages }) : 0,
      unsent: unsent.length,
      hasFailed: unsent.some(({ state }) => state.is === 'failed'),
    };
  }

  /** A direct channel is called by its people. */
  #nameOf(channel: Channel, log: ChannelLog | null): string {
    const { me, nameOf } = this.#parts;
    const others = [...(log?.members.keys() ?? [])].filter((userId) => userId !== me);
    if (channel.kind !== 'direct' || others.length === 0) return nameOfChannel(channel);
    return others.map((userId) => nameOf(userId, channel.id)).join(', ');
  }

  async #list(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      const listed = await this.#read();
      if (!listed) return;
      this.#take(listed);
    }
  }

  async #read(): Promise<Channel[] | null> {
    const all: Channel[] = [];
    for (let page = 0; page < PAGES; page += 1) {
      const after = all.at(-1)?.id;
      const input = { limit: PAGE, ...(after !== undefined && { after }) };
      const outcome = await this.#parts.client.call('channel.list', input);
      if (!outcome.ok) {
        const { retry, retryAfterMs = AGAIN_MS } = outcome.refusal;
        if (retry === 'later' && !this.#isOver)
          this.#again ??= setTimeout(() => {
            this.#again = null;
            void this.refresh();
          }, retryAfterMs);
        return null;
      }
      all.push(...outcome.data.channels);
      if (!outcome.data.more) break;
    }
    return all;
  }

  #take(listed: readonly Channel[]): void {
    if (this.#isOver) return;
    const before = [...this.#channels.values()];
    const now = new Map(listed.map((channel) => [channel.id, channel]));
    for (const channel of before)
      if (channel.role !== null && (now.get(channel.id)?.role ?? null) === null)
        this.#end(channel, now.get(channel.id) ?? null);
    for (const channel of listed) this.#channels.set(channel.id, channel);
    for (const { id, role } of before) if (role === null && !now.has(id)) this.#forget(id);
    this.#isListed = true;
    this.#fill();
    this.#parts.changed();
  }

  /** One is not in it any more. `channel` as it is seen from outside, if it is. */
  #end(known: Channel, channel: Channel | null): void {
    const { id } = known;
    this.#unfollow(id);
    this.#channels.set(id, { ...(channel ?? known), role: null });
    if (!this.#expected.delete(id)) this.#parts.lost(known);
    if (!channel) this.#forget(id);
  }

  /** What nobody can see any more stays as long as there is something in it that was not sent. */
  #forget(id: ChannelId): void {
    if (!this.#parts.client.outbox.entries.some(({ channelId }) => channelId === id))
      this.#channels.delete(id);
  }

  #fill(): void {
    for (const { id, isJoined } of this.mine) {
      if (this.#opening >= AT_ONCE || this.#logs.size >= FOLLOWED) return;
      if (isJoined && !this.#logs.has(id) && !this.#shut.has(id)) this.#open(id);
    }
  }

  #open(id: ChannelId): void {
    const log = this.#parts.client.channel(id);
    const unlisten = log.on('changed', () => this.#logChanged(id, log));
    this.#logs.set(id, { log, unlisten });
    this.#opening += 1;
    void log.ready().then(() => {
      this.#opening -= 1;
      if (!this.#isOver) this.#fill();
    });
  }

  #unfollow(id: ChannelId): void {
    const followed = this.#logs.get(id);
    this.#logs.delete(id);
    followed?.unlisten();
    followed?.log.close();
  }

  #logChanged(id: ChannelId, log: ChannelLog): void {
    const channel = this.#channels.get(id);
    if (log.state.is === 'closed' && log.state.because.code !== 'signed_out' && channel) {
      this.#shut.add(id);
      this.#end(channel, channel.kind === 'public' ? channel : null);
      void this.refresh();
    }
    this.#parts.changed();
  }
}
