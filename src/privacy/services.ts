/** What this domain's operations work with: before the transaction, and inside it. */
import type { HeldAccounts, Standings } from '../access/index.ts';
import type { HoldId, ReceiptToken, UserId, WorkspaceId } from '../contract/index.ts';
import type { Entropy } from '../kernel/index.ts';
import type { ConsentLedger } from './consent/ledger.ts';
import type { DeadlineStore } from './deadlines/deadline-store.ts';
import type { ErasureStore } from './erasure/erasure-store.ts';
import type { ReceiptTokens } from './erasure/receipt-token.ts';
import type { HeldTextStore } from './holds/held-text-store.ts';
import type { HoldStore } from './holds/hold-store.ts';
import type { OpeningCodes } from './holds/opening-code.ts';
import type { OpeningStore } from './holds/opening-store.ts';
import type { PrivacyOptions, SealedPlace } from './ports.ts';
import type { Retention } from './retention/retention.ts';

/** What was proved stays within the domain that proved it. */
export type Proof = object;

export interface PrivacyDomain {
  readonly prove: PrivacyOptions<Proof>['stepUp']['prove'];
  readonly publicKeys: PrivacyOptions<Proof>['publicKeys'];
}

export interface PrivacyServices {
  readonly workspaceId: WorkspaceId;
  readonly standings: Standings;
  readonly erasures: ErasureStore;
  readonly holds: HoldStore;
  readonly consents: ConsentLedger;
  readonly deadlines: DeadlineStore;
  readonly heldTexts: HeldTextStore;
  readonly openings: OpeningStore;
  /** With its digest: what a hold keeps is opened with it. */
  readonly newOpeningCode: (id: HoldId, now: Date) => ReturnType<OpeningCodes['make']>;
  readonly retention: Retention;
  readonly entropy: Entropy;
  readonly graceMs: number;
  /** A token for the receipt of an erasure, with its digest; and the digests of one that was shown. */
  readonly newReceiptToken: () => ReturnType<ReceiptTokens['make']>;
  readonly receiptDigests: (token: ReceiptToken) => readonly Buffer[];
  /** Asks that a person be told by mail that their request takes longer. */
  readonly writeOfExtension: (userId: UserId) => Promise<unknown>;
  readonly stands: (proof: Proof) => Promise<boolean>;
  readonly holdAccounts: (ids: readonly UserId[]) => Promise<HeldAccounts>;
  readonly seal: (
    place: SealedPlace,
    text: string,
  ) => Promise<{ readonly sealed: Uint8Array; readonly version: number }>;
  readonly open: (
    place: SealedPlace,
    row: { readonly sealed: Uint8Array; readonly version: number },
  ) => Promise<string | null>;
}
