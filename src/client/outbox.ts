/** Messages on their way: kept before they are sent, and sent under one clientId until the server has answered. */
import { v7 } from 'uuid';
import type { ChannelId, ClientId, MessageId, UserId } from '../contract/ids.ts';
import { BODY_CHARACTERS } from '../contract/sizes.ts';
import type { Outbox, OutboxEntry, OutboxState, SendRefusal, Unlisten } from './api.ts';
import type { Calls } from './calls.ts';
import { Entry, PENDING, type EntryOwner } from './outbox-entry.ts';
import type { OutboxStore } from './outbox-store.ts';
import { refused } from './refusals.ts';
import { backoff, type Timers } from './timers.ts';
import type { Refused } from './types.ts';
import { Changes } from './watched.ts';

export interface OutboxParts {
  readonly store: OutboxStore;
  readonly calls: Pick<Calls, 'call'>;
  readonly timers: Timers;
  readonly now: () => number;
  /** The time on the server: clientIds tell it theirs. */
  readonly serverNow: () => number;
  readonly online: () => boolean;
  readonly failed: (error: unknown) => void;
}

/** Messages kept at most, in all channels. */
const ENTRIES = 1_000;
/** Channels that are sent to at the same time; in each, one message after the other. */
const CHANNELS = 8;
/** So many answers `internal` to one message mean that it is the message. */
const INTERNAL = 10;

export class OutboxBox implements Outbox, EntryOwner {
  readonly #parts: OutboxParts;
  readonly #changes: Changes;
  readonly #busy = new Set<ChannelId>();
  #author: UserId | null = null;
  #entries: Entry[] = [];
  #order = 0;
  #ready: Promise<void> = Promise.resolve();
  #callOff: () => void = () => undefined;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#changes = new Changes(parts.failed);
  }

  get entries(): readonly OutboxEntry[] {
    return this.#entries;
  }

  on(_event: 'changed', listener: () => void): Unlisten {
    return this.#changes.on(listener);
  }

  changed(): void {
    this.#changes.changed();
  }

  /** Takes up what this person left unsent; what somebody else did stays where it is. */
  begin(author: UserId): Promise<void> {
    if (author === this.#author) return this.#ready;
    for (const entry of this.#entries.splice(0)) entry.become(failedWith(refused('signed_out')));
    this.#author = author;
    this.#ready = this.#load(author).catch(this.#parts.failed);
    return this.#ready;
  }

  /** Forgets everything that is unsent, also in the storage. */
  async clear(): Promise<void> {
    await this.#ready;
    for (const entry of this.#entries.splice(0)) entry.become({ is: 'discarded' });
    if (this.#author) await this.#parts.store.clear(this.#author).catch(this.#parts.failed);
    this.#author = null;
  }

  async add(
    channelId: ChannelId,
    body: string,
    replyTo: MessageId | null,
    mentions: readonly UserId[] = [],
  ): Promise<OutboxEntry> {
    await this.#ready;
    const at = this.#parts.now();
    this.#order = Math.max(this.#order + 1, at);
    const clientId = this.#freshId();
    const order = this.#order;
    const named = mentions.length > 0 && { mentions };
    const draft = { clientId, channelId, body, replyTo, ...named, at, order, failed: null };
    const entry = new Entry(this, draft);
    const refusal = this.#refusalOf(body);
    if (refusal) entry.become(failedWith(refusal));
    else {
      this.#entries.push(entry);
      this.changed();
      await this.#keep(entry);
    }
    return entry;
  }

  /** Sends whatever may be sent now. */
  pump(): void {
    this.#callOff();
    if (!this.#parts.online()) return;
    const now = this.#parts.now();
    const seen = new Set<ChannelId>();
    let next = Infinity;
    for (const entry of this.#entries) {
      const { state, channelId } = entry;
      if (state.is !== 'pending' || seen.has(channelId)) continue;
      seen.add(channelId); // those behind it wait, so that their order stays
      if (!entry.stored || this.#busy.has(channelId)) continue;
      if (state.retryAt !== null && state.retryAt > now) next = Math.min(next, state.retryAt);
      else if (this.#busy.size < CHANNELS) void this.#attempt(entry);
    }
    if (next < Infinity) this.#callOff = this.#parts.timers.after(next - now, () => this.pump());
  }

  async retry(entry: Entry): Promise<void> {
    const { state, draft } = entry;
    if (state.is !== 'failed' || !this.#author || !this.#entries.includes(entry)) return;
    const stale = state.refusal.code === 'stale_client_id';
    if (stale) await this.#forget(entry);
    entry.draft = { ...draft, failed: null, ...(stale && { clientId: this.#freshId() }) };
    entry.attempts = 0;
    entry.become(PENDING);
    await this.#keep(entry);
  }

  async discard(entry: Entry): Promise<void> {
    if (!this.#drop(entry)) return;
    entry.become({ is: 'discarded' });
    await this.#forget(entry);
    this.pump();
  }

  async #load(author: UserId): Promise<void> {
    const drafts = await this.#parts.store.load(author, ENTRIES);
    if (this.#author !== author) return;
    for (const draft of drafts) {
      const entry = new Entry(this, draft);
      entry.stored = true;
      this.#entries.push(entry);
      this.#order = Math.max(this.#order, draft.order);
    }
    this.changed();
    this.pump();
  }

  #freshId(): ClientId {
    return v7({ msecs: this.#parts.serverNow() }) as ClientId;
  }

  #refusalOf(body: string): Refused<SendRefusal> | null {
    if (this.#author === null) return refused('signed_out');
    if (body.length > BODY_CHARACTERS)
      return { code: 'invalid_input', retry: 'never', traceId: null, detail: TOO_LONG };
    if (this.#entries.length < ENTRIES) return null;
    return { code: 'outbox_full', retry: 'later', traceId: null };
  }

  async #keep(entry: Entry): Promise<void> {
    const author = this.#author;
    if (author === null) return;
    try {
      await this.#parts.store.write(author, entry.draft);
      entry.stored = true;
    } catch (error) {
      this.#parts.failed(error);
      if (entry.state.is === 'pending')
        entry.become(failedWith({ code: 'storage_failed', retry: 'later', traceId: null }));
      return;
    }
    if (entry.state.is === 'discarded') await this.#forget(entry, author);
    this.pump();
  }

  async #attempt(entry: Entry): Promise<void> {
    const { clientId, channelId, body, replyTo, mentions } = entry.draft;
    this.#busy.add(channelId);
    entry.attempts += 1;
    const named = mentions && { mentions: [...mentions] };
    const input = { clientId, channelId, body, ...(replyTo && { replyTo }), ...named };
    const outcome = await this.#parts.calls.call('message.send', input);
    this.#busy.delete(channelId);
    if (outcome.ok) {
      const mine = this.#drop(entry);
      if (mine) entry.become({ is: 'sent', as: outcome.data });
      if (mine) await this.#forget(entry);
    } else if (this.#entries.includes(entry)) await this.#refused(entry, outcome.refusal);
    this.pump();
  }

  async #refused(entry: Entry, refusal: Refused<SendRefusal>): Promise<void> {
    const { retry, code, retryAfterMs } = refusal;
    const hopeless = code === 'internal' && entry.attempts >= INTERNAL;
    if (retry === 'never' || hopeless) {
      entry.draft = { ...entry.draft, failed: refusal };
      entry.become(failedWith(refusal));
      return this.#keep(entry);
    }
    // Without a connection there is nothing to wait for but the next one.
    const pause = this.#parts.online() ? (retryAfterMs ?? backoff(entry.attempts - 1)) : null;
    const retryAt = pause === null ? null : this.#parts.now() + pause;
    entry.become({ is: 'pending', retryAt, refusal });
  }

  #drop(entry: Entry): boolean {
    const place = this.#entries.indexOf(entry);
    if (place >= 0) this.#entries.splice(place, 1);
    return place >= 0;
  }

  async #forget({ draft }: Entry, author = this.#author): Promise<void> {
    if (author) await this.#parts.store.remove(author, draft).catch(this.#parts.failed);
  }
}

const TOO_LONG = [{ path: 'body', problem: 'too_long' }];

function failedWith(refusal: Refused<SendRefusal>): OutboxState {
  return { is: 'failed', refusal };
}
