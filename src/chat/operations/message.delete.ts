/** Deletes a message, one's own or as a moderator with a reason; a tombstone stays, the text does not. */
import { z } from 'zod';
import { ChannelId, Message, MessageId, REASON_CHARACTERS } from '../../contract/index.ts';
import { reply, tell } from '../../kernel/index.ts';
import { onMessage } from '../access.ts';
import { messageChanged } from '../changes.ts';
import { shown } from '../content.ts';
import { operation } from '../declare.ts';
import { plainText } from '../text.ts';

export const messageDelete = operation({
  name: 'message.delete',
  summary: 'Removes the text of a message for good. Deleting it again changes nothing.',
  // POST: a reason is a person's words, and what stands in a URL ends up in the logs of proxies.
  on: { http: 'POST /v1/channels/:channelId/messages/:messageId/deletion', socket: true },
  commit: 'own',
  input: z.strictObject({
    channelId: ChannelId,
    messageId: MessageId,
    /** Needed for what somebody else wrote. */
    reason: plainText(REASON_CHARACTERS).optional(),
  }),
  output: Message,
  access: onMessage({ own: 'message.delete.own', any: 'message.delete.any' }),
  limit: 'message.write',
  audit: {
    record: ({ input, subject: { message } }) => ({
      resource: { kind: 'message', id: message.id },
      subjectId: message.authorId,
      details: { channelId: message.channelId, already: message.deletedAt !== null },
      ...(input.reason !== undefined && { reason: input.reason }),
    }),
  },
  refuses: ['channel_archived'],
  async handle({ input, caller, subject: { channel, message }, services, now, refuse }) {
    const { tombstones, channels, acts } = services;
    if (message.authorId !== caller.userId && input.reason === undefined)
      refuse('invalid_input', [{ path: 'reason', problem: 'needed for the message of another' }]);
    if (message.deletedAt !== null) return reply(shown(message, 'deleted', null));
    const rev = await channels.advance(channel);
    const deletion = { by: caller.userId, rev, at: now };
    const [deleted = message] = await tombstones.put([message], deletion);
    const wire = shown(deleted, 'deleted', null);
    const act = { kind: 'delete', channelId: channel.id, messageId: message.id } as const;
    const by = { subjectId: message.authorId, actorId: caller.userId, at: now };
    const changed = messageChanged(caller.workspaceId, wire);
    if (message.authorId === caller.userId) return reply(wire, changed);
    await acts.note({ ...act, ...by, reason: input.reason });
    const { id: channelId } = channel;
    return reply(wire, changed, tell(message.authorId, 'moderation.acted', { channelId }));
  },
});
