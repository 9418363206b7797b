/** Lets the oldest posts of a channel go for good: one change of its log, a bounded piece at a time. */
import {
  CLIENT_ID_AGE_MS,
  CLIENT_ID_AHEAD_MS,
  type ChannelId,
  type WorkspaceId,
} from '../contract/index.ts';
import type { Effect } from '../kernel/index.ts';
import { truncated } from './changes.ts';
import type { ChannelStore } from './channel-store.ts';
import type { MessageStore } from './message-store.ts';

export interface TruncationStores {
  readonly workspaceId: WorkspaceId;
  readonly channels: ChannelStore;
  readonly messages: MessageStore;
}

export interface Truncation {
  readonly channelId: ChannelId;
  /** Posts from this place on stay. */
  readonly belowSeq: number;
  readonly now: Date;
  /** Posts of this piece, `TRUNCATION_POSTS` at most: the fewer, the sooner the channel is free again. */
  readonly most?: number;
}

export interface Truncated {
  /** Posts that went in this piece. */
  readonly removed: number;
  /** Every post up to this place is gone, whenever it went. */
  readonly purgedSeq: number;
  /** There are more to go: begin another transaction. */
  readonly more: boolean;
  /** To be published after COMMIT; null where nothing changed. Followers that do not hear of it read it. */
  readonly effect: Effect | null;
}

/** Posts that go at a time: the channel is locked meanwhile, for some ten milliseconds. */
export const TRUNCATION_POSTS = 1_000;
/** Reactions that go with them, each a row; one post goes with all that it has. */
const TRUNCATION_REACTIONS = 10_000;
/**
 * A post goes when no send of it can come again: who sent it may repeat its clientId for so long, and would post it
 * anew once the row that knows it is gone. Its id may have been made ahead of the server's clock; as much again is for
 * clocks that differ and calls under way.
 */
export const YOUNGEST_TRUNCATED_MS = CLIENT_ID_AGE_MS + 2 * CLIENT_ID_AHEAD_MS;

/** See `truncateChannel`. */
export async function truncate(
  { workspaceId, channels, messages }: TruncationStores,
  { channelId, belowSeq, now, most: posts = TRUNCATION_POSTS }: Truncation,
): Promise<Truncated | null> {
  const channel = await channels.lock(channelId);
  if (!channel) return null;
  const { purgedSeq } = channel;
  const target = Math.min(belowSeq - 1, channel.lastSeq);
  const upTo = Math.min(target, purgedSeq + Math.min(posts, TRUNCATION_POSTS));
  const olderThan = new Date(now.getTime() - YOUNGEST_TRUNCATED_MS);
  const most = { olderThan, reactions: TRUNCATION_REACTIONS };
  const eldest = upTo > purgedSeq && (await messages.eldest(channelId, purgedSeq, upTo, most));
  if (!eldest) return { removed: 0, purgedSeq, more: false, effect: null };
  const { lastSeq, lastRev, oldSeq } = eldest;
  // What changed among them cannot be told any more: whoever does not know it starts over.
  const purgedRev = Math.max(channel.purgedRev, lastRev);
  const rev = await channels.truncate(channel, lastSeq, purgedRev);
  const removed = await messages.purge(channelId, lastSeq);
  // The database lets no post go that a legal hold keeps: then none does.
  if (removed < lastSeq - purgedSeq) throw new Error('a post is held that was to be truncated');
  const effect = truncated(workspaceId, channelId, { rev, belowSeq: lastSeq + 1 });
  const more = lastSeq < oldSeq || (lastSeq === upTo && upTo < target);
  return { removed, purgedSeq: lastSeq, more, effect };
}
