/** What the operations about exports work with. */
import type { Standings } from '../../access/index.ts';
import type { ExportId, SessionId, UserId, WorkspaceId } from '../../contract/index.ts';
import type { KeyRows } from '../../crypto/index.ts';
import type { Entropy, ExportContributor, Told } from '../../kernel/index.ts';
import type { ExportRecord, ExportStore } from './export-store.ts';
import type { SealedFiles } from './sealed-files.ts';

/** The password, proved once more: the domain of accounts provides it. */
export interface StepUp<Proved> {
  readonly prove: (
    caller: { readonly workspaceId: WorkspaceId; readonly userId: UserId },
    password: string,
  ) => Promise<Proved | null>;
  readonly stands: (proved: Proved) => Promise<boolean>;
}

/** Of which only the domain of accounts knows what it is. */
export type Proof = object;

export interface ExportServices {
  readonly workspaceId: WorkspaceId;
  readonly standings: Standings;
  readonly exports: ExportStore;
  readonly keys: KeyRows;
  /** Null where the server has nowhere to put them. */
  readonly files: SealedFiles | null;
  readonly entropy: Entropy;
  readonly stands: StepUp<Proof>['stands'];
  readonly contributors: readonly ExportContributor[];
  /** A secret for a link, and its digest; and the digests of one that was shown, under each key. */
  readonly newLink: () => { readonly link: string; readonly digest: Buffer };
  readonly linkDigests: (link: string) => readonly Buffer[];
  readonly progressOf: (record: ExportRecord) => Told<'export.progress'>;
}

/** A fetch that was allowed, as its operation hands it on. */
export interface Fetched {
  readonly workspaceId: WorkspaceId;
  readonly exportId: ExportId;
  readonly userId: UserId;
  readonly sessionId: SessionId;
}

export interface ExportDomain {
  readonly prove: StepUp<Proof>['prove'];
  /** The bytes of the archive; it ends with an error where the session does. */
  readonly archive: (fetched: Fetched) => AsyncIterable<Uint8Array>;
}
