/** Deletes what somebody wrote in a channel, all of it or of some time, in a job that tells how far it is. */
import { z } from 'zod';
import { onChannel, plainText } from '../../chat/index.ts';
import {
  ChannelId,
  DeletionId,
  REASON_CHARACTERS,
  Timestamp,
  UserId,
} from '../../contract/index.ts';
import { reply, tell } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { beginningFor, timeAt } from '../deletable.ts';

export const messageDeleteMany = operation({
  name: 'message.delete-many',
  summary:
    'Begins to delete what somebody wrote in a channel until now; moderation.progress tells how far it is.',
  on: { http: 'POST /v1/channels/:channelId/deletions', socket: true },
  status: 202,
  commit: 'own',
  input: z.strictObject({
    channelId: ChannelId,
    authorId: UserId,
    /** Only what was posted at that time or later. */
    from: Timestamp.optional(),
    /** Only what was posted before that time. */
    to: Timestamp.optional(),
    reason: plainText(REASON_CHARACTERS),
  }),
  output: z.strictObject({ deletionId: DeletionId }),
  access: onChannel('message.delete.any', 'change'),
  limit: 'state.write',
  audit: {
    record: ({ input: { authorId, from, to, reason }, subject: { channel }, reply: begun }) => ({
      resource: { kind: 'channel', id: channel.id },
      subjectId: authorId,
      details: { deletionId: begun.deletionId, from: from ?? null, to: to ?? null },
      reason,
    }),
  },
  refuses: ['channel_archived'],
  async handle({ input, caller, subject, services, now, refuse }) {
    const { deletions, jobs, acts, standings, entropy } = services;
    const { authorId, from, to, reason } = input;
    const { id: channelId, lastSeq } = subject.channel;
    if ((await standings.isActive(authorId)) === null) refuse('not_found');
    const afterSeq = await beginningFor(services, subject, caller.userId);
    const id = entropy.id() as DeletionId;
    await deletions.add({
      ...{ id, channelId, authorId, askedBy: caller.userId, askedAt: now },
      ...{ fromAt: timeAt(from), toAt: timeAt(to), afterSeq, upToSeq: lastSeq },
      ...{ deleted: 0, finishedAt: null },
    });
    const by = { subjectId: authorId, actorId: caller.userId, at: now };
    const isOfAnother = authorId !== caller.userId;
    if (isOfAnother) await acts.note({ kind: 'delete-many', channelId, ...by, reason });
    await jobs.enqueue('moderation.delete-many', id, { deletionId: id });
    const told = isOfAnother ? [tell(authorId, 'moderation.acted', { channelId })] : [];
    return reply({ deletionId: id }, ...told);
  },
});
