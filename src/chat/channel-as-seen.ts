/** A channel as one person sees it: what it is, and how far they have read in it. */
import type { Channel, ChannelRole, UserId } from '../contract/index.ts';
import type { ChannelRow } from './rows.ts';
import type { ChatServices } from './services.ts';

export async function channelAsSeen(
  { content, keys, memberships }: Pick<ChatServices, 'content' | 'keys' | 'memberships'>,
  row: ChannelRow,
  role: ChannelRole | null,
  userId: UserId,
): Promise<Channel> {
  const read = await memberships.readUpTo([row], userId);
  return content.channel(keys, row, role, read.get(row.id) ?? null);
}
