/** Reads a page of a channel's messages, as far back as the reader may. */
import { z } from 'zod';
import { ChannelId, Message, PAGE_ENTRIES, Seq } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onChannel } from '../access.ts';
import { operation } from '../declare.ts';
import { pageOf } from '../page.ts';

export const messageHistory = operation({
  name: 'message.history',
  summary: 'The newest messages before a place in the channel, oldest first.',
  on: { http: 'GET /v1/channels/:channelId/messages', socket: true },
  commit: 'read',
  input: z.strictObject({
    channelId: ChannelId,
    /** Only messages with a lower seq; the newest when left out. */
    before: Seq.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({
    /** As many as were asked for, or fewer where they are long: `more` says whether there are any before. */
    messages: z.array(Message),
    more: z.boolean(),
    /** The channel's position in the snapshot that was read: resume from here. */
    rev: z.int().nonnegative(),
    epoch: z.int().positive(),
  }),
  access: onChannel('message.read', 'read'),
  limit: 'read',
  audit: { skip: 'reading a channel one is allowed to read' },
  refuses: [],
  async handle({ input, caller, subject: { channel }, services }) {
    const readable = await services.memberships.readable(channel, caller.userId);
    const { before = null, limit } = input;
    const rows = await services.messages.page(channel.id, readable, before, limit + 1);
    const { page, more } = pageOf(rows, limit);
    await services.content.fetchKeys(services.keys, page);
    const messages: Message[] = [];
    for (const row of [...page].reverse())
      messages.push(await services.content.message(services.keys, row));
    const { lastRev: rev, epoch } = channel;
    return reply({ messages, more, rev, epoch });
  },
});
