/** From the acknowledgement on, the connection receives every frame of the channel. */
import { z } from 'zod';
import { Channel, ChannelId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onChannel } from '../access.ts';
import { operation } from '../declare.ts';

export const channelSubscribe = operation({
  name: 'channel.subscribe',
  summary:
    "Sends the channel's frames to this connection. Subscribe first, then resume from one's own position.",
  on: { socket: true },
  commit: 'read',
  input: z.strictObject({ channelId: ChannelId }),
  output: Channel,
  access: onChannel('message.read', 'read'),
  limit: 'read',
  audit: { skip: 'reading a channel one is allowed to read' },
  refuses: [],
  async handle({ caller, subject: { channel, standing }, services }) {
    const { workspaceId, userId } = caller;
    const { content, keys, memberships } = services;
    const readSeq = (await memberships.readUpTo([channel], userId)).get(channel.id) ?? null;
    const subscribe = { effect: 'subscribe', workspaceId, channelId: channel.id } as const;
    const shown = await content.channel(keys, channel, standing.channelRole, readSeq);
    return reply(shown, subscribe);
  },
});
