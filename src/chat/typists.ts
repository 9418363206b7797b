/** Decides who may be seen typing, mostly without the database, and how often: once in a while on all nodes together. */
import { LRUCache } from 'lru-cache';
import { mayInChannel, sees, standings, type ChannelPermission } from '../access/index.ts';
import type { ChannelId, UserId, WorkspaceId } from '../contract/index.ts';
import { TYPING_SIGNAL_MS } from '../contract/index.ts';
import { Refusal, type ChannelChanged, type Clock } from '../kernel/index.ts';
import { archivedAmong, restraintStore } from './restraint-store.ts';
import type { Transaction } from './transaction-store.ts';

/** Takes keys for so many milliseconds, each if it is free; rejects when what keeps them is away. */
export type Claim = (keys: readonly string[], milliseconds: number) => Promise<readonly boolean[]>;

export interface TypistsOptions {
  readonly clock: Clock;
  readonly transaction: Transaction;
  readonly claim: Claim;
  /** A keyed digest: what is kept elsewhere names nobody. */
  readonly digest: (scope: string, value: string) => string;
}

export interface Typing {
  readonly userId: UserId;
  readonly channelId: ChannelId;
}

/** `quiet`: they may, and the others know it already, or cannot be told. */
export type TypingVerdict = 'told' | 'quiet' | Refusal;

/** How long a yes is believed; a change of the membership or the channel that this node hears of ends it at once. */
const BELIEVED_MS = 1_000; // a mute is no event of the log
const REMEMBERED = 20_000;
/** A little less than what clients keep between signals: one that is early by the network is not lost. */
const CLAIMED_MS = TYPING_SIGNAL_MS - 500;

export class Typists {
  readonly #options: TypistsOptions;
  readonly #may: LRUCache<string, true>;

  constructor(options: TypistsOptions) {
    this.#options = options;
    const perf = { now: () => options.clock.monotonic() };
    this.#may = new LRUCache({ max: REMEMBERED, ttl: BELIEVED_MS, ttlResolution: 0, perf });
  }

  /** One verdict for each, in their order. At most one transaction, and none where all were asked about lately. */
  async judge(
    workspaceId: WorkspaceId,
    all: readonly Typing[],
    permission: ChannelPermission,
  ): Promise<readonly TypingVerdict[]> {
    const unsure = all.filter((one) => !this.#may.has(keyOf(one)));
    const no = unsure.length === 0 ? NOBODY : await this.#ask(workspaceId, unsure, permission);
    const may = all.filter((one) => !no.has(keyOf(one)));
    const told = await this.#claimed(workspaceId, may);
    return all.map((one) => no.get(keyOf(one)) ?? (told.has(one) ? 'told' : 'quiet'));
  }

  /** Whoever came, went or has another role is asked about again, and everybody where the channel changed. */
  changed({ channelId, events }: ChannelChanged): void {
    for (const event of events)
      if (event.kind === 'member')
        this.#may.delete(keyOf({ channelId, userId: event.member.userId }));
    if (!events.some(({ kind }) => kind === 'channel')) return;
    for (const key of [...this.#may.keys()])
      if (key.startsWith(`${channelId} `)) this.#may.delete(key);
  }

  async #ask(
    workspaceId: WorkspaceId,
    unsure: readonly Typing[],
    permission: ChannelPermission,
  ): Promise<ReadonlyMap<string, Refusal>> {
    const { transaction, clock } = this.#options;
    const { found, archived, muted } = await transaction(workspaceId, 'read', async (tx) => ({
      found: await standings(tx).each(unsure),
      archived: await archivedAmong(tx, unsure),
      muted: await restraintStore(tx).mutedAmong(unsure, clock.now()),
    }));
    const no = new Map<string, Refusal>();
    for (const [i, one] of unsure.entries()) {
      const standing = found[i] ?? null;
      const mute = muted.find((each) => keyOf(each) === keyOf(one));
      if (!standing || !sees(standing)) no.set(keyOf(one), new Refusal('not_found'));
      else if (!mayInChannel(standing, permission)) no.set(keyOf(one), new Refusal('forbidden'));
      else if (archived.has(one.channelId)) no.set(keyOf(one), new Refusal('channel_archived'));
      else if (mute) no.set(keyOf(one), mutedUntil(mute.until));
      else this.#may.set(keyOf(one), true);
    }
    return no;
  }

  /** Those who were not seen typing lately; nobody when what knows that is away. */
  async #claimed(workspaceId: WorkspaceId, may: readonly Typing[]): Promise<ReadonlySet<Typing>> {
    const { claim, digest } = this.#options;
    const firsts = new Map(may.map((one) => [keyOf(one), one]));
    if (firsts.size === 0) return new Set();
    const tag = digest(workspaceId, '');
    const keys = [...firsts.keys()].map((key) => `typing:{${tag}}:${digest(workspaceId, key)}`);
    const taken = await claim(keys, CLAIMED_MS).catch(() => []);
    return new Set([...firsts.values()].filter((_, i) => taken[i]));
  }
}

const NOBODY: ReadonlyMap<string, Refusal> = new Map();

function mutedUntil(until: Date | null): Refusal {
  return new Refusal('muted', { detail: { until: until?.getTime() ?? null } });
}

function keyOf({ channelId, userId }: Typing): string {
  return `${channelId} ${userId}`;
}
