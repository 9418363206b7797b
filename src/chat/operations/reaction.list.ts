/** Tells who reacted to a message in one way, beyond the few that the message names itself. */
import { z } from 'zod';
import {
  ChannelId,
  Emoji,
  MessageId,
  PAGE_ENTRIES,
  Timestamp,
  UserId,
} from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { onReadableMessage } from '../readable-access.ts';

export const reactionList = operation({
  name: 'reaction.list',
  summary: 'Who reacted to a message in one way, in order of id, and how the caller did.',
  on: { http: 'GET /v1/channels/:channelId/messages/:messageId/reactions', socket: true },
  commit: 'read',
  input: z.strictObject({
    channelId: ChannelId,
    messageId: MessageId,
    emoji: Emoji,
    /** The last id of the page before. */
    after: UserId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({
    users: z.array(z.strictObject({ userId: UserId, at: Timestamp })),
    more: z.boolean(),
    /** Every kind of reaction of the caller to this message. */
    own: z.array(z.string()),
  }),
  access: onReadableMessage(),
  limit: 'read',
  audit: { skip: 'reading a channel one is allowed to read' },
  refuses: [],
  async handle({ input, caller, subject: { message }, services: { reactions } }) {
    const { emoji, after = null, limit } = input;
    const rows = await reactions.page(message, emoji, after, limit + 1);
    const users = rows.slice(0, limit).map(({ userId, at }) => ({ userId, at: at.getTime() }));
    const own = await reactions.of(message, caller.userId);
    return reply({ users, more: rows.length > limit, own: [...own] });
  },
});
