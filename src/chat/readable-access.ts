/** Declares what takes a message that the caller may read: whatever else an id may name, it is answered alike. */
import { mayInChannel, sees, type ChannelPermission } from '../access/index.ts';
import type { ChannelId, MessageId } from '../contract/index.ts';
import { Refusal, type Access, type Actor } from '../kernel/index.ts';
import type { OnMessage } from './access.ts';
import { mayRead, type Readable } from './rows.ts';
import type { ChatServices } from './services.ts';

export interface Read extends OnMessage {
  /** What of the channel the caller may read. */
  readonly readable: Readable;
}

/**
 * The message named by `messageId` in `channelId`, for callers who may read it and hold `permission` there. Four
 * queries in any case: neither the answer nor its time tells an id that was never given from that of a message in
 * another channel or workspace, or from before the caller joined. Changes nothing, so it locks nothing. `lacking` is
 * what those are told who see the channel and do not hold the permission: by `not_found`, not even that.
 */
export function onReadableMessage(
  permission: ChannelPermission = 'message.read',
  lacking: 'forbidden' | 'not_found' = 'forbidden',
): Access<
  { readonly channelId: ChannelId; readonly messageId: MessageId },
  Actor,
  Read,
  ChatServices
> {
  return {
    describe: `channel permission ${permission}, on a message that the caller may read`,
    asks: { of: 'channel', permissions: [permission] },
    audience: 'signed-in',
    workspace: null,
    about: ({ messageId: id }) => ({ kind: 'message', id }),
    async resolve({ input: { channelId, messageId }, caller: { userId }, services }) {
      const channel = await services.channels.find(channelId);
      const standing = await services.standings.inChannel(userId, channelId);
      const message = await services.messages.find(channelId, messageId);
      const intervals = await services.memberships.intervals(channelId, userId);
      if (!channel || !standing || !sees(standing)) throw new Refusal('not_found');
      for (const needed of [permission, 'message.read'] as const)
        if (!mayInChannel(standing, needed)) throw new Refusal(lacking); // whatever message it may be
      const readable = channel.historyPolicy === 'all' ? 'all' : intervals;
      if (!message || !mayRead(readable, message.seq)) throw new Refusal('not_found');
      return { channel, standing, message, readable };
    },
  };
}
