/** What the bench and its load generator say to each other: one request at a time, each with one answer. */
import type { SystemName, Workload } from '../workloads.ts';
import type { Person } from './dialects.ts';
import type { Tallied } from './tally.ts';

export type Request =
  | {
      readonly do: 'open';
      readonly system: SystemName;
      readonly workload: Workload;
      readonly port: number;
      /** One per member where the system knows people. */
      readonly people: readonly Person[] | null;
    }
  | { readonly do: 'send'; readonly phase: 'warm' | 'run'; readonly messages: number }
  | { readonly do: 'close' };

export interface Sent extends Tallied {
  /** Connections that went while it was under way. */
  readonly lost: number;
  /** CPU of the load generator as a share of one core. */
  readonly load: number;
}

export type Answer =
  | { readonly kind: 'progress'; readonly sent: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly sent: Sent | null }
  | { readonly kind: 'failed'; readonly why: string };
