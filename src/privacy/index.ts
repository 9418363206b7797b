/** The privacy domain: erasing people for good, and what keeps something from it. It knows the others by their steps. */
import { standings } from '../access/index.ts';
import type { WorkspaceId } from '../contract/index.ts';
import type { Module } from '../kernel/index.ts';
import { erasureStore, type Tx } from './erasure/erasure-store.ts';
import { replaying } from './erasure/replay.ts';
import { erasing } from './erasure/run.ts';
import { holdStore } from './holds/hold-store.ts';
import { passGate } from './ledger/gate.ts';
import { Ledger } from './ledger/ledger.ts';
import {
  erasureCancel,
  erasureRead,
  erasureRequest,
  erasureRequestFor,
  holdLift,
  holdList,
  holdPlace,
  receiptKeys,
  retentionPreview,
  retentionRead,
  retentionRun,
  retentionRuns,
  retentionSet,
} from './operations/index.ts';
import type { PrivacyOptions } from './ports.ts';
import { retentionIn } from './retention/retention.ts';
import { retaining } from './retention/run.ts';
import type { PrivacyDomain, PrivacyServices, Proof } from './services.ts';

export { erasureExports } from './erasure/exports.ts';
export { LedgerFault } from './ledger/entry.ts';
export { Ledger } from './ledger/ledger.ts';
export { ledgerFile, type LedgerFile } from './ledger/file.ts';
export { allHeads } from './ledger/head-store.ts';
export type { Announced, PrivacyOptions, WorkspaceSeal } from './ports.ts';

export interface Privacy {
  readonly module: Module<Tx>;
  /** What is done in jobs, by their names. */
  readonly tasks: Readonly<
    Record<
      'privacy.erase' | 'privacy.retain',
      (workspaceId: WorkspaceId, about: unknown) => Promise<void>
    >
  >;
  /** What is done once a day, on one of the nodes. */
  readonly daily: Readonly<Record<'privacy.retention', () => Promise<void>>>;
  /**
   * Before anything is served: does again what the ledger of erasures says and the database does not know. Throws
   * LedgerFault where the ledger is missing, edited or older than the database.
   */
  readonly gate: { readonly start: () => Promise<void> };
}

/** Builds the domain; nothing runs until its gate is started. */
export function privacyDomain<P extends Proof>(options: PrivacyOptions<P>): Privacy {
  const { stepUp, ledgerFile: file, allHeads, notice, publicKeys } = options;
  const ledger = new Ledger(file, options.ledgerSeal);
  const erasures = erasing({ ...options, ledger });
  const replay = replaying({ ...options, destroyKeys: erasures.destroyKeys });
  const retention = retaining({ ...options, ...options.retention });
  const { contributors } = options.retention;
  const domain: PrivacyDomain = { prove: stepUp.prove, publicKeys };
  const { workspaceSeal, holdPeople, entropy, graceMs } = options;
  return {
    module: {
      name: 'privacy',
      operations: [
        ...[erasureCancel, erasureRead, erasureRequest, erasureRequestFor],
        ...[holdLift, holdList, holdPlace, receiptKeys],
        ...[retentionPreview, retentionRead, retentionRun, retentionRuns, retentionSet],
      ],
      domain,
      services: (tx, { workspaceId }): PrivacyServices => ({
        workspaceId,
        standings: standings(tx),
        erasures: erasureStore(tx, workspaceId),
        holds: holdStore(tx, workspaceId),
        retention: retentionIn(tx, workspaceId, contributors),
        entropy,
        graceMs,
        stands: (proof) => stepUp.stands(tx, proof as P),
        people: (ids) => holdPeople(tx, workspaceId, ids),
        seal: (place, text) => workspaceSeal.seal(tx, workspaceId, place, text),
        open: (place, row) => workspaceSeal.open(tx, workspaceId, place, row),
      }),
    },
    tasks: { 'privacy.erase': erasures.run, 'privacy.retain': retention.run },
    daily: { 'privacy.retention': retention.schedule },
    gate: { start: () => passGate({ ledger, path: file.path, allHeads, replay, notice }) },
  };
}
