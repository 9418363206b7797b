/** Brings a message to the moderators. It is named, not copied: what they see is what it is when they look. */
import { z } from 'zod';
import { onReadableMessage, plainText } from '../../chat/index.ts';
import {
  ChannelId,
  MessageId,
  Report,
  REPORT_CHARACTERS,
  ReportCategory,
  type ReportId,
} from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { queueTold } from '../queue.ts';
import { ownReport } from '../reports.ts';

export const reportCreate = operation({
  name: 'report.create',
  summary:
    'Reports a message that the caller may read. While that report is open, it is the answer.',
  on: { http: 'POST /v1/channels/:channelId/messages/:messageId/reports', socket: true },
  status: 201,
  commit: 'own',
  input: z.strictObject({
    channelId: ChannelId,
    messageId: MessageId,
    category: ReportCategory,
    text: plainText(REPORT_CHARACTERS).optional(),
  }),
  output: Report,
  access: onReadableMessage('report.create', 'not_found'),
  limit: 'report.create',
  audit: {
    record: ({ subject: { channel, message }, reply: report }) => ({
      resource: { kind: 'report', id: report.id },
      subjectId: message.authorId,
      details: { channelId: channel.id, messageId: message.id, category: report.category },
    }),
  },
  refuses: ['message_deleted'],
  async handle({ input, caller, subject: { channel, message }, services, now, refuse }) {
    const { reports, texts, entropy } = services;
    const { userId: reporterId } = caller;
    const before = await reports.undecided(message.id, reporterId);
    if (before) return reply(await ownReport(services, before));
    if (message.deletedAt !== null) refuse('message_deleted');
    const id = entropy.id() as ReportId;
    const place = { kind: 'report-text', id } as const;
    const { text, category } = input;
    const textSealed = await texts.seal(reporterId, place, text);
    const what = { id, channelId: channel.id, messageId: message.id, reporterId, category };
    const isNew = await reports.add({ ...what, textSealed, createdAt: now });
    // Added here, or by another call of the same person at the same time.
    const report = await reports.undecided(message.id, reporterId);
    if (!report) return refuse('overloaded');
    const told = isNew ? await queueTold(services, report) : [];
    return reply(await ownReport(services, report), ...told);
  },
});
