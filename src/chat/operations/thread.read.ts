/** Reads a thread from any of its messages, as far as the reader may. */
import { z } from 'zod';
import { ChannelId, Message, MessageId, PAGE_ENTRIES, Seq } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { pageOf } from '../page.ts';
import { onReadableMessage } from '../readable-access.ts';
import { mayRead } from '../rows.ts';

export const threadRead = operation({
  name: 'thread.read',
  summary:
    'The thread that a message is in: its first message, and the newest replies before a place.',
  on: { http: 'GET /v1/channels/:channelId/messages/:messageId/thread', socket: true },
  commit: 'read',
  input: z.strictObject({
    channelId: ChannelId,
    /** The first message of the thread, or any reply. */
    messageId: MessageId,
    /** Only replies with a lower seq; the newest when left out. */
    before: Seq.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({
    /** Null where it is gone, or of a time that the caller may not read. */
    root: Message.nullable(),
    /** Oldest first; fewer than were asked for where they are long: `more` says whether there are any before. */
    replies: z.array(Message),
    more: z.boolean(),
  }),
  access: onReadableMessage(),
  limit: 'read',
  audit: { skip: 'reading a channel one is allowed to read' },
  refuses: [],
  async handle({ input, subject: { channel, message, readable }, services }) {
    const { messages, content, keys } = services;
    const { before = null, limit } = input;
    const { id: rootId, ...first } =
      message.threadRoot === null
        ? { id: message.id, row: message }
        : { id: message.threadRoot, row: await messages.find(channel.id, message.threadRoot) };
    const root = first.row && mayRead(readable, first.row.seq) ? first.row : null;
    const rows = await messages.thread(channel.id, rootId, readable, before, limit + 1);
    const { page: newest, more } = pageOf(rows, limit, root);
    const page = [...newest].reverse();
    await content.fetchKeys(keys, root ? [root, ...page] : page);
    const replies: Message[] = [];
    for (const row of page) replies.push(await content.message(keys, row));
    const shown = root && (await content.message(keys, root));
    return reply({ root: shown, replies, more });
  },
});
