/** Bans somebody from a channel: they are out of it at once, and nobody lets them in until it is over. */
import { endMembership, onChannel } from '../../chat/index.ts';
import { ModerationAct } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { scheduleEnd } from '../expiry.ts';
import { endOf, factsOf, Imposition, restrictable, subjectTold } from '../sanctions.ts';

export const memberBan = operation({
  name: 'member.ban',
  summary: 'Removes somebody from a channel and keeps them out, for a time or until it is lifted.',
  on: { http: 'POST /v1/channels/:channelId/members/:userId/ban', socket: true },
  commit: 'own',
  input: Imposition,
  output: ModerationAct,
  access: onChannel('member.ban', 'change'),
  limit: 'state.write',
  audit: { record: ({ input: { reason }, reply: act }) => factsOf(act, reason) },
  refuses: ['channel_archived', 'last_owner'],
  async handle({ input, caller, subject, services, now }) {
    const { acts, memberships } = services;
    const { userId: subjectId, reason } = input;
    const { channel } = subject;
    const { id: channelId } = channel;
    await restrictable(services, subject, caller.userId, subjectId);
    const until = endOf(input, now);
    const member = await memberships.current(channelId, subjectId);
    const ended = member ? (await endMembership(services, channel, member, now)).effects : [];
    const what = { kind: 'ban', channelId, subjectId, until, reason } as const;
    const act = await acts.impose({ ...what, actorId: caller.userId, at: now });
    await scheduleEnd(services.jobs, act, now);
    const told = subjectTold(subjectId, channelId);
    return reply(await acts.shown(act, 'moderators'), ...ended, ...told);
  },
});
