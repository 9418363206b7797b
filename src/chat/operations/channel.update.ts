/** Changes what a channel is; who may read it no longer hears nothing that comes later. */
import { z } from 'zod';
import { mayInChannel } from '../../access/index.ts';
import {
  Channel,
  CHANNEL_NAME_CHARACTERS,
  CHANNEL_TOPIC_CHARACTERS,
  ChannelId,
  HistoryPolicy,
} from '../../contract/index.ts';
import { reply, type Actor, type AuditDetail, type Effect } from '../../kernel/index.ts';
import { onChannel } from '../access.ts';
import { settingsChanged } from '../changes.ts';
import { channelAsSeen } from '../channel-as-seen.ts';
import type { SettingsChange } from '../channel-store.ts';
import { operation } from '../declare.ts';
import type { ChannelRow } from '../rows.ts';
import { plainText } from '../text.ts';

const input = z
  .strictObject({
    channelId: ChannelId,
    name: plainText(CHANNEL_NAME_CHARACTERS).optional(),
    /** Null takes the topic away. */
    topic: plainText(CHANNEL_TOPIC_CHARACTERS).nullable().optional(),
    /** Only owners and moderators of the channel write. */
    readOnly: z.boolean().optional(),
    /** Who may see it, and what newcomers may read: for its owners, and admins. */
    kind: z.enum(['public', 'private']).optional(),
    historyPolicy: HistoryPolicy.optional(),
  })
  .refine((asked) => Object.keys(asked).length > 1, { message: 'changes nothing' });

export const channelUpdate = operation({
  name: 'channel.update',
  summary:
    'Changes the name, the topic, who may see it, what newcomers may read, or whether only its keepers write.',
  on: { http: 'PATCH /v1/channels/:channelId', socket: true },
  commit: 'own',
  input,
  output: Channel,
  access: onChannel('channel.update', 'change'),
  limit: 'state.write',
  audit: {
    // What it is called is people's text, which the trail does not hold: that it changed, it does.
    record: ({ input: { name, topic }, subject: { channel: before }, reply: after }) => ({
      resource: { kind: 'channel', id: after.id },
      details: {
        already: after.lastRev <= before.lastRev,
        ...(name !== undefined && { name: 'given' }),
        ...(topic !== undefined && { topic: topic === null ? 'taken away' : 'given' }),
        ...beforeAndAfter('kind', before.kind, after.kind),
        ...beforeAndAfter('historyPolicy', before.historyPolicy, after.historyPolicy),
        ...beforeAndAfter('readOnly', before.readOnly, after.readOnly),
      },
    }),
  },
  refuses: ['channel_archived'],
  async handle({ input, caller, subject: { channel, standing }, services, refuse }) {
    const { channels, content, keys } = services;
    const { name, topic, ...wanted } = input;
    const { kind = channel.kind, historyPolicy = channel.historyPolicy } = wanted;
    const exposes = kind !== channel.kind || historyPolicy !== channel.historyPolicy;
    if (exposes && !mayInChannel(standing, 'channel.expose')) refuse('forbidden');
    const before = await channelAsSeen(services, channel, standing.channelRole, caller.userId);
    const { readOnly = channel.readOnly } = wanted;
    const change: SettingsChange = {
      ...(exposes && { kind, historyPolicy }),
      ...(readOnly !== channel.readOnly && { readOnly }),
      ...(name !== undefined &&
        name !== before.name &&
        (await content.sealName(keys, channel.id, name))),
      ...(topic === null && channel.topicSealed && { topicSealed: null, topicKey: null }),
      ...(topic != null &&
        topic !== before.topic &&
        (await content.sealTopic(keys, channel.id, topic))),
    };
    if (Object.keys(change).length === 0) return reply(before);
    // Made public, it stays open to whom a role had opened it; made private, it is taken from all others.
    const closes = kind === 'private' && channel.kind === 'public';
    const narrows =
      isOpenToOutsiders(channel) && (closes || !isOpenToOutsiders({ ...channel, historyPolicy }));
    const changed = await channels.update(channel, change, narrows);
    return reply(
      await channelAsSeen(services, changed, standing.channelRole, caller.userId),
      settingsChanged(caller.workspaceId, changed, await content.settings(keys, changed)),
      ...(!isOpenToOutsiders(channel) && isOpenToOutsiders(changed)
        ? [opened(caller, changed)]
        : []),
    );
  },
});

/** Where others than its members may listen: everybody in a public channel, in any whom a role opens it to. */
function isOpenToOutsiders({ historyPolicy }: ChannelRow): boolean {
  return historyPolicy === 'all';
}

/** Whom roles of the workspace's own making let in from outside may read what is written, and could not before. */
function opened({ workspaceId }: Actor, { id }: ChannelRow): Effect {
  return { effect: 'reading-opened', workspaceId, channelIds: [id], to: 'named' };
}

function beforeAndAfter(
  what: string,
  before: AuditDetail,
  after: AuditDetail,
): Record<string, AuditDetail> {
  return before === after ? {} : { [`${what}Before`]: before, [what]: after };
}
