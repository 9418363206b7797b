/** Creates a channel; whoever creates it owns it. */
import { z } from 'zod';
import { leftTo, onServer } from '../../access/index.ts';
import {
  Channel,
  CHANNEL_NAME_CHARACTERS,
  HistoryPolicy,
  type ChannelId,
} from '../../contract/index.ts';
import { reply, tell } from '../../kernel/index.ts';
import { memberChanged } from '../changes.ts';
import { operation } from '../declare.ts';
import { plainText } from '../text.ts';

export const channelCreate = operation({
  name: 'channel.create',
  summary: 'Creates a public or private channel, owned by the caller.',
  on: { http: 'POST /v1/channels', socket: true },
  status: 201,
  commit: 'own',
  input: z.strictObject({
    kind: z.enum(['public', 'private']),
    name: plainText(CHANNEL_NAME_CHARACTERS),
    /** As the workspace says where it is left out. */
    historyPolicy: HistoryPolicy.optional(),
  }),
  output: Channel,
  access: onServer('channel.create'),
  limit: 'state.write',
  audit: {
    record: ({ input, reply: channel }) => ({
      resource: { kind: 'channel', id: channel.id },
      details: { kind: input.kind, historyPolicy: channel.historyPolicy },
    }),
  },
  refuses: ['restricted_by_workspace'],
  async handle({ input, subject: { workspaceRole }, caller, services, now, refuse }) {
    const { channels, memberships, content, keys, entropy } = services;
    const choices = await services.standings.channelChoices();
    if (!leftTo(choices.whoCreatesChannels, workspaceRole)) refuse('restricted_by_workspace');
    const id = entropy.id() as ChannelId;
    const { kind, historyPolicy = choices.defaultHistoryPolicy } = input;
    const sealed = await content.sealName(keys, id, input.name);
    const by = { createdBy: caller.userId, createdAt: now };
    const channel = await channels.create({ id, kind, historyPolicy, ...sealed, ...by });
    const empty = { ...channel, lastRev: 0 };
    const owner = await memberships.open(empty, caller.userId, 'owner', channel.lastRev, now);
    return reply(
      await content.channel(keys, channel, 'owner', 0),
      memberChanged(caller.workspaceId, id, owner),
      tell(caller.userId, 'access.changed', { channelId: id }),
    );
  },
});
