/** The channel log's rows as the domain sees them: numbers instead of bigints, ids that know what they name. */
import type {
  ChannelId,
  ChannelKind,
  ChannelRole,
  HistoryPolicy,
  MessageId,
  Reaction,
  UserId,
} from '../contract/index.ts';

export interface ChannelRow {
  readonly id: ChannelId;
  readonly kind: ChannelKind;
  readonly nameSealed: Uint8Array;
  readonly nameKey: number;
  readonly topicSealed: Uint8Array | null;
  readonly topicKey: number | null;
  readonly historyPolicy: HistoryPolicy;
  readonly readOnly: boolean;
  readonly slowModeSeconds: number;
  readonly hasOverrides: boolean;
  readonly settingsRev: number;
  readonly accessRev: number;
  readonly lastSeq: number;
  readonly lastRev: number;
  readonly purgedRev: number;
  readonly purgedSeq: number;
  readonly truncatedRev: number;
  readonly epoch: number;
  readonly keyEpoch: number;
  readonly newestJoinedSeq: number;
  readonly createdAt: Date;
  readonly archivedAt: Date | null;
}

export interface MembershipRow {
  readonly userId: UserId;
  readonly role: ChannelRole;
  readonly rev: number;
  readonly joinedSeq: number;
  readonly joinedRev: number;
  readonly leftSeq: number | null;
  readonly leftRev: number | null;
}

export interface MessageRow {
  readonly channelId: ChannelId;
  readonly id: MessageId;
  readonly seq: number;
  readonly rev: number;
  readonly version: number;
  readonly authorId: UserId;
  readonly replyTo: MessageId | null;
  readonly bodySealed: Uint8Array | null;
  readonly keyEpoch: number;
  readonly at: Date;
  readonly editedAt: Date | null;
  readonly deletedAt: Date | null;
  readonly deletedBy: UserId | null;
  /** What readers are shown of them; null while there are none. */
  readonly reactions: readonly Reaction[] | null;
  /** Of a reply: the first message of its thread, and which reply to it this one is. */
  readonly threadRoot: MessageId | null;
  readonly threadPlace: number | null;
  /** Of the first message of a thread: how many replies there ever were, and the place of the last. */
  readonly replyCount: number | null;
  readonly lastReplySeq: number | null;
  readonly mentions: readonly UserId[] | null;
  readonly pinnedAt: Date | null;
  readonly pinnedBy: UserId | null;
}

/** What the channel is, since its last change. */
export interface SettingsRow {
  readonly rev: number;
  readonly channel: ChannelRow;
}

/** Posts below a place went for good; of a channel that was truncated before, the last time. */
export interface TruncationRow {
  readonly rev: number;
  readonly belowSeq: number;
}

/** Which posts somebody may read: all of them, or those made while they were in the channel. */
export type Readable = 'all' | readonly { readonly after: number; readonly upTo: number | null }[];

/** A piece of a channel's log: the first `limit` changes with a revision in (since, upTo]. */
export interface Stretch {
  readonly channelId: ChannelId;
  readonly since: number;
  readonly upTo: number;
  readonly limit: number;
  /** Of the posts, only these. */
  readonly readable: Readable;
}

/** The rows of each channel, in the order in which they came. */
export function byChannel<R extends { readonly channelId: ChannelId }>(
  rows: readonly R[],
): ReadonlyMap<ChannelId, readonly R[]> {
  const channels = new Map<ChannelId, R[]>();
  for (const row of rows) {
    const others = channels.get(row.channelId);
    if (others) others.push(row);
    else channels.set(row.channelId, [row]);
  }
  return channels;
}

/** True when the post of that place is among what may be read. */
export function mayRead(readable: Readable, seq: number): boolean {
  if (readable === 'all') return true;
  return readable.some(({ after, upTo }) => seq > after && (upTo === null || seq <= upTo));
}
