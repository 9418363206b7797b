/** Who is writing where, for a few seconds after they said so, and saying it oneself no more often than anybody is told. */
import type { Broadcasts } from '../contract/broadcasts.ts';
import type { ChannelId, UserId } from '../contract/ids.ts';
import { TYPING_SHOWN_MS, TYPING_SIGNAL_MS } from '../contract/sizes.ts';
import type { Typing, Unlisten } from './api.ts';
import type { Online } from './online.ts';
import { Changes } from './watched.ts';

export class Typists implements Typing {
  readonly #parts: Online;
  readonly #changes: Changes;
  /** How to call off the end of each. */
  readonly #writing = new Map<ChannelId, Map<UserId, () => void>>();
  /** Channels in which one said it lately. */
  readonly #said = new Set<ChannelId>();

  constructor(parts: Online) {
    this.#parts = parts;
    this.#changes = new Changes(parts.failed);
  }

  in(channelId: ChannelId): readonly UserId[] {
    return [...(this.#writing.get(channelId)?.keys() ?? [])];
  }

  signal(channelId: ChannelId): void {
    const { calls, timers, online, failed } = this.#parts;
    if (this.#said.has(channelId) || !online()) return;
    const forget = () => void this.#said.delete(channelId);
    this.#said.add(channelId);
    timers.after(TYPING_SIGNAL_MS, forget, forget);
    calls.call('typing.signal', { channelId }).catch(failed); // a no is no matter: nobody is told
  }

  on(_event: 'changed', listener: () => void): Unlisten {
    return this.#changes.on(listener);
  }

  heard(event: string, payload: unknown): void {
    if (event === 'channel.typing') {
      const { channelId, userId } = payload as Broadcasts['channel.typing'];
      this.#begin(channelId, userId);
    } else if (event === 'channel.events') {
      const { channelId, events } = payload as Broadcasts['channel.events'];
      for (const one of events)
        if (one.kind === 'message') this.#end(channelId, one.message.authorId);
        else if (one.kind === 'member' && one.member.state === 'left')
          this.#end(channelId, one.member.userId);
    }
  }

  /** The connection is gone: nobody is known to be writing. */
  clear(): void {
    for (const [channelId, people] of this.#writing)
      for (const userId of people.keys()) this.#end(channelId, userId);
  }

  #begin(channelId: ChannelId, userId: UserId): void {
    const people = this.#writing.get(channelId) ?? new Map<UserId, () => void>();
    this.#writing.set(channelId, people);
    people.get(userId)?.();
    const end = () => this.#end(channelId, userId);
    if (!people.has(userId)) this.#changes.changed();
    people.set(userId, this.#parts.timers.after(TYPING_SHOWN_MS, end, end));
  }

  #end(channelId: ChannelId, userId: UserId): void {
    const people = this.#writing.get(channelId);
    const callOff = people?.get(userId);
    if (!people || !callOff) return;
    callOff();
    people.delete(userId);
    if (people.size === 0) this.#writing.delete(channelId);
    this.#changes.changed();
  }
}
