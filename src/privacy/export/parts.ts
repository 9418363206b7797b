/** What the steps of an export work with, and what each of them comes to. */
import type { Standings } from '../../access/index.ts';
import type { WorkspaceId } from '../../contract/index.ts';
import type { DocumentSigner, KeyRows } from '../../crypto/index.ts';
import type { Clock, ExportContributor } from '../../kernel/index.ts';
import type { Change, ExportRecord, ExportStore, PartRecord } from './export-store.ts';
import type { SealedFiles } from './sealed-files.ts';

/** The rows of one transaction. */
export interface ExportRows {
  readonly exports: ExportStore;
  readonly keys: KeyRows;
  readonly standings: Standings;
}

export interface ExportParts {
  readonly clock: Clock;
  readonly contributors: readonly ExportContributor[];
  readonly files: SealedFiles;
  readonly signer: Pick<DocumentSigner, 'sign' | 'current'>;
  readonly within: <T>(
    workspaceId: WorkspaceId,
    mode: 'own' | 'read',
    work: (rows: ExportRows) => Promise<T>,
  ) => Promise<T>;
  /** Lets the calls that wait have their turn. */
  readonly pause: () => Promise<void>;
}

/** An export that a step is taken of, with the key of its files. */
export interface UnderWay {
  readonly workspaceId: WorkspaceId;
  readonly record: ExportRecord;
  readonly key: Buffer;
}

/** What a step did outside of the database; it counts once `to` and the records are committed together. */
export interface Step {
  readonly to: Change;
  readonly added: readonly PartRecord[];
  /** Parts whose place one of `added` takes, or that have no place any more. */
  readonly removed?: readonly PartRecord[];
  /** Parts that were looked at and stay as they are. */
  readonly settled?: readonly PartRecord[];
  /** Whether all that can be lost is to be looked at once more. */
  readonly anew?: boolean;
}
