/** What is done only for people who consented to it, purpose by purpose: its jobs, and how each begins and ends. */
import { standings } from '../access/index.ts';
import { unreadMentions, type Chat } from '../chat/index.ts';
import type { MessageId, UserId, WorkspaceId } from '../contract/index.ts';
import type { Clock, Consented, Consents, Module, Processings } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { ConsentedServices } from './declare.ts';
import type { JobRows, Jobs } from './jobs.ts';
import { lookForMentions, mentionsToTell, newWatch } from './mention-mail.ts';
import { mentionWatchStore } from './mention-watch-store.ts';
import * as operations from './operations/index.ts';
import { usageStore } from './usage-store.ts';
import { countDays } from './usage.ts';

export { consentedErasure } from './erasure-store.ts';
export { usageRetention } from './retention-store.ts';

export interface ConsentedOptions {
  readonly clock: Clock;
  readonly chat: Chat['services'];
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'own' | 'read',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
  /** The ledger of consents, by another domain. */
  readonly consents: (tx: Tx, workspaceId: WorkspaceId) => Consents;
  /** Mails about mentions as they wait to be sent, by another domain. */
  readonly mails: (tx: Tx, workspaceId: WorkspaceId) => MentionMails;
}

export interface MentionMails {
  /** False where one waits already, or too many do. */
  readonly ask: (consented: Consented<'mention-mail'>) => Promise<boolean>;
  readonly callOff: (userId: UserId) => Promise<void>;
}

type Task = (workspaceId: WorkspaceId) => Promise<void>;

export interface ConsentedDomain {
  readonly module: Module<Tx>;
  readonly processings: Processings<Tx>;
  readonly tasks: Readonly<Record<'consented.mention-mail' | 'consented.count-days', Task>>;
  /** How many mentions a mail to that person tells of that is about to leave; 0: it is not sent any more. */
  readonly mentionsToTell: (
    tx: Tx,
    workspaceId: WorkspaceId,
    userId: UserId,
    now: Date,
  ) => Promise<number>;
}

export function consentedDomain(options: ConsentedOptions): ConsentedDomain {
  const { clock, chat, transaction, consents, mails } = options;
  const rowsOf = (tx: Tx, workspaceId: WorkspaceId): JobRows => ({
    consents: consents(tx, workspaceId),
    watches: mentionWatchStore(tx, workspaceId),
    usage: usageStore(tx, workspaceId),
    unread(userId, { from, before }, now) {
      const made = { from: from as MessageId, before: before as MessageId };
      return unreadMentions(chat(tx, workspaceId), userId, made, now);
    },
    ask: mails(tx, workspaceId).ask,
  });
  const jobs: Jobs = {
    clock,
    within: (workspaceId, work) =>
      transaction(workspaceId, 'own', (tx) => work(rowsOf(tx, workspaceId))),
  };
  return {
    module: {
      name: 'consented',
      operations: Object.values(operations),
      domain: null,
      services: (tx, { workspaceId }): ConsentedServices => ({
        standings: standings(tx),
        usage: usageStore(tx, workspaceId),
      }),
    },
    processings: {
      'mention-mail': {
        purpose: 'mention-mail',
        async begin(tx, workspaceId, consented) {
          const watches = mentionWatchStore(tx, workspaceId);
          await watches.begin(consented, newWatch(consented));
          await watches.look(0);
        },
        async end(tx, workspaceId, userId) {
          await mentionWatchStore(tx, workspaceId).end(userId);
          await mails(tx, workspaceId).callOff(userId);
        },
      },
      analytics: {
        purpose: 'analytics',
        begin: (tx, workspaceId) => usageStore(tx, workspaceId).count(0),
        // Nothing of a person waits: what is counted is read from the messages, for who consents when it is.
        end: () => Promise.resolve(),
      },
    },
    tasks: {
      'consented.mention-mail': (workspaceId) => lookForMentions(jobs, workspaceId),
      'consented.count-days': (workspaceId) => countDays(jobs, workspaceId),
    },
    mentionsToTell: (tx, workspaceId, userId, now) =>
      mentionsToTell(rowsOf(tx, workspaceId), userId, now),
  };
}
