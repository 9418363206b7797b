/** What each domain does when somebody is erased: steps that may run twice, each a bounded piece of work. */
import type { ChannelId, UserId, WorkspaceId } from '../contract/index.ts';
import type { ChannelChanged, ControlRecorded, PresenceStirred } from './outcome.ts';

/** What goes first, whatever it belongs to: with the keys all that they seal, then every way in, then the rows. */
export const ERASURE_PHASES = ['keys', 'sessions', 'rows'] as const;
export type ErasurePhase = (typeof ERASURE_PHASES)[number];

/** Whom, and what of them. */
export interface ErasureScope {
  readonly workspaceId: WorkspaceId;
  readonly subjectId: UserId;
  /** What they wrote in this channel, and nothing else; null: all of them. */
  readonly channelId: ChannelId | null;
  /** What a legal hold keeps, of channels: all that the person wrote there, or what they posted in these stretches. */
  readonly kept: ReadonlyMap<ChannelId, 'all' | readonly Stretch[]>;
  /** In a channel: the last epoch whose keys go, and when the erasure began; what was written later stays. */
  readonly upTo: { readonly keyEpoch: number; readonly at: Date } | null;
  readonly now: Date;
}

/** From then on and before then; null is without end. */
export interface Stretch {
  readonly from: Date | null;
  readonly to: Date | null;
}

/** How far a step is, in words of its own; kept in a row until the step is done. */
export type ErasureCursor = Readonly<Record<string, string | number | boolean>>;

export interface ErasedPiece {
  /** Where the next piece begins; null: there is none. */
  readonly next: ErasureCursor | null;
  /** Rows that this piece changed or removed, by table. */
  readonly counts: Readonly<Record<string, number>>;
  readonly effects?: readonly (ChannelChanged | ControlRecorded | PresenceStirred)[];
}

/** One kind of thing that goes. `T` is a transaction, which only stores look into. */
export interface ErasureStep<T> {
  /** domain.noun */
  readonly name: string;
  readonly phase: ErasurePhase;
  /** Columns that name a person or hold what they are or wrote, `table.column`, that this step answers for. */
  readonly answersFor: readonly string[];
  /** Whether it has anything to do where only what was written in one channel is erased. */
  readonly ofChannel: boolean;
  /**
   * Does one piece in the given transaction, from `cursor` on (null: from the beginning). What it did before may have
   * been rolled back or not told: it does what is left to do. Steps of the phase `keys` do all of it in one piece.
   */
  readonly run: (tx: T, scope: ErasureScope, cursor: ErasureCursor | null) => Promise<ErasedPiece>;
}
