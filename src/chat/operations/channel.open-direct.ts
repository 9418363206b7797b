/** Opens the channel that is between the caller and others: the same people always have the same one. */
import { z } from 'zod';
import { onServer } from '../../access/index.ts';
import { Channel, DIRECT_OTHERS, UserId, type ChannelId } from '../../contract/index.ts';
import { digestOf } from '../../crypto/index.ts';
import { reply, tell } from '../../kernel/index.ts';
import { membersCame } from '../changes.ts';
import { channelAsSeen } from '../channel-as-seen.ts';
import { operation } from '../declare.ts';
import type { MembershipRow } from '../rows.ts';

export const channelOpenDirect = operation({
  name: 'channel.open-direct',
  summary:
    'The channel between the caller and one to eight others, made when they open it for the first time.',
  on: { http: 'POST /v1/direct-channels', socket: true },
  commit: 'own',
  input: z.strictObject({
    /** The others, in any order. */
    userIds: z
      .array(UserId)
      .min(1)
      .max(DIRECT_OTHERS)
      .refine((ids) => new Set(ids).size === ids.length, { message: 'names somebody twice' }),
  }),
  output: z.strictObject({
    channel: Channel,
    /** False where they had it already. */
    created: z.boolean(),
  }),
  access: onServer('channel.open-direct'),
  limit: 'state.write',
  audit: {
    record: ({ input: { userIds }, reply: { channel, created } }) => ({
      resource: { kind: 'channel', id: channel.id },
      ...(userIds.length === 1 && { subjectId: userIds[0] }),
      details: { others: userIds.length, already: !created },
    }),
  },
  refuses: [],
  async handle({ input: { userIds }, caller, services, now, refuse }) {
    const { channels, memberships, content, keys, entropy } = services;
    const { userId, workspaceId } = caller;
    if (userIds.includes(userId))
      refuse('invalid_input', [{ path: 'userIds', problem: 'names_the_caller' }]);
    if ((await memberships.countActive(userIds)) < userIds.length) refuse('not_found');
    const ids = [userId, ...userIds].sort();
    const digest = new Uint8Array(digestOf(ids.join(' ')));
    const people = { count: ids.length, digest };
    const present = await channels.findDirect(people);
    if (present)
      return reply({
        channel: await channelAsSeen(services, present, 'member', userId),
        created: false,
      });
    const id = entropy.id() as ChannelId;
    const by = { createdBy: userId, createdAt: now };
    const named = await content.sealName(keys, id, ''); // its people are what it is called by
    const channel = await channels.createDirect(
      { id, kind: 'direct', historyPolicy: 'all', ...named, ...by },
      people,
    );
    if (!channel) {
      const theirs = await channels.findDirect(people);
      if (!theirs) throw new Error('a direct channel is there and is not');
      return reply({
        channel: await channelAsSeen(services, theirs, 'member', userId),
        created: false,
      });
    }
    const members: MembershipRow[] = [];
    for (const [i, one] of ids.entries())
      members.push(await memberships.open(channel, one, 'member', i + 1, now));
    return reply(
      { channel: await channelAsSeen(services, channel, 'member', userId), created: true },
      membersCame(workspaceId, id, members),
      ...ids.map((one) => tell(one, 'access.changed', { channelId: id })),
    );
  },
});
