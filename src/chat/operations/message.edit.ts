/** Replaces the text of one's own message, for as long as the edit window is open. */
import { z } from 'zod';
import {
  BODY_CHARACTERS,
  ChannelId,
  MENTIONS,
  Message,
  MessageId,
  UserId,
} from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onMessage } from '../access.ts';
import { refuseMuted } from '../restraints.ts';
import { messageChanged } from '../changes.ts';
import { shown } from '../content.ts';
import { operation } from '../declare.ts';
import { bodyText } from '../text.ts';

export const messageEdit = operation({
  name: 'message.edit',
  summary: "Replaces the text of the caller's own message. The new version has a higher number.",
  on: { http: 'PATCH /v1/channels/:channelId/messages/:messageId', socket: true },
  commit: 'own',
  input: z.strictObject({
    channelId: ChannelId,
    messageId: MessageId,
    body: bodyText(BODY_CHARACTERS),
    /** Instead of whoever was mentioned before: nobody, unless they are named again. */
    mentions: z.array(UserId).max(MENTIONS).optional(),
  }),
  output: Message,
  access: onMessage({ own: 'message.edit.own', any: 'message.edit.any' }),
  limit: 'message.write',
  audit: {
    record: ({ reply: message }) => ({
      resource: { kind: 'message', id: message.id },
      details: { channelId: message.channelId, version: message.version },
    }),
  },
  refuses: ['channel_archived', 'message_deleted', 'edit_window_closed', 'muted', 'filtered'],
  prepare({ input, caller, domain }) {
    const { channelId, messageId, body: text } = input;
    return domain.screen({ ...caller, channelId, messageId, clientId: null, text });
  },
  async handle({ input, caller, subject: { channel, message }, services, now, refuse }) {
    const { messages, channels, content, editWindowMs } = services;
    await refuseMuted(services, channel.id, caller.userId, now);
    if (message.deletedAt !== null) refuse('message_deleted');
    const age = now.getTime() - message.at.getTime();
    if (editWindowMs === 0 || age > editWindowMs) refuse('edit_window_closed');
    const { authorId, keyEpoch, version } = message;
    const key = await services.dataKey(channel.id, authorId, keyEpoch);
    if (!key) return refuse('not_found'); // erased: nothing can be sealed for this author here any more
    const next = { ...message, version: version + 1 };
    const sealed = content.sealBody(key, caller.workspaceId, next, input.body);
    await services.versions.keep(message);
    const rev = await channels.advance(channel);
    const mentions = await services.mentions.replace(message, input.mentions ?? []);
    const change = { bodySealed: sealed, mentions, rev, editedAt: now };
    const edited = await messages.edit(message, change);
    const wire = shown(edited, 'present', input.body);
    return reply(wire, messageChanged(caller.workspaceId, wire));
  },
});
