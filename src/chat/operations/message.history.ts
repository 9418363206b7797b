/** Reads a page of a channel's messages, as far back as the reader may. */
import { z } from 'zod';
import { ChannelId, Message, PAGE_ENTRIES, Seq } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { glance } from '../declare.ts';
import { onPage } from '../page-access.ts';
import { pageOf } from '../page.ts';

export const messageHistory = glance({
  name: 'message.history',
  summary: 'The newest messages before a place in the channel, oldest first.',
  on: { http: 'GET /v1/channels/:channelId/messages', socket: true },
  commit: 'glance',
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
  access: onPage(),
  limit: 'read',
  audit: { skip: 'reading a channel one is allowed to read' },
  refuses: [],
  async handle({ input: { limit }, subject: { rows, rev, epoch }, services }) {
    const { page, more } = pageOf(rows, limit);
    const messages = [...(await services.open([...page].reverse()))];
    return reply({ messages, more, rev, epoch });
  },
});
