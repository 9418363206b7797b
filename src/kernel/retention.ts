/** What each domain removes when its time is over: in bounded pieces, each found anew, and nothing that a hold keeps. */
import type {
  ChannelId,
  RetentionCandidate,
  RetentionKind,
  RetentionPortion,
  UserId,
  WorkspaceId,
} from '../contract/index.ts';
import type { Stretch } from './erasure.ts';
import type { ChannelChanged } from './outcome.ts';

/** A legal hold in force: of a person, of a channel, or of both (null: of any). */
export interface HoldInForce extends Stretch {
  readonly userId: UserId | null;
  readonly channelId: ChannelId | null;
}

/** What is too old, and what stays all the same; as it is in the transaction that it was made in. */
export interface RetentionScope {
  readonly workspaceId: WorkspaceId;
  /** When it is, by two clocks: the earlier of Postgres's and the node's, at the beginning of the run. */
  readonly asOf: Date;
  /** What is from before then goes; null: nothing does. */
  readonly before: Date | null;
  /** The same of channels that have it otherwise. */
  readonly overrides: ReadonlyMap<ChannelId, Date | null>;
  readonly holds: readonly HoldInForce[];
}

/** Where the next page or piece begins, in words of the contributor's own. */
export type RetentionCursor = Readonly<Record<string, string | number>>;

export interface RetentionPage<T> {
  readonly found: readonly T[];
  /** Null: there is none. A page may be short, or empty, and not be the last. */
  readonly next: RetentionCursor | null;
}

export interface RemovedPiece {
  readonly next: RetentionCursor | null;
  /** How many of what `survey` counts as due are gone. */
  readonly removed: number;
  /** How many it came across that a hold keeps. */
  readonly held: number;
  /** Rows by table. */
  readonly counts: Readonly<Record<string, number>>;
  readonly effects?: readonly ChannelChanged[];
}

/** One thing that is kept for a time. `T` is a transaction, which only stores look into. */
export interface RetentionContributor<T> {
  /** domain.noun */
  readonly name: string;
  readonly kind: RetentionKind;
  /** What is due, counted: at most `most` portions of which something is due or held. */
  readonly survey: (
    tx: T,
    scope: RetentionScope,
    cursor: RetentionCursor | null,
    most: number,
  ) => Promise<RetentionPage<RetentionPortion>>;
  /** What is due, one by one: exactly what `remove` takes. */
  readonly candidates: (
    tx: T,
    scope: RetentionScope,
    cursor: RetentionCursor | null,
    most: number,
  ) => Promise<RetentionPage<RetentionCandidate>>;
  /**
   * Removes at most about `most` in the given transaction, from `cursor` on. What it did before may have been rolled
   * back or not told: it does what is left to do. It looks at no more than what a fraction of a second takes.
   */
  readonly remove: (
    tx: T,
    scope: RetentionScope,
    cursor: RetentionCursor | null,
    most: number,
  ) => Promise<RemovedPiece>;
}

/** What is from before then goes in that place; null: nothing does. */
export function goesBefore(
  { before, overrides }: Pick<RetentionScope, 'before' | 'overrides'>,
  channelId: ChannelId,
): Date | null {
  const own = overrides.get(channelId);
  return own === undefined ? before : own;
}

/** Whether a hold keeps what that person left at that time, in a channel or in none. */
export function isHeld(
  holds: readonly HoldInForce[],
  one: { readonly userId: UserId; readonly channelId: ChannelId | null; readonly at: Date },
): boolean {
  return holds.some(
    ({ userId, channelId, from, to }) =>
      (userId === null || userId === one.userId) &&
      (channelId === null || channelId === one.channelId) &&
      (from === null || one.at >= from) &&
      (to === null || one.at < to),
  );
}
