/** Names for the ids of people in a channel, asked for once each; who has none is called by the end of their id. */
import type { ChannelId, UserId } from '../client/index.ts';
import type { Desk } from './desk.ts';
import { printable } from './printable.ts';

/** The most that are asked for at once. */
const AT_ONCE = 100;

export class Names {
  readonly #desk: Pick<Desk<'member.list'>, 'call'>;
  readonly #channelId: ChannelId;
  readonly #known = new Map<UserId, string | null>();

  constructor(desk: Pick<Desk<'member.list'>, 'call'>, channelId: ChannelId) {
    this.#desk = desk;
    this.#channelId = channelId;
  }

  /** Learns those that are not known yet. Throws Failure. */
  async learn(ids: Iterable<UserId>): Promise<void> {
    const unknown = [...new Set(ids)].filter((id) => !this.#known.has(id));
    for (let start = 0; start < unknown.length; start += AT_ONCE) {
      const userIds = unknown.slice(start, start + AT_ONCE);
      const input = { channelId: this.#channelId, userIds };
      const { members } = await this.#desk.call('member.list', input);
      for (const id of userIds) this.#known.set(id, null);
      for (const { userId, displayName } of members) this.#known.set(userId, displayName);
    }
  }

  /** As they wrote it; null where it is not known. */
  of(id: UserId): string | null {
    return this.#known.get(id) ?? null;
  }

  /** Fit for a terminal. */
  shown(id: UserId): string {
    return shownName(this.of(id), id);
  }
}

export function shownName(name: string | null, id: UserId): string {
  return name === null ? `somebody (…${id.slice(-6)})` : printable(name);
}
