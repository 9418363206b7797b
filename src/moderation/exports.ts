/** What this domain gives to an export of somebody's data: what they reported, what was done to them, what they decided. */
import { z } from 'zod';
import {
  ActId,
  ChannelId,
  MessageId,
  ReportId,
  Timestamp,
  UserId,
  type WorkspaceId,
} from '../contract/index.ts';
import type { ExportContributor } from '../kernel/index.ts';
import { actsPage, filtersPage, handledPage, reportsPage, type Tx } from './exports-store.ts';
import type { SealedTexts } from './sealed-text.ts';

export interface ModerationExports {
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'read',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
  readonly texts: (tx: Tx, workspaceId: WorkspaceId) => SealedTexts;
}

const time = (at: Date | null) => at?.getTime() ?? null;

export function moderationExports({
  transaction,
  texts,
}: ModerationExports): readonly ExportContributor[] {
  const reports: ExportContributor = {
    name: 'reports',
    about: 'Messages that you reported, and what became of it.',
    row: z.strictObject({
      id: ReportId,
      reporter: UserId,
      channelId: ChannelId,
      messageId: MessageId,
      category: z.string(),
      text: z.string().nullable(),
      state: z.string(),
      createdAt: Timestamp,
      decidedAt: Timestamp.nullable(),
      action: z.string().nullable(),
    }),
    columns: {
      'report.id': 'id',
      'report.channel_id': 'channelId',
      'report.message_id': 'messageId',
      'report.reporter_id': 'reporter',
      'report.category': 'category',
      'report.state': 'state',
      'report.created_at': 'createdAt',
      'report.decided_at': 'decidedAt',
      'report.action': 'action',
      'report.text_sealed': 'text',
    },
    page: (subject, cursor) =>
      transaction(subject.workspaceId, 'read', async (tx) => {
        const opener = texts(tx, subject.workspaceId);
        const { rows, next } = await reportsPage(tx, subject, cursor);
        const shown = rows.map(
          async ({ id, channelId, messageId, category, state, action, ...report }) => ({
            ...{ id, channelId, messageId, category, state, action, reporter: subject.userId },
            text: await opener.open(subject.userId, { kind: 'report-text', id }, report.textSealed),
            createdAt: report.createdAt.getTime(),
            decidedAt: time(report.decidedAt),
          }),
        );
        return { rows: await Promise.all(shown), next };
      }),
  };

  const handled: ExportContributor = {
    name: 'report-decisions',
    about: 'Reports that you took up or decided as a moderator, with your notes.',
    row: z.strictObject({
      id: ReportId,
      claimedByMe: z.boolean(),
      claimedAt: Timestamp.nullable(),
      decidedByMe: z.boolean(),
      decidedAt: Timestamp.nullable(),
      note: z.string().nullable(),
    }),
    columns: {
      'report.claimed_by': 'claimedByMe',
      'report.claimed_at': 'claimedAt',
      'report.decided_by': 'decidedByMe',
      'report.note_sealed': 'note',
    },
    page: (subject, cursor) =>
      transaction(subject.workspaceId, 'read', async (tx) => {
        const opener = texts(tx, subject.workspaceId);
        const { rows, next } = await handledPage(tx, subject, cursor);
        const shown = rows.map(
          async ({ id, claimedBy, claimedAt, decidedBy, decidedAt, noteSealed }) => {
            const [claimed, decided] = [claimedBy === subject.userId, decidedBy === subject.userId];
            const place = { kind: 'report-note', id } as const;
            return {
              ...{ id, claimedByMe: claimed, decidedByMe: decided },
              claimedAt: claimed ? time(claimedAt) : null,
              decidedAt: decided ? time(decidedAt) : null,
              note: decided ? await opener.open(subject.userId, place, noteSealed) : null,
            };
          },
        );
        return { rows: await Promise.all(shown), next };
      }),
  };

  const acts: ExportContributor = {
    name: 'moderation',
    about: 'What moderators did to you or to what you wrote, and why; not who they are.',
    row: z.strictObject({
      id: ActId,
      subject: UserId,
      channelId: ChannelId,
      messageId: MessageId.nullable(),
      kind: z.string(),
      reason: z.string().nullable(),
      at: Timestamp,
      until: Timestamp.nullable(),
      endedAt: Timestamp.nullable(),
    }),
    columns: {
      'moderation_act.id': 'id',
      'moderation_act.channel_id': 'channelId',
      'moderation_act.subject_id': 'subject',
      'moderation_act.kind': 'kind',
      'moderation_act.message_id': 'messageId',
      'moderation_act.at': 'at',
      'moderation_act.until': 'until',
      'moderation_act.ended_at': 'endedAt',
      'moderation_act.reason_sealed': 'reason',
    },
    page: (subject, cursor) =>
      transaction(subject.workspaceId, 'read', async (tx) => {
        const opener = texts(tx, subject.workspaceId);
        const { rows, next } = await actsPage(tx, subject, cursor);
        const shown = rows.map(
          async ({ id, channelId, messageId, kind, at, until, endedAt, reasonSealed }) => ({
            ...{ id, subject: subject.userId, channelId, messageId, kind, at: at.getTime() },
            ...{ until: time(until), endedAt: time(endedAt) },
            reason: await opener.open(subject.userId, { kind: 'act-reason', id }, reasonSealed),
          }),
        );
        return { rows: await Promise.all(shown), next };
      }),
  };

  const filters: ExportContributor = {
    name: 'filters',
    about: 'Filters that you set up as a moderator.',
    row: z.strictObject({
      id: z.uuid(),
      kind: z.string(),
      channelId: ChannelId.nullable(),
      createdAt: Timestamp,
      by: UserId,
    }),
    columns: { 'content_filter.created_by': 'by' },
    page: (subject, cursor) =>
      transaction(subject.workspaceId, 'read', async (tx) => {
        const { rows, next } = await filtersPage(tx, subject, cursor);
        const shown = rows.map((row) => ({
          ...{ ...row, createdAt: row.createdAt.getTime(), by: subject.userId },
        }));
        return { rows: shown, next };
      }),
  };

  return [reports, handled, acts, filters];
}
