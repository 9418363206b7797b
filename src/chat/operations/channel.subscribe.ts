/** From the acknowledgement on, the connection receives every frame of the channel. */
import { z } from 'zod';
import { Channel, ChannelId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onChannel } from '../access.ts';
import { channelAsSeen } from '../channel-as-seen.ts';
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
    const subscribe = { effect: 'subscribe', workspaceId, channelId: channel.id } as const;
    return reply(await channelAsSeen(services, channel, standing.channelRole, userId), subscribe);
  },
});
