/** What somebody may delete of what others wrote in a channel, and how deletions of it are shown to who asked for them. */
import { mayFromOutside } from '../access/index.ts';
import type { InChannel } from '../chat/index.ts';
import type { Deletion, UserId } from '../contract/index.ts';
import type { DeletionRow } from './deletion-store.ts';
import type { ModerationServices } from './services.ts';

/**
 * The place after which one may delete. As for a single message: keepers delete what they may read, staff also what they
 * cannot.
 */
export async function beginningFor(
  { memberships }: ModerationServices,
  { channel, standing }: InChannel,
  userId: UserId,
): Promise<number> {
  const readable = await memberships.readable(channel, userId);
  if (readable === 'all' || mayFromOutside(standing, 'message.delete.any')) return 0;
  return readable.find(({ upTo }) => upTo === null)?.after ?? channel.lastSeq;
}

export const timeAt = (ms: number | undefined): Date | null =>
  ms === undefined ? null : new Date(ms);

export function shownDeletion(row: DeletionRow): Deletion {
  const { id, channelId, authorId, askedAt, deleted, finishedAt } = row;
  const done = { deleted, finished: finishedAt !== null };
  return { id, channelId, authorId, askedAt: askedAt.getTime(), ...done };
}
