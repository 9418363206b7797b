/** Who people are: names as they can be printed, asked for once for all that are needed at the same time. */
import type { ChannelId, Client, OutputOf, UserId } from '../../../client/index.ts';
import { printable } from '../../printable.ts';

export interface NamesParts {
  readonly client: Pick<Client, 'call'>;
  readonly me: { readonly userId: UserId; readonly displayName: string };
  readonly now: () => number;
  /** A name was learnt. */
  readonly changed: () => void;
}

type Listed = OutputOf<'member.list'>['members'][number];

/** Everybody who is needed within this time is asked for together. */
const TOGETHER_MS = 20;
/** People asked for in one call. */
const AT_ONCE = 100;
/** People remembered; beyond, those who were learnt first are forgotten. */
const REMEMBERED = 5_000;
/** After a call that was refused, who is still needed is asked for again no sooner than this. */
const AGAIN_MS = 10_000;

export class Names {
  readonly #parts: NamesParts;
  /** Null for somebody of whom the server knows no name. */
  readonly #names = new Map<UserId, string | null>();
  readonly #wanted = new Map<ChannelId, Set<UserId>>();
  /** Those who are asked for already. */
  readonly #asked = new Set<UserId>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #notBefore = 0;
  #isOver = false;

  constructor(parts: NamesParts) {
    this.#parts = parts;
    this.#names.set(parts.me.userId, printable(parts.me.displayName));
  }

  /** The name, or the beginning of the id until it is known. Whoever wrote in a channel can be asked for there. */
  nameOf(userId: UserId, channelId: ChannelId): string {
    const name = this.#names.get(userId);
    if (name === undefined) this.#want(userId, channelId);
    return name ?? shortId(userId);
  }

  /** The same without asking anybody. */
  known(userId: UserId): string {
    return this.#names.get(userId) ?? shortId(userId);
  }

  learn(members: readonly Pick<Listed, 'userId' | 'displayName'>[]): void {
    for (const { userId, displayName } of members) {
      this.#names.delete(userId);
      this.#names.set(userId, displayName === null ? null : printable(displayName).trim() || null);
    }
    for (const userId of this.#names.keys()) {
      if (this.#names.size <= REMEMBERED) break;
      if (userId !== this.#parts.me.userId) this.#names.delete(userId);
    }
    this.#parts.changed();
  }

  close(): void {
    this.#isOver = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #want(userId: UserId, channelId: ChannelId): void {
    if (this.#isOver || this.#asked.has(userId) || this.#parts.now() < this.#notBefore) return;
    this.#asked.add(userId);
    const wanted = this.#wanted.get(channelId) ?? new Set();
    this.#wanted.set(channelId, wanted.add(userId));
    this.#timer ??= setTimeout(() => void this.#ask(), TOGETHER_MS);
  }

  async #ask(): Promise<void> {
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    for (const [channelId, people] of wanted)
      for (const userIds of batches([...people])) await this.#askFor(channelId, userIds);
    this.#timer = null;
    if (this.#wanted.size > 0 && !this.#isOver)
      this.#timer = setTimeout(() => void this.#ask(), TOGETHER_MS);
  }

  async #askFor(channelId: ChannelId, userIds: UserId[]): Promise<void> {
    const { client, now } = this.#parts;
    const outcome = await client.call('member.list', { channelId, userIds, limit: AT_ONCE });
    for (const userId of userIds) this.#asked.delete(userId);
    if (this.#isOver) return;
    if (!outcome.ok) {
      this.#notBefore = now() + AGAIN_MS;
      return;
    }
    const found = new Map(outcome.data.members.map((member) => [member.userId, member]));
    this.learn(userIds.map((userId) => found.get(userId) ?? { userId, displayName: null }));
  }
}

/** Enough of an id to tell people of one channel apart. */
export function shortId(id: string): string {
  return id.slice(-8);
}

function* batches<T>(all: readonly T[]): Generator<T[]> {
  for (let from = 0; from < all.length; from += AT_ONCE) yield all.slice(from, from + AT_ONCE);
}
