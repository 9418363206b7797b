/** Lifts a ban before it is over; coming back is up to the person, or to who adds them. */
import { onChannel } from '../../chat/index.ts';
import { ModerationAct } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { factsOf, Lifting, restrictable, subjectTold } from '../sanctions.ts';

export const memberUnban = operation({
  name: 'member.unban',
  summary: 'Lets somebody who is banned from a channel be in it again. It does not add them.',
  on: { http: 'POST /v1/channels/:channelId/members/:userId/unban', socket: true },
  commit: 'own',
  input: Lifting,
  output: ModerationAct,
  access: onChannel('member.ban', 'change'),
  limit: 'state.write',
  audit: { record: ({ input: { reason }, reply: act }) => factsOf(act, reason) },
  refuses: ['channel_archived'],
  async handle({ input, caller, subject, services, now, refuse }) {
    const { acts } = services;
    const { userId: subjectId, reason } = input;
    const { id: channelId } = subject.channel;
    await restrictable(services, subject, caller.userId, subjectId);
    if (!(await acts.lift('ban', channelId, subjectId, now, caller.userId))) refuse('not_found');
    const what = { kind: 'unban', channelId, subjectId, reason } as const;
    const act = await acts.note({ ...what, actorId: caller.userId, at: now });
    return reply(await acts.shown(act, 'moderators'), ...subjectTold(subjectId, channelId));
  },
});
