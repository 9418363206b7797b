/** What an operation must say about who may call it; there is no operation without it. */
import type { Resource } from './audit.ts';
import type { Caller, WorkspaceHint } from './caller.ts';

/**
 * What a caller must hold, as data: what is declared here is what `resolve` decides by, so that it can be explained.
 * Permissions are named as the policy names them, which the kernel does not know.
 */
export type Demand =
  | { readonly of: 'nobody' }
  | { readonly of: 'account' }
  | { readonly of: 'workspace'; readonly permission: string }
  /** Any one of them; which one it takes may depend on whose the thing is. */
  | { readonly of: 'channel'; readonly permissions: readonly string[] };

/** Decides inside the transaction. It loads the row the call is about and refuses, or hands the row on. */
export interface Access<I, A extends Caller, S, V> {
  /** One line for the generated reference. */
  readonly describe: string;
  readonly asks: Demand;
  readonly audience: 'anyone' | 'signed-in';
  /** For callers without a session: which workspace the call is about. */
  readonly workspace: ((input: I) => WorkspaceHint) | null;
  /**
   * What the input claims to be about, for the trail of whoever is refused: it may not exist. Left out where a call
   * is about nothing that has an id, or about the caller.
   */
  readonly about?: (input: I) => Resource;
  /** Throws a Refusal, or returns the authorised subject. Absent and invisible are both `not_found`. */
  readonly resolve: (request: {
    readonly input: I;
    readonly caller: A;
    readonly services: V;
  }) => Promise<S>;
}

/** For grouped operations, where one statement decides many calls: what that statement must demand. */
export interface GroupedAccess<I, G> {
  readonly describe: string;
  readonly asks: Demand;
  readonly audience: 'signed-in';
  /** As in Access. */
  readonly about?: (input: I) => Resource;
  /** Handed to the statement that decides; what is declared here is what is enforced there. */
  readonly demand: G;
}
