/** Changes a member's role; nobody gives or takes a role above their own. */
import { z } from 'zod';
import { mayBestow } from '../../access/index.ts';
import { ChannelId, ChannelRole, Member, UserId } from '../../contract/index.ts';
import { reply, tell } from '../../kernel/index.ts';
import { onChannel } from '../access.ts';
import { memberChanged, wasSoAlready } from '../changes.ts';
import { shownMember } from '../content.ts';
import { operation } from '../declare.ts';

export const memberSetRole = operation({
  name: 'member.set-role',
  summary: 'Gives a member another role in the channel.',
  on: { http: 'PUT /v1/channels/:channelId/members/:userId/role', socket: true },
  commit: 'own',
  input: z.strictObject({ channelId: ChannelId, userId: UserId, role: ChannelRole }),
  output: Member,
  access: onChannel('member.set-role', 'change'),
  limit: 'state.write',
  audit: {
    record: ({ subject: { channel }, reply: member }) => ({
      resource: { kind: 'channel', id: channel.id },
      subjectId: member.userId,
      details: { role: member.role, already: wasSoAlready(channel, member) },
    }),
  },
  refuses: ['channel_archived', 'last_owner'],
  async handle({ input, caller, subject: { channel, standing }, services, refuse }) {
    const { memberships, channels } = services;
    const { userId, role } = input;
    const member = await memberships.current(channel.id, userId);
    if (!member) return refuse('not_found');
    if (!mayBestow(standing, role) || !mayBestow(standing, member.role)) refuse('forbidden');
    if (member.role === role) return reply(shownMember(member));
    if (member.role === 'owner' && (await memberships.owners(channel.id)) === 1)
      refuse('last_owner');
    const rev = await channels.advance(channel);
    const changed = await memberships.setRole(channel.id, member, role, rev);
    return reply(
      shownMember(changed),
      memberChanged(caller.workspaceId, channel.id, changed),
      tell(member.userId, 'access.changed', { channelId: channel.id }),
    );
  },
});
