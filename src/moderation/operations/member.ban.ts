/** Bans somebody from a channel: they are out of it at once, and nobody lets them in until it is over. */
import { mayInChannel } from '../../access/index.ts';
import { endMembership, onChannel, settingsChanged } from '../../chat/index.ts';
import { ModerationAct } from '../../contract/index.ts';
import { reply, type Effect } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { scheduleEnd } from '../expiry.ts';
import { endOf, factsOf, Imposition, restrictable, subjectTold } from '../sanctions.ts';

export const memberBan = operation({
  name: 'member.ban',
  summary:
    'Removes somebody from a channel and keeps them out, to whom it is not there for a time or until it is lifted.',
  on: { http: 'POST /v1/channels/:channelId/members/:userId/ban', socket: true },
  commit: 'own',
  input: Imposition,
  output: ModerationAct,
  access: onChannel('member.ban', 'change'),
  limit: 'state.write',
  audit: { record: ({ input: { reason }, reply: act }) => factsOf(act, reason) },
  refuses: ['channel_archived', 'last_owner'],
  async handle({ input, caller, subject, services, now }) {
    const { acts, channels, content, keys, memberships, workspaceId } = services;
    const { userId: subjectId, reason } = input;
    const { channel } = subject;
    const { id: channelId } = channel;
    const other = await restrictable(services, subject, caller.userId, subjectId);
    const until = endOf(input, now);
    const member = await memberships.current(channelId, subjectId);
    let ended: readonly Effect[] = [];
    if (member) ({ effects: ended } = await endMembership(services, channel, member, now));
    else if (mayInChannel(other, 'message.read')) {
      // They may be listening from outside: everybody is asked again, as where reading is taken from anybody.
      const changed = await channels.update(channel, {}, true);
      const settings = await content.settings(keys, changed);
      ended = [settingsChanged(workspaceId, changed, settings)];
    }
    const what = { kind: 'ban', channelId, subjectId, until, reason } as const;
    const act = await acts.impose({ ...what, actorId: caller.userId, at: now });
    await scheduleEnd(services.jobs, act, now);
    const told = subjectTold(subjectId, channelId);
    return reply(await acts.shown(act, 'moderators'), ...ended, ...told);
  },
});
