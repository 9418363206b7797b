/** How often somebody is mentioned in what they have not read and may read, as of the transaction and no earlier. */
import { mayInChannel, sees } from '../access/index.ts';
import type { UserId } from '../contract/index.ts';
import type { Made } from './mention-store.ts';
import type { ChatServices } from './services.ts';

/**
 * Counts mentions in messages of others, made within `made`. Channels that the person left, that they are muted in or
 * that they may not read any more have none.
 */
export async function unreadMentions(
  { mentions, standings }: Pick<ChatServices, 'mentions' | 'standings'>,
  userId: UserId,
  made: Made,
  now: Date,
): Promise<number> {
  const unread = await mentions.unread(userId, made, now);
  const standing = await standings.inChannels(
    userId,
    unread.map(({ channelId }) => channelId),
  );
  return unread.reduce((sum, { channelId, count }) => {
    const held = standing.get(channelId);
    return held && sees(held) && mayInChannel(held, 'message.read') ? sum + count : sum;
  }, 0);
}
