/** Counts what a bulk deletion would delete at this moment, so that nobody asks for one unseen. */
import { z } from 'zod';
import { onChannel } from '../../chat/index.ts';
import { ChannelId, COUNTED_MESSAGES, Timestamp, UserId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { beginningFor, timeAt } from '../deletable.ts';

export const deletionPreview = operation({
  name: 'deletion.preview',
  summary: 'How many messages message.delete-many would delete now, up to 10,000.',
  on: { http: 'GET /v1/channels/:channelId/deletions/preview', socket: true },
  commit: 'read',
  input: z.strictObject({
    channelId: ChannelId,
    authorId: UserId,
    /** As for the deletion: what was posted at that time or later, and before that other time. */
    from: Timestamp.optional(),
    to: Timestamp.optional(),
  }),
  output: z.strictObject({
    messages: z.int().nonnegative(),
    /** There are more than were counted. */
    more: z.boolean(),
  }),
  access: onChannel('message.delete.any', 'read'),
  limit: 'read',
  audit: { skip: 'a number of messages that the caller may read' },
  refuses: [],
  async handle({ input, caller, subject, services }) {
    const { authorId, from, to } = input;
    const afterSeq = await beginningFor(services, subject, caller.userId);
    const { id: channelId } = subject.channel;
    const what = { channelId, authorId, fromAt: timeAt(from), toAt: timeAt(to), afterSeq };
    const found = await services.deletions.count(what, COUNTED_MESSAGES + 1);
    const messages = Math.min(found, COUNTED_MESSAGES);
    return reply({ messages, more: found > COUNTED_MESSAGES });
  },
});
