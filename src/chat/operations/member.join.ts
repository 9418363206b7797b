/** Joins a public channel. */
import { z } from 'zod';
import { ChannelId, Member } from '../../contract/index.ts';
import { reply, tell } from '../../kernel/index.ts';
import { onChannel } from '../access.ts';
import { memberChanged, wasSoAlready } from '../changes.ts';
import { shownMember } from '../content.ts';
import { operation } from '../declare.ts';
import { refuseBanned } from '../restraints.ts';

export const memberJoin = operation({
  name: 'member.join',
  summary: 'Joins a public channel as a member. Who is in it already stays as they are.',
  on: { http: 'POST /v1/channels/:channelId/join', socket: true },
  commit: 'own',
  input: z.strictObject({ channelId: ChannelId }),
  output: Member,
  access: onChannel('member.join', 'change', 'banned-too'),
  limit: 'state.write',
  audit: {
    record: ({ subject: { channel }, reply: member }) => ({
      resource: { kind: 'channel', id: channel.id },
      details: { already: wasSoAlready(channel, member) },
    }),
  },
  refuses: ['channel_archived', 'banned'],
  async handle({ caller, subject: { channel }, services, now }) {
    const { memberships, channels } = services;
    const { userId, workspaceId } = caller;
    const present = await memberships.current(channel.id, userId);
    if (present) return reply(shownMember(present));
    await refuseBanned(services, channel.id, userId, now);
    const rev = await channels.advance(channel, channel.lastSeq);
    const member = await memberships.open(channel, userId, 'member', rev, now);
    return reply(
      shownMember(member),
      memberChanged(workspaceId, channel.id, member),
      tell(userId, 'access.changed', { channelId: channel.id }),
    );
  },
});
