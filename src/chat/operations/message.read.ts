/** Reads one message by its ids: what a link to a message names. */
import { z } from 'zod';
import { ChannelId, Message, MessageId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { onReadableMessage } from '../readable-access.ts';

export const messageRead = operation({
  name: 'message.read',
  summary:
    'One message by its id; what the caller may not read is no different from what never was.',
  on: { http: 'GET /v1/channels/:channelId/messages/:messageId', socket: true },
  commit: 'read',
  input: z.strictObject({ channelId: ChannelId, messageId: MessageId }),
  output: Message,
  access: onReadableMessage(),
  limit: 'read',
  audit: { skip: 'reading a channel one is allowed to read' },
  refuses: [],
  async handle({ subject: { message }, services: { content, keys } }) {
    return reply(await content.message(keys, message));
  },
});
