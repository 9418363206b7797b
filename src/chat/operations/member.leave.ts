/** Leaves a channel; the last owner stays. */
import { z } from 'zod';
import { ChannelId, Member } from '../../contract/index.ts';
import { onChannel } from '../access.ts';
import { operation } from '../declare.ts';
import { endMembership } from '../end-membership.ts';

export const memberLeave = operation({
  name: 'member.leave',
  summary: 'Leaves the channel. Its last owner has to make somebody else an owner first.',
  on: { http: 'POST /v1/channels/:channelId/leave', socket: true },
  commit: 'own',
  input: z.strictObject({ channelId: ChannelId }),
  output: Member,
  access: onChannel('member.leave', 'change'),
  limit: 'state.write',
  audit: {
    record: ({ subject: { channel } }) => ({ resource: { kind: 'channel', id: channel.id } }),
  },
  refuses: ['channel_archived', 'last_owner'],
  async handle({ caller, subject: { channel }, services, now, refuse }) {
    const member = await services.memberships.current(channel.id, caller.userId);
    if (!member) return refuse('not_found');
    return endMembership(services, channel, member, now);
  },
});
