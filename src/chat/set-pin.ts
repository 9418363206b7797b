/** What pinning and letting go have in common: one change of the log, told with the message, and none where it is so already. */
import { z } from 'zod';
import { ChannelId, MessageId, Rev, Timestamp, UserId } from '../contract/index.ts';
import { reply, type AuditFacts, type Outcome } from '../kernel/index.ts';
import type { OnMessage } from './access.ts';
import { messageChanged } from './changes.ts';
import type { Pin } from './pin-store.ts';
import type { ChatServices } from './services.ts';

export const PinInput = z.strictObject({ channelId: ChannelId, messageId: MessageId });

export const PinOutput = z.strictObject({
  /** The message's revision; its text is not told, since who may pin a message need not be able to read it. */
  rev: Rev,
  pinned: z.strictObject({ by: UserId, at: Timestamp }).nullable(),
});

/** Stores the pin, or that there is none, and tells everybody. */
export async function setPin(
  services: ChatServices,
  { channel, message }: OnMessage,
  pin: Pin | null,
): Promise<Outcome<z.input<typeof PinOutput>>> {
  const { channels, pins, content, keys, workspaceId } = services;
  if ((message.pinnedAt === null) === (pin === null)) return reply(answer(message));
  const rev = await channels.advance(channel);
  const changed = await pins.set(message, pin, rev);
  const wire = await content.message(keys, changed);
  return reply(answer(changed), messageChanged(workspaceId, wire));
}

/** Whose message was held up, or let go. */
export function pinFacts({ message }: OnMessage, isPinned: boolean): AuditFacts {
  const already = (message.pinnedAt !== null) === isPinned;
  return {
    resource: { kind: 'message', id: message.id },
    subjectId: message.authorId,
    details: { channelId: message.channelId, already },
  };
}

function answer({ rev, pinnedAt: at, pinnedBy: by }: OnMessage['message']) {
  return { rev, pinned: at && by && { by, at: at.getTime() } };
}
