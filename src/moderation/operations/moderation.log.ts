/** The log of a channel's moderation, for who keeps it and for staff. */
import { z } from 'zod';
import { onChannel } from '../../chat/index.ts';
import { ActId, ChannelId, ModerationAct, PAGE_ENTRIES } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';

export const moderationLog = operation({
  name: 'moderation.log',
  summary: 'What moderators did in a channel, the newest first.',
  on: { http: 'GET /v1/channels/:channelId/moderation', socket: true },
  commit: 'read',
  input: z.strictObject({
    channelId: ChannelId,
    /** Only acts before that one; the newest when left out. */
    before: ActId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({ acts: z.array(ModerationAct), more: z.boolean() }),
  access: onChannel('moderation.read', 'read'),
  limit: 'read',
  audit: { skip: 'reading what is recorded where it was done' },
  refuses: [],
  async handle({ input: { before = null, limit }, subject: { channel }, services: { acts } }) {
    const about = { channelId: channel.id };
    const rows = await acts.list({ about, before, limit: limit + 1 });
    const shown = rows.slice(0, limit).map((act) => acts.shown(act, 'moderators'));
    return reply({ acts: await Promise.all(shown), more: rows.length > limit });
  },
});
