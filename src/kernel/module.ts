/** A domain as the kernel sees it: its operations, and what they work with. */
import type { Caller } from './caller.ts';
import type { AnyOperation } from './operation.ts';

/** One transaction's view of the stores; what it is made of is known only to the platform and the stores. */
export interface Module<T> {
  readonly name: string;
  readonly operations: readonly AnyOperation[];
  /** Handed to `prepare`: lives as long as the server, holds no transaction. */
  readonly domain: unknown;
  /** Handed to `access` and `handle`: bound to the transaction of one call. */
  readonly services: (transaction: T, caller: Caller) => unknown;
  /** Handed to `access` and `handle` of what commits as a `glance`. */
  readonly glances?: (caller: Caller) => unknown;
  /** Handed to `decide` of grouped operations: runs single statements. */
  readonly grouped?: unknown;
}
