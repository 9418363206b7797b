/** Mutes somebody in a channel: they read on, and write, edit and react no more, on whatever device. */
import { onChannel } from '../../chat/index.ts';
import { ModerationAct } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { scheduleEnd } from '../expiry.ts';
import { endOf, factsOf, Imposition, restrictable, subjectTold } from '../sanctions.ts';

export const memberMute = operation({
  name: 'member.mute',
  summary: 'Lets somebody read and not write in a channel, for a time or until it is taken back.',
  on: { http: 'POST /v1/channels/:channelId/members/:userId/mute', socket: true },
  commit: 'own',
  input: Imposition,
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
    const until = endOf(input, now);
    const wasThere = await restraints.mute(channelId, subjectId, { at: now, until });
    if (!wasThere) refuse('not_found');
    const what = { kind: 'mute', channelId, subjectId, until, reason } as const;
    const act = await acts.impose({ ...what, actorId: caller.userId, at: now });
    await scheduleEnd(services.jobs, act, now);
    return reply(await acts.shown(act, 'moderators'), ...subjectTold(subjectId, channelId));
  },
});
