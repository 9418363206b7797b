/** What this domain's operations work with: before the transaction, and inside it. */
import type { Standings } from '../access/index.ts';
import type { UserId, WorkspaceId } from '../contract/index.ts';
import type { Entropy } from '../kernel/index.ts';
import type { ErasureStore } from './erasure/erasure-store.ts';
import type { HoldStore } from './holds/hold-store.ts';
import type { HeldPerson, PrivacyOptions, SealedPlace } from './ports.ts';
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
  readonly retention: Retention;
  readonly entropy: Entropy;
  readonly graceMs: number;
  readonly stands: (proof: Proof) => Promise<boolean>;
  readonly people: (ids: readonly UserId[]) => Promise<ReadonlyMap<UserId, HeldPerson>>;
  readonly seal: (
    place: SealedPlace,
    text: string,
  ) => Promise<{ readonly sealed: Uint8Array; readonly version: number }>;
  readonly open: (
    place: SealedPlace,
    row: { readonly sealed: Uint8Array; readonly version: number },
  ) => Promise<string | null>;
}
