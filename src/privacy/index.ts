/** The privacy domain: erasing people for good, and what keeps something from it. It knows the others by their steps. */
import { standings } from '../access/index.ts';
import type { WorkspaceId } from '../contract/index.ts';
import type { Module } from '../kernel/index.ts';
import { ledgerOf } from './consent/index.ts';
import { deadlineStore } from './deadlines/deadline-store.ts';
import { reminding } from './deadlines/remind.ts';
import { erasureStore, type Tx } from './erasure/erasure-store.ts';
import { replaying } from './erasure/replay.ts';
import { receiptTokens } from './erasure/receipt-token.ts';
import { resuming } from './erasure/resume.ts';
import { erasing } from './erasure/run.ts';
import { heldTextStore } from './holds/held-text-store.ts';
import { lettingGo } from './holds/held-texts.ts';
import { holdStore } from './holds/hold-store.ts';
import { openingCodes } from './holds/opening-code.ts';
import { openingStore } from './holds/opening-store.ts';
import { passGate } from './ledger/gate.ts';
import { headStore } from './ledger/head-store.ts';
import { Ledger } from './ledger/ledger.ts';
import {
  consentGive,
  consentHistory,
  consentList,
  consentWithdraw,
  erasureCancel,
  erasureRead,
  erasureRequest,
  erasureRequestFor,
  holdAuthoriseOpening,
  holdLift,
  holdList,
  holdPlace,
  privacyExtend,
  privacyMine,
  privacyRequests,
  receiptFetch,
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

export { consentExports, consentsOf, PURPOSES } from './consent/index.ts';
export { requestsWaiting, type Waiting } from './deadlines/waiting-store.ts';
export { deadlineExports } from './deadlines/exports.ts';
export { dueErasures } from './erasure/due-store.ts';
export { receiptsByKey } from './erasure/receipt-store.ts';
export { erasureExports } from './erasure/exports.ts';
export { heldTextErasure } from './holds/held-texts.ts';
export { dueHeldTexts } from './holds/held-text-store.ts';
export { heldTextOpening, type OpenedText } from './holds/opening.ts';
export { LedgerFault, type LedgerSeal } from './ledger/entry.ts';
export { Ledger } from './ledger/ledger.ts';
export { ledgerFile, type LedgerFile } from './ledger/file.ts';
export { proved } from './ledger/gate.ts';
export { headFile } from './ledger/head-file.ts';
export { knownHeads, type KnownHeads } from './ledger/head-store.ts';
export type { Announced, PrivacyOptions, WorkspaceSeal } from './ports.ts';

export interface Privacy {
  readonly module: Module<Tx>;
  /** What is done in jobs, by their names. */
  readonly tasks: Readonly<
    Record<
      'privacy.erase' | 'privacy.let-go' | 'privacy.remind' | 'privacy.retain',
      (workspaceId: WorkspaceId, about: unknown) => Promise<void>
    >
  >;
  /** What is done once a day, on one of the nodes. */
  readonly daily: Readonly<Record<'privacy.retention', () => Promise<void>>>;
  /**
   * Before anything is served: does again what the ledger of erasures says and the database does not know. Throws
   * LedgerFault where the ledger is missing, edited or older than the database. From then on it looks each hour for
   * erasures that are due, and texts that no hold keeps, and that no job is at.
   */
  readonly gate: { readonly start: () => Promise<void>; readonly stop: () => Promise<void> };
}

/** Builds the domain; nothing runs until its gate is started. */
export function privacyDomain<P extends Proof>(options: PrivacyOptions<P>): Privacy {
  const { stepUp, ledgerFile, headFile, knownHeads, notice, publicKeys } = options;
  const { path } = ledgerFile;
  const ledger = new Ledger(ledgerFile, options.ledgerSeal, headFile);
  const file = (workspaceId: WorkspaceId) =>
    options.transaction(workspaceId, 'own', (tx) => ledger.file(headStore(tx, workspaceId)));
  const erasures = erasing({ ...options, ledger });
  const replay = replaying({ ...options, destroyKeys: erasures.destroyKeys });
  const tokens = receiptTokens(options.digests, options.entropy);
  const codes = openingCodes(options.digests, options.entropy);
  const resumption = resuming(options);
  const retention = retaining({ ...options, ...options.retention });
  const { contributors } = options.retention;
  const domain: PrivacyDomain = { prove: stepUp.prove, publicKeys };
  const { workspaceSeal, holdPeople, entropy, graceMs, writeTo } = options;
  return {
    module: {
      name: 'privacy',
      operations: [
        ...[consentGive, consentHistory, consentList, consentWithdraw],
        ...[erasureCancel, erasureRead, erasureRequest, erasureRequestFor],
        ...[holdAuthoriseOpening, holdLift, holdList, holdPlace, receiptFetch, receiptKeys],
        ...[privacyExtend, privacyMine, privacyRequests],
        ...[retentionPreview, retentionRead, retentionRun, retentionRuns, retentionSet],
      ],
      domain,
      services: (tx, { workspaceId }): PrivacyServices => ({
        workspaceId,
        standings: standings(tx),
        erasures: erasureStore(tx, workspaceId),
        holds: holdStore(tx, workspaceId),
        consents: ledgerOf(options, tx, workspaceId),
        deadlines: deadlineStore(tx, workspaceId),
        heldTexts: heldTextStore(tx, workspaceId),
        openings: openingStore(tx, workspaceId),
        newOpeningCode: (id, now) => codes.make({ workspaceId, id }, now),
        retention: retentionIn(tx, workspaceId, contributors),
        entropy,
        graceMs,
        newReceiptToken: () => tokens.make(workspaceId),
        receiptDigests: (token) => tokens.digestsOf(workspaceId, token),
        writeOfExtension: (userId) => writeTo(tx, workspaceId, userId, 'request-extended'),
        stands: (proof) => stepUp.stands(tx, proof as P),
        holdAccounts: (ids) => holdPeople(tx, workspaceId, ids),
        seal: (place, text) => workspaceSeal.seal(tx, workspaceId, place, text),
        open: (place, row) => workspaceSeal.open(tx, workspaceId, place, row),
      }),
    },
    tasks: {
      'privacy.erase': erasures.run,
      'privacy.let-go': lettingGo(options),
      'privacy.remind': reminding(options),
      'privacy.retain': retention.run,
    },
    daily: { 'privacy.retention': retention.schedule },
    gate: {
      async start() {
        await passGate({ ledger, path, knownHeads, headFile, replay, file, notice });
        await resumption.start();
      },
      stop: resumption.stop,
    },
  };
}
