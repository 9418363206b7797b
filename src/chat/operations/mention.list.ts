/** Lists where the caller is mentioned, as far as the caller may read it by now. */
import { z } from 'zod';
import { mayInChannel, signedIn } from '../../access/index.ts';
import { ChannelId, Message, MessageId, PAGE_ENTRIES } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { readInOrder } from '../read-in-order.ts';

export const mentionList = operation({
  name: 'mention.list',
  summary: 'The messages that mention the caller, in all channels or in one, the newest first.',
  on: { http: 'GET /v1/mentions', socket: true },
  commit: 'read',
  input: z.strictObject({
    channelId: ChannelId.optional(),
    /** The last id of the page before. */
    before: MessageId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({ messages: z.array(Message), more: z.boolean() }),
  access: signedIn(),
  limit: 'read',
  audit: { skip: 'reading channels one is allowed to read' },
  refuses: [],
  async handle({ input, caller: { userId }, services }) {
    const { mentions, channels, memberships, standings } = services;
    const { channelId, before = null, limit } = input;
    // A channel that the caller does not see is one without mentions: no answer tells which it is.
    const ids = channelId === undefined ? await mentions.channelsOf(userId) : [channelId];
    const standing = await standings.inChannels(userId, ids);
    const open = [...standing].flatMap(([id, one]) =>
      mayInChannel(one, 'message.read') ? [id] : [],
    );
    const readable = await memberships.readableIn(await channels.findAll(open), userId);
    const within = [...readable].map(([id, seqs]) => ({ channelId: id, readable: seqs }));
    const places = await mentions.page(userId, within, before, limit + 1);
    const messages = await readInOrder(services, places.slice(0, limit), readable);
    return reply({ messages: [...messages], more: places.length > limit });
  },
});
