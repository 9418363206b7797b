/** Lists what is pinned in a channel, as far as the reader may read it. */
import { z } from 'zod';
import { ChannelId, Message } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onChannel } from '../access.ts';
import { operation } from '../declare.ts';
import { readInOrder } from '../read-in-order.ts';

export const pinList = operation({
  name: 'pin.list',
  summary: 'The pinned messages of a channel that the caller may read, the last pinned first.',
  on: { http: 'GET /v1/channels/:channelId/pins', socket: true },
  commit: 'read',
  input: z.strictObject({ channelId: ChannelId }),
  output: z.strictObject({ pins: z.array(Message) }),
  access: onChannel('message.read', 'read'),
  limit: 'read',
  audit: { skip: 'reading a channel one is allowed to read' },
  refuses: [],
  async handle({ caller, subject: { channel }, services }) {
    const readable = await services.memberships.readable(channel, caller.userId);
    const ids = await services.pins.of(channel.id);
    const places = ids.map((messageId) => ({ channelId: channel.id, messageId }));
    const pins = await readInOrder(services, places, new Map([[channel.id, readable]]));
    return reply({ pins: [...pins] });
  },
});
