/** Reads one channel as the caller sees it. */
import { z } from 'zod';
import { Channel, ChannelId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onChannel } from '../access.ts';
import { channelAsSeen } from '../channel-as-seen.ts';
import { operation } from '../declare.ts';

export const channelRead = operation({
  name: 'channel.read',
  summary:
    "A channel's settings and position, the caller's role in it, and how much of it they have not read.",
  on: { http: 'GET /v1/channels/:channelId', socket: true },
  commit: 'read',
  input: z.strictObject({ channelId: ChannelId }),
  output: Channel,
  access: onChannel('channel.read', 'read'),
  limit: 'read',
  audit: { skip: "reads no other person's data" },
  refuses: [],
  async handle({ caller, subject: { channel, standing }, services }) {
    return reply(await channelAsSeen(services, channel, standing.channelRole, caller.userId));
  },
});
