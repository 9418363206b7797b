/** Processing that is done only for people who consented: what does it takes the proof, which names the purpose. */
import type { ConsentPurpose, UserId, WorkspaceId } from '../contract/index.ts';

declare const proof: unique symbol;

/**
 * That this person consents to `P`, to its text as it is now. Only the ledger of consents makes one, in the
 * transaction that it holds for: until that ends, no withdrawal is committed. So what takes one cannot be called
 * without asking, nor with what was given for something else.
 */
export interface Consented<P extends ConsentPurpose> {
  readonly userId: UserId;
  /** When it was given. */
  readonly since: Date;
  readonly [proof]: P;
}

/** The ledger as processing asks it, within one transaction, which may lock. */
export interface Consents {
  /** Null without consent, and for accounts that are not active. */
  of<P extends ConsentPurpose>(purpose: P, userId: UserId): Promise<Consented<P> | null>;
  /** Everybody who consents. */
  all<P extends ConsentPurpose>(purpose: P): Promise<readonly Consented<P>[]>;
}

/** What is done for a purpose, as whoever registers it says how it begins and ends. `T` is a transaction. */
export interface Processing<T, P extends ConsentPurpose> {
  readonly purpose: P;
  /** In the transaction of the consent. May be called again for who consents already. */
  readonly begin: (tx: T, workspaceId: WorkspaceId, consented: Consented<P>) => Promise<void>;
  /** Calls off all that waits, in the transaction of the withdrawal; what runs asks the ledger and finds none. */
  readonly end: (tx: T, workspaceId: WorkspaceId, userId: UserId) => Promise<void>;
}

/** What is done for each purpose: one without does not compile. */
export type Processings<T> = { readonly [P in ConsentPurpose]: Processing<T, P> };
