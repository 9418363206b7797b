/** What a run under faults leaves to be judged: what each client asked and heard, and what the database has in the end. */

/** Milliseconds of one monotonic clock for all clients of the run. */
export type Moment = number;

/** A send as its author saw it. One clientId may be asked several times: retries are entries of their own. */
export type SendEntry =
  | {
      readonly is: 'invoke';
      readonly at: Moment;
      readonly clientId: string;
      readonly channel: string;
      readonly author: string;
      readonly node: string;
    }
  | {
      readonly is: 'ok';
      readonly at: Moment;
      readonly clientId: string;
      readonly seq: number;
      readonly rev: number;
      readonly duplicate: boolean;
    }
  /** A definite no: it is not stored and never will be. */
  | { readonly is: 'fail'; readonly at: Moment; readonly clientId: string; readonly code: string }
  /** No answer, or one that says that the outcome is unknown. */
  | { readonly is: 'info'; readonly at: Moment; readonly clientId: string };

/** What one connection was sent of one channel. */
export type ViewEntry =
  | {
      readonly is: 'frame';
      readonly at: Moment;
      readonly connection: string;
      readonly user: string;
      readonly channel: string;
      readonly epoch: number;
      readonly prev: number;
      readonly last: number;
      readonly revs: readonly number[];
    }
  /** The client put itself at `rev`: it subscribed, resumed, or was told to start over. */
  | {
      readonly is: 'placed';
      readonly at: Moment;
      readonly connection: string;
      readonly user: string;
      readonly channel: string;
      readonly rev: number;
    };

/** The removal of somebody, or their return, once it was acknowledged. */
export interface MembershipEntry {
  readonly is: 'removed' | 'added';
  readonly user: string;
  readonly channel: string;
  readonly invokedAt: Moment;
  readonly ackedAt: Moment;
}

export interface FaultEntry {
  readonly name: string;
  readonly from: Moment;
  readonly to: Moment;
}

export interface Post {
  readonly channel: string;
  readonly seq: number;
  readonly rev: number;
  readonly clientId: string;
  readonly author: string;
}

/** One stay of somebody in a channel; `leftRev` is null while it lasts. */
export interface Stay {
  readonly channel: string;
  readonly user: string;
  readonly joinedRev: number;
  readonly leftRev: number | null;
}

/** What somebody reads after everything healed, on one node: the seqs of a channel in the order shown. */
export interface FinalView {
  readonly user: string;
  readonly node: string;
  readonly channel: string;
  readonly seqs: readonly number[];
}

export interface History {
  readonly sends: readonly SendEntry[];
  readonly views: readonly ViewEntry[];
  readonly memberships: readonly MembershipEntry[];
  readonly faults: readonly FaultEntry[];
  /** Straight from the database, after everything healed. */
  readonly log: readonly Post[];
  readonly stays: readonly Stay[];
  readonly finalViews: readonly FinalView[];
}

/** Something that must not be, by the check that found it. */
export interface Violation {
  readonly check: 'C1' | 'C2' | 'C3' | 'C4' | 'C5' | 'C6' | 'C7' | 'C8' | 'C9';
  readonly text: string;
}
