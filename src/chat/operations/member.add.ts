/** Adds somebody of the workspace to a channel. */
import { z } from 'zod';
import { mayBestow } from '../../access/index.ts';
import { ChannelId, ChannelRole, Member, UserId } from '../../contract/index.ts';
import { reply, tell } from '../../kernel/index.ts';
import { onChannel } from '../access.ts';
import { memberChanged, wasSoAlready } from '../changes.ts';
import { shownMember } from '../content.ts';
import { operation } from '../declare.ts';
import { refuseBanned } from '../restraints.ts';

export const memberAdd = operation({
  name: 'member.add',
  summary:
    'Adds an account of the workspace to the channel. Somebody who is in it already stays as they are.',
  on: { http: 'POST /v1/channels/:channelId/members', socket: true },
  status: 201,
  commit: 'own',
  input: z.strictObject({
    channelId: ChannelId,
    userId: UserId,
    role: ChannelRole.default('member'),
  }),
  output: Member,
  access: onChannel('member.add', 'change'),
  limit: 'state.write',
  audit: {
    record: ({ subject: { channel }, reply: member }) => ({
      resource: { kind: 'channel', id: channel.id },
      subjectId: member.userId,
      details: { role: member.role, already: wasSoAlready(channel, member) },
    }),
  },
  refuses: ['channel_archived', 'banned'],
  async handle({ input, caller, subject: { channel, standing }, services, now, refuse }) {
    const { memberships, channels } = services;
    const { userId, role } = input;
    if (!mayBestow(standing, role)) refuse('forbidden');
    if (!(await memberships.accountExists(userId))) refuse('not_found');
    const present = await memberships.current(channel.id, userId);
    if (present) return reply(shownMember(present));
    await refuseBanned(services, channel.id, userId, now);
    const rev = await channels.advance(channel, channel.lastSeq);
    const member = await memberships.open(channel, userId, role, rev, now);
    return reply(
      shownMember(member),
      memberChanged(caller.workspaceId, channel.id, member),
      tell(member.userId, 'access.changed', { channelId: channel.id }),
    );
  },
});
