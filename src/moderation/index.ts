/** The moderation domain: reports and the acts of moderators. It acts on channels with what the chat domain provides. */
import type { Chat, Screen } from '../chat/index.ts';
import type { WorkspaceId } from '../contract/index.ts';
import { envelope, keyRows, type Vault } from '../crypto/index.ts';
import type { Clock, Entropy, ExportContributor, Module } from '../kernel/index.ts';
import type { Statements, Tx } from '../platform/postgres/index.ts';
import { actStore } from './act-store.ts';
import { moderationActsOn, type ModerationActs } from './acts.ts';
import { deleteMany } from './bulk-deletion.ts';
import { deletionStore } from './deletion-store.ts';
import { moderationExports } from './exports.ts';
import { expire } from './expiry.ts';
import { filterState, filterStore } from './filter-store.ts';
import { flag } from './flagging.ts';
import { jobStore, type JobName } from './job-store.ts';
import type { Announced, JobServices } from './jobs.ts';
import * as operations from './operations/index.ts';
import { reportStatisticsStore } from './report-statistics-store.ts';
import { reportStore } from './report-store.ts';
import { screening } from './screening.ts';
import { filterTexts, sealedTexts } from './sealed-text.ts';
import type { ModerationServices } from './services.ts';

export { moderationErasure } from './erasure-store.ts';
export { Pace } from './pace.ts';

export interface ModerationOptions {
  readonly vault: Vault;
  readonly entropy: Entropy;
  readonly chat: Chat['services'];
  readonly acts: ActsOf;
  readonly clock: Clock;
  readonly statements: Statements;
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'own' | 'read',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
  /** Tells every node what a job did. */
  readonly announce: (effect: Announced) => void;
  /** Hears of what could not be counted. */
  readonly failed: (error: unknown) => void;
  readonly later: (milliseconds: number, task: () => void) => () => void;
}

/** The acts of one workspace, in one transaction. */
export type ActsOf = (tx: Tx, workspaceId: WorkspaceId) => ModerationActs;

/** What the chat domain asks about mutes and bans, and this domain works with. */
export function moderationActs({
  vault,
  entropy,
}: Pick<ModerationOptions, 'vault' | 'entropy'>): ActsOf {
  const sealing = envelope(entropy);
  return (tx, workspaceId) => {
    const texts = sealedTexts(vault, sealing, keyRows(tx, workspaceId));
    return moderationActsOn(actStore(tx, workspaceId), texts, entropy);
  };
}

export interface Moderation {
  readonly module: Module<Tx>;
  /** Refuses `filtered` for a message that a filter does not let through. */
  readonly screen: Screen;
  /** What this domain gives to an export of somebody's data. */
  readonly exports: readonly ExportContributor[];
  /** What is done in jobs, by their names. */
  readonly tasks: Readonly<
    Record<JobName, (workspaceId: WorkspaceId, about: unknown) => Promise<void>>
  >;
}

export function moderationDomain(options: ModerationOptions): Moderation {
  const { vault, entropy, chat, acts, clock, transaction, announce, later } = options;
  const sealing = envelope(entropy);
  const servicesOf = (tx: Tx, workspaceId: WorkspaceId): ModerationServices => {
    const services = chat(tx, workspaceId);
    return {
      ...services,
      acts: acts(tx, workspaceId),
      deletions: deletionStore(tx, workspaceId),
      filters: filterStore(tx, workspaceId),
      filterTexts: filterTexts(vault, sealing, services.keys),
      jobs: jobStore(tx),
      reports: reportStore(tx, workspaceId),
      reportStatistics: reportStatisticsStore(tx),
      texts: sealedTexts(vault, sealing, services.keys),
    };
  };
  const jobs: JobServices = {
    clock,
    announce,
    later,
    within: (workspaceId, work) =>
      transaction(workspaceId, 'own', (tx) => work(servicesOf(tx, workspaceId))),
  };
  return {
    module: {
      name: 'moderation',
      operations: Object.values(operations),
      domain: null,
      services: (tx, { workspaceId }) => servicesOf(tx, workspaceId),
    },
    exports: moderationExports({
      transaction,
      texts: (tx, workspaceId) => sealedTexts(vault, sealing, keyRows(tx, workspaceId)),
    }),
    screen: screening({
      ...jobs,
      state: filterState(options.statements),
      failed: options.failed,
    }),
    tasks: {
      'moderation.expire': (workspaceId, about) => expire(jobs, workspaceId, about),
      'moderation.delete-many': (workspaceId, about) => deleteMany(jobs, workspaceId, about),
      'moderation.flag': (workspaceId, about) => flag(jobs, workspaceId, about),
    },
  };
}
