/** Types every call by the name of its operation: what it takes, what it gives, and every way in which it can be refused. */
import type { z } from 'zod';
import type { RefusalCode, RefusalOnWire, Retry, UniversalRefusal } from '../contract/refusals.ts';
import type { Operations } from '../operations.ts';

type Named<N> = Extract<Operations, { readonly name: N }>;

/** The name of an operation, e.g. `message.send`. */
export type OperationName = Operations['name'];
/**
 * What an operation takes. An id may be any text, since that is what JSON and addresses hold; one that is known to be
 * the id of something else does not compile.
 */
export type InputOf<N extends OperationName> = Given<
  z.input<Named<N>['input']>,
  z.output<Named<N>['input']>
>;
/** `In`, with each text that is parsed to an id marked as one: the mark is optional, but not another. */
type Given<In, Out> = In extends string
  ? [Extract<Out, z.$brand>] extends [never]
    ? In
    : string & Partial<Pick<Extract<Out, z.$brand>, typeof z.$brand>>
  : In extends object
    ? { [K in keyof In]: K extends keyof Out ? Given<In[K], Out[K]> : In[K] }
    : In;
/** What an operation gives; the bytes themselves of what is sent as a file. */
export type OutputOf<N extends OperationName> = N extends 'export.fetch'
  ? ReadableStream<Uint8Array>
  : z.output<Named<N>['output']>;

/**
 * A "no" that this library says by itself. `signed_out`: there is no session to call with. `unreachable`: there
 * was no connection and nothing was sent. `no_answer`: it was sent, and whether it was done is unknown.
 */
export type LocalRefusal = 'signed_out' | 'unreachable' | 'no_answer' | 'payload_too_large';

/** Every code with which a call of this name can be refused: its own, those of any call, and the local ones. */
export type RefusalOf<N extends OperationName> =
  Named<N>['refuses'][number] | UniversalRefusal | LocalRefusal;

/** A "no". Like `RefusalOnWire`, except that one said locally has no trace on the server. */
export interface Refused<C extends string = RefusalCode | LocalRefusal> {
  readonly code: C;
  /** Give up, wait and try again, or sign in first. */
  readonly retry: Retry;
  readonly traceId: string | null;
  readonly detail?: RefusalOnWire['detail'];
  /** Milliseconds after which the same call may succeed. */
  readonly retryAfterMs?: number;
}

/** A yes with its data, or a no with its reason; calls do not throw. */
export type Outcome<T, C extends string = RefusalCode | LocalRefusal> =
  { readonly ok: true; readonly data: T } | { readonly ok: false; readonly refusal: Refused<C> };

/** What a call of this name comes to. */
export type CallOutcome<N extends OperationName> = Outcome<OutputOf<N>, RefusalOf<N>>;

/** Thrown by `callOrThrow` alone. */
export class RefusedError<C extends string = string> extends Error {
  readonly refusal: Refused<C>;

  constructor(name: string, refusal: Refused<C>) {
    super(`${name} was refused: ${refusal.code}`);
    this.name = 'RefusedError';
    this.refusal = refusal;
  }
}
