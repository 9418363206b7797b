/** Exports of what is kept about somebody: asked for, collected in a job, fetched once for each link, gone after a week. */
import { standings } from '../../access/index.ts';
import type { SessionId, UserId, WorkspaceId } from '../../contract/index.ts';
import {
  envelope,
  keyRows,
  type Digests,
  type DocumentSigner,
  type Vault,
} from '../../crypto/index.ts';
import {
  newSecret,
  type Clock,
  type Entropy,
  type ExportContributor,
  type FileStorage,
  type Module,
  type Told,
} from '../../kernel/index.ts';
import type { Tx } from '../../platform/postgres/index.ts';
import {
  exportCancel,
  exportFetch,
  exportLink,
  exportList,
  exportRequest,
  exportRequestFor,
} from '../operations/index.ts';
import { exportStore } from './export-store.ts';
import { end, goOn, told, type ExportJobs } from './jobs.ts';
import { ownExports } from './own-exports.ts';
import { sealedFiles } from './sealed-files.ts';
import { sent } from './sent.ts';
import type { ExportDomain, ExportServices, Proof, StepUp } from './services.ts';

export { exportErasure } from './erasure-store.ts';

export interface ExportOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly vault: Vault;
  readonly digests: Digests;
  readonly signer: Pick<DocumentSigner, 'sign' | 'current'>;
  /** Null where no folder is set: exports are refused then. */
  readonly storage: FileStorage | null;
  /** What each domain has to give. */
  readonly contributors: readonly ExportContributor[];
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'own' | 'read',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
  readonly stepUp: {
    readonly prove: StepUp<Proof>['prove'];
    readonly stands: (tx: Tx, proved: Proof) => Promise<boolean>;
  };
  /** Throws Refusal once the session may not be used any more. */
  readonly sessionIsLive: (session: {
    readonly workspaceId: WorkspaceId;
    readonly userId: UserId;
    readonly sessionId: SessionId;
  }) => Promise<unknown>;
  readonly announce: (effect: Told<'export.progress'>) => void;
  readonly later: (milliseconds: number, task: () => void) => () => void;
}

export type ExportTasks = Readonly<
  Record<
    'privacy.export' | 'privacy.export-end',
    (workspaceId: WorkspaceId, about: unknown) => Promise<void>
  >
>;

export function exportDomain(options: ExportOptions): {
  readonly module: Module<Tx>;
  readonly tasks: ExportTasks;
} {
  const { entropy, vault, digests, storage, transaction, stepUp, later } = options;
  const sealing = envelope(entropy);
  const files = storage && sealedFiles({ vault, sealing, entropy, storage });
  const rowsOf = (tx: Tx, workspaceId: WorkspaceId) => ({
    exports: exportStore(tx, workspaceId),
    keys: keyRows(tx, workspaceId),
    standings: standings(tx),
  });
  const within: ExportJobs['within'] = (workspaceId, mode, work) =>
    transaction(workspaceId, mode, (tx) => work(rowsOf(tx, workspaceId)));
  const contributors = [...options.contributors, ownExports(within, files)];
  const pause = () => new Promise<void>((resolve) => later(0, resolve));
  const jobs = files && { ...options, contributors, files, within, pause };
  const need = (): ExportJobs => {
    if (!jobs) throw new Error('EXPORT_DIR is not set');
    return jobs;
  };
  const newLink = (workspaceId: WorkspaceId) => {
    const link = newSecret(entropy);
    return { link, digest: digests.of('export-link', workspaceId, link) };
  };

  const archive: ExportDomain['archive'] = (fetched) =>
    sent({ ...need(), sessionIsLive: options.sessionIsLive }, fetched);
  const domain: ExportDomain = { prove: stepUp.prove, archive };
  return {
    module: {
      name: 'privacy',
      operations: [
        exportCancel,
        exportFetch,
        exportLink,
        exportList,
        exportRequest,
        exportRequestFor,
      ],
      domain,
      services: (tx, { workspaceId }): ExportServices => ({
        workspaceId,
        ...rowsOf(tx, workspaceId),
        files,
        entropy,
        contributors,
        stands: (proved) => stepUp.stands(tx, proved),
        newLink: () => newLink(workspaceId),
        linkDigests: (link) => digests.each('export-link', workspaceId, link),
        progressOf: (record) => told({ contributors }, record),
      }),
    },
    tasks: {
      'privacy.export': (workspaceId, about) => goOn(need(), workspaceId, about),
      'privacy.export-end': (workspaceId, about) => end(need(), workspaceId, about),
    },
  };
}
