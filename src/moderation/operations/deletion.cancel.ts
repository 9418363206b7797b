/** Calls a bulk deletion off: what is deleted stays so, and no further message is. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { Deletion, DeletionId } from '../../contract/index.ts';
import { reply, tell } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { shownDeletion } from '../deletable.ts';

export const deletionCancel = operation({
  name: 'deletion.cancel',
  summary: 'Ends a bulk deletion that the caller asked for; one that is finished stays as it is.',
  on: { http: 'POST /v1/deletions/:deletionId/cancellation', socket: true },
  commit: 'own',
  input: z.strictObject({ deletionId: DeletionId }),
  output: Deletion,
  access: signedIn(),
  limit: 'state.write',
  audit: {
    record: ({ reply: { id, channelId, authorId, deleted } }) => ({
      resource: { kind: 'channel', id: channelId },
      subjectId: authorId,
      details: { deletionId: id, deleted },
    }),
  },
  refuses: ['not_found'],
  async handle({ input: { deletionId }, caller: { userId }, services, now, refuse }) {
    const { deletions, channels } = services;
    const named = await deletions.find(deletionId);
    if (named?.askedBy !== userId) return refuse('not_found');
    await channels.lock(named.channelId); // no step is under way from here on
    const found = await deletions.find(deletionId);
    if (!found || found.finishedAt) return reply(shownDeletion(found ?? named));
    const { afterSeq, deleted, channelId } = found;
    const ended = await deletions.progress(found, { afterSeq, deleted, finishedAt: now });
    const progress = { deletionId, channelId, deleted, finished: true };
    return reply(shownDeletion(ended), tell(userId, 'moderation.progress', progress));
  },
});
