/** What this domain takes of those that it does not know: proofs, accounts, seals, the trail and what each erases. */
import type { HeldAccounts } from '../access/index.ts';
import type { UserId, WorkspaceId } from '../contract/index.ts';
import type {
  AuditFacts,
  ChannelChanged,
  Clock,
  ControlRecorded,
  Entropy,
  ErasureStep,
  PresenceStirred,
  Processings,
  Told,
} from '../kernel/index.ts';
import type { Digests, Vault } from '../crypto/index.ts';
import type { DueErasures } from './erasure/due-store.ts';
import type { DueHeldTexts } from './holds/held-text-store.ts';
import type { RetentionOptions } from './retention/run.ts';
import type { Tx } from './erasure/erasure-store.ts';
import type { LedgerSeal } from './ledger/entry.ts';
import type { LedgerFile } from './ledger/file.ts';
import type { HeadFile } from './ledger/head-file.ts';
import type { KnownHeads } from './ledger/head-store.ts';

/** The password was proved again before the transaction; what it proves is for who made it. */
export interface StepUpPort<Proof> {
  readonly prove: (
    caller: { readonly workspaceId: WorkspaceId; readonly userId: UserId },
    password: string,
  ) => Promise<Proof | null>;
  readonly stands: (tx: Tx, proof: Proof) => Promise<boolean>;
}

/** These people and all admins, as they are now and unchanged until the transaction ends. */
export type HoldPeople = (
  tx: Tx,
  workspaceId: WorkspaceId,
  ids: readonly UserId[],
) => Promise<HeldAccounts>;

/** Text that outlives whom it is about: under the key of the workspace, bound to the row that it stands in. */
export interface WorkspaceSeal {
  readonly seal: (
    tx: Tx,
    workspaceId: WorkspaceId,
    place: SealedPlace,
    text: string,
  ) => Promise<{ readonly sealed: Uint8Array; readonly version: number }>;
  /** Null where it does not open. */
  readonly open: (
    tx: Tx,
    workspaceId: WorkspaceId,
    place: SealedPlace,
    row: { readonly sealed: Uint8Array; readonly version: number },
  ) => Promise<string | null>;
}

export interface SealedPlace {
  readonly kind: 'erasure-origin' | 'hold-reason' | 'extension-reason';
  readonly id: string;
}

/** Writes what a job did into the audit trail, in its transaction; gives the id of the row. */
export type RecordJob = (
  tx: Tx,
  workspaceId: WorkspaceId,
  action: string,
  facts: AuditFacts,
) => Promise<string>;

/** Asks that somebody be written to, in the transaction of what it is about. Where no mail is sent, nothing happens. */
export type WriteTo = (
  tx: Tx,
  workspaceId: WorkspaceId,
  userId: UserId,
  about: 'request-due' | 'request-extended',
) => Promise<unknown>;

/** What a job tells of. */
export type Announced = ChannelChanged | ControlRecorded | PresenceStirred | Told;

export interface PrivacyOptions<Proof> {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'own' | 'read',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
  readonly stepUp: StepUpPort<Proof>;
  readonly digests: Digests;
  readonly holdPeople: HoldPeople;
  readonly workspaceSeal: WorkspaceSeal;
  readonly recordJob: RecordJob;
  /** What each domain erases, in the order in which they are asked within a phase. */
  readonly steps: readonly ErasureStep<Tx>[];
  /** What is done for each purpose that takes consent. */
  readonly processings: Processings<Tx>;
  readonly vault: Vault;
  readonly ledgerFile: LedgerFile;
  readonly ledgerSeal: LedgerSeal;
  /** A second place for where the ledger ends; null: none is set. */
  readonly headFile: HeadFile | null;
  readonly receiptSeal: Pick<LedgerSeal, 'sign'>;
  readonly retention: Pick<RetentionOptions, 'contributors' | 'everyWorkspace' | 'sign' | 'pace'>;
  /** What receipts are checked with. */
  readonly publicKeys: {
    readonly keys: readonly {
      readonly kty: 'OKP';
      readonly crv: 'Ed25519';
      readonly x: string;
      readonly kid: string;
    }[];
  };
  readonly knownHeads: KnownHeads;
  readonly dueErasures: DueErasures;
  readonly dueHeldTexts: DueHeldTexts;
  /** Milliseconds in which an erasure can be taken back. */
  readonly graceMs: number;
  /** Milliseconds after which the last copy of a key in a backup is gone. */
  readonly keyCopiesMs: number;
  readonly writeTo: WriteTo;
  readonly announce: (effect: Announced) => void;
  readonly later: (milliseconds: number, task: () => void) => () => void;
  /** Hears of what a start did by itself. */
  readonly notice: (what: string, detail: object) => void;
}
