/** Removes somebody from a channel; no event after it reaches them, on any connection. */
import { z } from 'zod';
import { mayRemove } from '../../access/index.ts';
import { ChannelId, Member, REASON_CHARACTERS, UserId } from '../../contract/index.ts';
import { onChannel } from '../access.ts';
import { reply, tell } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { endMembership } from '../end-membership.ts';
import { plainText } from '../text.ts';

export const memberRemove = operation({
  name: 'member.remove',
  summary: 'Removes a member whose role is not above that of the caller.',
  // POST: a reason is a person's words, and what stands in a URL ends up in the logs of proxies.
  on: { http: 'POST /v1/channels/:channelId/members/:userId/removal', socket: true },
  commit: 'own',
  input: z.strictObject({
    channelId: ChannelId,
    userId: UserId,
    reason: plainText(REASON_CHARACTERS).optional(),
  }),
  output: Member,
  access: onChannel('member.remove', 'change'),
  limit: 'state.write',
  audit: {
    record: ({ input, subject: { channel }, reply: member }) => ({
      resource: { kind: 'channel', id: channel.id },
      subjectId: member.userId,
      ...(input.reason !== undefined && { reason: input.reason }),
    }),
  },
  refuses: ['channel_archived', 'last_owner'],
  async handle({ input, caller, subject: { channel, standing }, services, now, refuse }) {
    const member = await services.memberships.current(channel.id, input.userId);
    if (!member) return refuse('not_found');
    if (!mayRemove(standing, member.role)) refuse('forbidden');
    const outcome = await endMembership(services, channel, member, now);
    const act = { kind: 'kick', channelId: channel.id, subjectId: member.userId } as const;
    if (member.userId === caller.userId) return outcome;
    await services.acts.note({ ...act, actorId: caller.userId, at: now, reason: input.reason });
    const told = tell(member.userId, 'moderation.acted', { channelId: channel.id });
    return reply(outcome.reply, ...outcome.effects, told);
  },
});
