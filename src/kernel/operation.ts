/** The declaration that every event and every endpoint is; without access, limit and audit it does not compile. */
import type { z } from 'zod';
import type { LimitName, RefusalCode, UniversalRefusal } from '../contract/index.ts';
import type { Access, GroupedAccess } from './access.ts';
import type { Audit } from './audit.ts';
import type { Actor, Caller } from './caller.ts';
import type { LATER } from './grouping.ts';
import type { Outcome } from './outcome.ts';
import type { Refusal } from './refusal.ts';

export type HttpRoute = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;

/** Where an operation can be called. On a socket the event has the operation's name. */
export type Transport =
  | { readonly socket: true; readonly http?: HttpRoute }
  | { readonly socket?: never; readonly http: HttpRoute };

/** Refuses with a code that the operation declared, or that any operation may answer. */
export type Refuse<R extends RefusalCode> = (code: R | UniversalRefusal, detail?: unknown) => never;

interface Declaration<
  N extends string,
  In extends z.ZodType,
  Out extends z.ZodType,
  R extends RefusalCode,
> {
  /** noun.verb: the socket event, the file, the test, the audit action and the metric label. */
  readonly name: N;
  /** One sentence for the generated reference. */
  readonly summary: string;
  readonly on: Transport;
  /** HTTP status of a yes; 200 unless told. */
  readonly status?: 200 | 201 | 202;
  readonly input: In;
  readonly output: Out;
  readonly limit: LimitName;
  /** What the limit counts by beside address and user, e.g. the account that a login names. */
  readonly limitBy?: (input: z.output<In>) => string;
  readonly refuses: readonly R[];
}

/**
 * What an operation does with the refresh cookie when its caller asks for `delivery: 'cookie'`. It is the transport
 * that does it, and it demands an allowed Origin first: a cookie comes along with whatever a page makes a browser ask.
 */
export interface RefreshCookie<I> {
  /** The cookie stands in for the `refreshToken` of the input. */
  readonly reads?: true;
  /** `refreshToken` leaves the reply for the cookie, which lasts for the reply's `refreshExpiresIn` in seconds. */
  readonly writes?: true;
  /** Whether a yes to this input leaves a browser nothing to keep. */
  readonly clears?: (input: I) => boolean;
}

/**
 * Who takes or gives a refresh token must take part in the delivery by cookie, and so must who lets a caller ask for
 * it; nobody else can.
 */
type OfCookie<I, O> = Where<I, 'refreshToken', { readonly cookie: { readonly reads: true } }> &
  Where<
    O,
    'refreshToken',
    { readonly cookie: { readonly writes: true }; readonly output: HasLife }
  > &
  Where<I, 'delivery', { readonly cookie: object }, { readonly cookie?: never }>;
type HasLife = z.ZodType<{ readonly refreshExpiresIn: number }>;
/** `Then` for an object with that very key; an empty one, as zod infers it, has every key. */
type Where<T, Key extends string, Then, Else = unknown> = string extends keyof T
  ? Else
  : Key extends keyof T
    ? Then
    : Else;

/** What must be ready before the transaction begins: slow work (a password hash) that must not hold a lock. */
export type Prepare<I, A extends Caller, D, P, R extends RefusalCode> = (call: {
  readonly input: I;
  readonly caller: A;
  readonly domain: D;
  readonly now: Date;
  readonly traceId: string;
  readonly refuse: Refuse<R>;
}) => Promise<P>;

export interface Handling<I, A extends Caller, S, V, P, R extends RefusalCode> {
  readonly input: I;
  readonly caller: A;
  /** The row that was authorised. Act on this: ids in `input` are claims. */
  readonly subject: S;
  readonly services: V;
  readonly prepared: P;
  readonly now: Date;
  readonly refuse: Refuse<R>;
}

/**
 * Callers who show something that sets them apart from strangers: counted under a limit of their own instead. `by`
 * names what they showed, null when it is nothing; it is asked before anything is counted, and must cost nothing.
 */
export interface Known<I, D> {
  readonly limit: LimitName;
  readonly by: (call: {
    readonly input: I;
    readonly caller: Caller;
    readonly domain: D;
    readonly now: Date;
  }) => string | null;
}

/**
 * The reply stands for bytes that are sent in its place, over HTTP alone: it is checked and audited as any other, and
 * the bytes are read after COMMIT.
 */
export interface Download<O, D> {
  /** A media type. Sent as an attachment, whatever it is. */
  readonly type: string;
  /** What a client should call it: letters, digits, dots and dashes. */
  readonly name: (reply: O) => string;
  /** What it throws in the middle cuts the answer off, so that nobody takes a part for the whole. */
  readonly bytes: (reply: O, domain: D) => AsyncIterable<Uint8Array>;
}

/**
 * `own`: a transaction of its own. `read`: changes nothing, sees one snapshot. `glance`: the same without a transaction to
 * work in, as what its services ask is asked in one round trip; it records nothing.
 */
export interface Operation<
  N extends string,
  In extends z.ZodType,
  Out extends z.ZodType,
  A extends Caller,
  S,
  V,
  D,
  P,
  R extends RefusalCode,
> extends Declaration<N, In, Out, R> {
  readonly commit: 'own' | 'read' | 'glance';
  readonly access: Access<z.output<In>, A, S, V>;
  readonly audit: Audit<z.output<In>, S, z.output<Out>>;
  readonly known?: Known<z.output<In>, D>;
  readonly cookie?: RefreshCookie<z.input<In>>;
  readonly download?: Download<z.output<Out>, D>;
  readonly prepare?: Prepare<z.output<In>, A, D, P, R>;
  readonly handle: (
    handling: Handling<z.output<In>, A, S, V, P, R>,
  ) => Promise<Outcome<z.input<Out>>>;
}

export interface GroupedCall<I, P> {
  readonly input: I;
  readonly caller: Actor;
  readonly prepared: P;
}

/** A yes with its effects, or a no that leaves the other calls of the batch untouched. */
export type Verdict<O> = Outcome<O> | Refusal;

/** `grouped`: many calls share one commit and one database round trip, each with a verdict of its own. */
export interface GroupedOperation<
  N extends string,
  In extends z.ZodType,
  Out extends z.ZodType,
  G,
  V,
  D,
  P,
  R extends RefusalCode,
> extends Declaration<N, In, Out, R> {
  readonly commit: 'grouped';
  readonly access: GroupedAccess<z.output<In>, G>;
  readonly audit: { readonly skip: string };
  readonly prepare: Prepare<z.output<In>, Actor, D, P, R>;
  /** What a call may have to wait for while somebody else holds it, e.g. its channel. */
  readonly heldBy: (input: z.output<In>) => string;
  /** How long calls may wait for others while there is a crowd, in milliseconds: 10 unless told. */
  readonly lingerMs?: number;
  /** How many calls share a commit at most: 128 unless told. */
  readonly mostCalls?: number;
  /**
   * One verdict per call, in the order of the calls. All calls are of one workspace. Unless `patient`, it answers
   * LATER for a call that would have to wait, and is asked again for it, apart from the others.
   */
  readonly decide: (batch: {
    readonly calls: readonly GroupedCall<z.output<In>, P>[];
    readonly demand: G;
    readonly services: V;
    readonly now: Date;
    readonly patient: boolean;
  }) => Promise<readonly (Verdict<z.input<Out>> | typeof LATER)[]>;
}

/* eslint-disable @typescript-eslint/no-explicit-any -- handlers are contravariant in what they take: only `any` holds them all */
export type AnyOwnOperation = Operation<string, any, any, any, any, any, any, any, RefusalCode>;
export type AnyGroupedOperation = GroupedOperation<
  string,
  any,
  any,
  any,
  any,
  any,
  any,
  RefusalCode
>;
/* eslint-enable @typescript-eslint/no-explicit-any */
export type AnyOperation = AnyOwnOperation | AnyGroupedOperation;

/**
 * The way a domain declares operations: `const operation = operationsFor<Services, Domain>()`.
 * `Services` are bound to the transaction of a call, or to the call where there is none; `Domain` is what lives as long as
 * the server.
 */
export function operationsFor<V, D, C extends AnyOwnOperation['commit'] = 'own' | 'read'>() {
  return function operation<
    const N extends string,
    In extends z.ZodType,
    Out extends z.ZodType,
    A extends Caller,
    S,
    P = undefined,
    const R extends RefusalCode = never,
  >(
    declaration: Operation<N, In, Out, A, S, V, D, P, R> & { readonly commit: C } & OfCookie<
        z.output<In>,
        z.output<Out>
      >,
  ): Operation<N, In, Out, A, S, V, D, P, R> {
    return Object.freeze<Operation<N, In, Out, A, S, V, D, P, R>>(declaration);
  };
}

/** The same for operations whose calls are decided set-wise. */
export function groupedOperationsFor<V, D>() {
  return function operation<
    const N extends string,
    In extends z.ZodType,
    Out extends z.ZodType,
    G,
    P,
    const R extends RefusalCode = never,
  >(
    declaration: GroupedOperation<N, In, Out, G, V, D, P, R>,
  ): GroupedOperation<N, In, Out, G, V, D, P, R> {
    return Object.freeze(declaration);
  };
}
