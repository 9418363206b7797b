/** Names the people of a channel to its readers: who is in it, page by page, or the authors of what they have read. */
import { z } from 'zod';
import { ChannelId, ChannelRole, PAGE_ENTRIES, Timestamp, UserId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onChannel } from '../access.ts';
import { operation } from '../declare.ts';

export const memberList = operation({
  name: 'member.list',
  summary:
    'Who is in the channel, in order of id; or, of the people asked for, those who are in it or ever were.',
  on: { http: 'GET /v1/channels/:channelId/members', socket: true },
  commit: 'read',
  input: z.strictObject({
    channelId: ChannelId,
    /** Authors who have left still have a name. Who was never here is left out, as is who does not exist. */
    userIds: z
      .array(UserId)
      .min(1)
      .max(PAGE_ENTRIES)
      .refine((ids) => new Set(ids).size === ids.length, { message: 'names somebody twice' })
      .optional(),
    /** The last id of the page before. */
    after: UserId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(PAGE_ENTRIES),
  }),
  output: z.strictObject({
    members: z.array(
      z.strictObject({
        userId: UserId,
        /** Null where it was erased, or what is stored does not open under the person's key. */
        displayName: z.string().nullable(),
        /** Null for somebody who has left. */
        role: ChannelRole.nullable(),
        /** When they came, the last time that they did. */
        joinedAt: Timestamp,
        present: z.boolean(),
      }),
    ),
    /** Where the next page begins, as its `after`; null on the last. */
    next: UserId.nullable(),
  }),
  access: onChannel('message.read', 'read'),
  limit: 'read',
  audit: { skip: 'reading a channel one is allowed to read' },
  refuses: [],
  async handle({ input, subject: { channel }, services: { memberships, names } }) {
    const { userIds = null, after = null, limit } = input;
    const rows = await memberships.list(channel.id, userIds, after, limit + 1);
    const page = rows.slice(0, limit);
    const called = await names.open(page.map(({ userId }) => userId));
    const members = page.map(({ userId, role, joinedAt, present }) => ({
      userId,
      displayName: called.get(userId) ?? null,
      role: present ? role : null,
      joinedAt: joinedAt.getTime(),
      present,
    }));
    return reply({ members, next: rows.length > limit ? (page.at(-1)?.userId ?? null) : null });
  },
});
