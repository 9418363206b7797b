/** Adds somebody with an account to a channel, by the e-mail address they registered with. */
import type { Member } from '../../client/index.ts';
import { command, oneOf, word } from '../command.ts';
import { Failure } from '../failure.ts';
import { findChannel } from '../find-channel.ts';
import { shownName } from '../names.ts';
import { printable } from '../printable.ts';

const ROLES = [
  'owner',
  'moderator',
  'member',
  'guest',
] as const satisfies readonly Member['role'][];

export const invite = command({
  name: 'invite',
  summary: 'Add somebody to a channel.',
  arguments: {
    channel: word('CHANNEL', 'Its name, the beginning of its name, or its id.'),
    email: word('EMAIL', 'The address they registered with.'),
  },
  options: { role: oneOf('--role <ROLE>', 'What they may do in it; member if left out.', ROLES) },
  calls: ['channel.list', 'user.find', 'member.add'],
  async *run({ channel: named, email, role = 'member' }, { call }) {
    const channel = await findChannel(named, { call });
    const { userId, displayName } = await call('user.find', { email }).catch((error: unknown) => {
      throw nobodyFor(error);
    });
    const member = await call('member.add', { channelId: channel.id, userId, role });
    yield { channel, displayName, member, asked: role };
  },
  words({ channel, displayName, member, asked }) {
    const name = shownName(displayName, member.userId);
    return member.role === asked
      ? `${name} is in ${printable(channel.name)} as ${member.role}.`
      : `${name} was in ${printable(channel.name)} already, and stays ${member.role}.`;
  },
  json: ({ channel: { id, name }, displayName, member }) => ({
    channelId: id,
    channel: name,
    displayName,
    ...member,
  }),
});

function nobodyFor(error: unknown): unknown {
  if (!(error instanceof Failure) || error.code !== 'not_found') return error;
  const sentence = 'Nobody here has that e-mail address.';
  const { exit, code, refusal } = error;
  return new Failure({ exit, code, sentence, ...(refusal && { refusal }) });
}
