/** Gives back speech before the mute is over. */
import { onChannel } from '../../chat/index.ts';
import { ModerationAct } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { factsOf, Lifting, restrictable, subjectTold } from '../sanctions.ts';

export const memberUnmute = operation({
  name: 'member.unmute',
  summary: 'Lets somebody who is muted in a channel write again.',
  on: { http: 'POST /v1/channels/:channelId/members/:userId/unmute', socket: true },
  commit: 'own',
  input: Lifting,
  output: ModerationAct,
  access: onChannel('member.mute', 'change'),
  limit: 'state.write',
  audit: { record: ({ input: { reason }, reply: act }) => factsOf(act, reason) },
  refuses: ['channel_archived'],
  async handle({ input, caller, subject, services, now, refuse }) {
    const { acts, restraints } = services;
    const { userId: subjectId, reason } = input;
    const { id: channelId } = subject.channel;
    await restrictable(services, subject, caller.userId, subjectId);
    if (!(await acts.lift('mute', channelId, subjectId, now, caller.userId))) refuse('not_found');
    await restraints.mute(channelId, subjectId, null);
    const what = { kind: 'unmute', channelId, subjectId, reason } as const;
    const act = await acts.note({ ...what, actorId: caller.userId, at: now });
    return reply(await acts.shown(act, 'moderators'), ...subjectTold(subjectId, channelId));
  },
});
