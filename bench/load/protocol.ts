/** What the bench and its load generator say to each other: one request at a time, each with one answer. */
import type { SystemName, Workload } from '../workloads.ts';
import type { Person } from './dialects.ts';
import type { GatheringRequest, GatheringResults } from './gathering-protocol.ts';
import type { Position, Resumed } from './resume.ts';
import type { Tallied } from './tally.ts';

export type Request =
  | GatheringRequest
  /** A crowd joins those that are there; what is asked later is asked of the one that came last. */
  | {
      readonly do: 'open';
      readonly system: SystemName;
      readonly workload: Workload;
      readonly port: number;
      /** One per member where the system knows people. */
      readonly people: readonly Person[] | null;
    }
  /** Sends on schedule, whatever happens. */
  | { readonly do: 'send'; readonly phase: Phase; readonly messages: number }
  /** Each speaker sends when the last message is answered and the pause is over; until one of both is used up. */
  | {
      readonly do: 'press';
      readonly phase: Phase;
      readonly messages: number;
      readonly seconds: number;
      readonly pauseMs: number;
    }
  /** Where the first room's log stands. */
  | { readonly do: 'position' }
  /** One person reads on from there to the end of the log, a page after the other. */
  | {
      readonly do: 'resume';
      readonly port: number;
      readonly person: Person;
      readonly position: Position;
    }
  /** How many connections went since they were opened, of all crowds and gatherings. */
  | { readonly do: 'count-lost' }
  | { readonly do: 'close' };

type Phase = 'warm' | 'run';

export interface Sent extends Tallied {
  /** From the first message to the last answer, or delivery. */
  readonly seconds: number;
  /** Connections that went while it was under way. */
  readonly lost: number;
  /** CPU of the load generator as a share of one core. */
  readonly load: number;
}

export interface Results extends GatheringResults {
  readonly open: null;
  readonly send: Sent;
  readonly press: Sent;
  readonly position: Position;
  readonly resume: Resumed;
  readonly 'count-lost': number;
  readonly close: null;
}

export type ResultOf<R extends Request> = Results[R['do']];

export type Answer =
  | { readonly kind: 'progress'; readonly sent: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly result: Results[keyof Results] }
  | { readonly kind: 'failed'; readonly why: string };
