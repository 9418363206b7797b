/** The ports of the road: what the pipeline needs from the rest of the server, and nothing more. */
import type { LimitOnWire } from '../contract/index.ts';
import type { AuditFacts, Resource } from './audit.ts';
import type { Caller, Credential, Origin } from './caller.ts';
import type {
  AnyGroupedOperation,
  AnyOperation,
  AnyOwnOperation,
  GroupedCall,
  Verdict,
} from './operation.ts';
import type { Effect } from './outcome.ts';
import type { Refusal } from './refusal.ts';

/** One request or event as it comes from the network, decoded but not yet trusted. */
export interface Call {
  readonly input: unknown;
  readonly credential: Credential;
  readonly origin: Origin;
  readonly traceId: string;
}

/** What the operation works with inside its transaction. */
export interface Unit {
  readonly services: unknown;
  /** Writes the audit row into the same transaction. */
  readonly record: (facts: AuditFacts) => Promise<void>;
}

/** How a call ended, for logs and metrics. */
export interface Observation {
  readonly operation: string;
  readonly transport: Origin['transport'];
  readonly traceId: string;
  readonly caller: Caller | null;
  /** `ok`, or the code of the refusal. */
  readonly result: string;
  readonly milliseconds: number;
}

export interface Stages {
  readonly now: () => Date;
  readonly monotonic: () => number;
  /** Refuses `overloaded` when too much is under way; the returned function ends the stay. */
  readonly admit: (operation: AnyOperation) => () => void;
  /** Proves the credential against the live session, or names the workspace of an anonymous caller. */
  readonly authenticate: (operation: AnyOperation, call: Call, input: unknown) => Promise<Caller>;
  /** Counts the call; refuses `rate_limited`. */
  readonly limit: (
    operation: AnyOperation,
    caller: Caller,
    input: unknown,
  ) => Promise<LimitOnWire | undefined>;
  /** What `prepare` of the operation's domain works with. */
  readonly domainOf: (operation: AnyOperation) => unknown;
  /** Runs the work in one transaction scoped to the caller's workspace; resolves only after COMMIT. */
  readonly transact: <T>(
    operation: AnyOwnOperation,
    caller: Caller,
    traceId: string,
    work: (unit: Unit) => Promise<T>,
  ) => Promise<T>;
  /** Adds the call to a shared commit of its workspace; resolves only after COMMIT. */
  readonly group: (
    operation: AnyGroupedOperation,
    call: GroupedCall<unknown, unknown>,
  ) => Promise<Verdict<unknown>>;
  /** Sends what was committed. Whatever fails here is repaired by readers, never reported as a no. */
  readonly publish: (effects: readonly Effect[], call: Call) => Promise<void>;
  /**
   * Takes note of a no: audit, counters, threat signals. Never throws, never waits for a disk. `claimed` is what a
   * call of the declared shape says it is about; nobody has looked whether there is such a thing.
   */
  readonly refused: (
    operation: AnyOperation,
    call: Call,
    caller: Caller | null,
    refusal: Refusal,
    claimed: Resource | null,
  ) => void;
  readonly observe: (observation: Observation) => void;
}
