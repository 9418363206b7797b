/** What channels let go when its time is over: the oldest posts, and of those behind one that is held, what they said. */
import type { ChannelId, RetentionCandidate } from '../contract/index.ts';
import type {
  RemovedPiece,
  RetentionContributor,
  RetentionCursor,
  RetentionScope,
} from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { messagesChanged } from './changes.ts';
import { channelStore } from './channel-store.ts';
import { shown } from './content.ts';
import { channelsAfter, count, inFront, look, type Standing } from './due-store.ts';
import { messageStore } from './message-store.ts';
import type { MessageRow } from './rows.ts';
import { tombstoneStore } from './tombstone-store.ts';
import { truncate } from './truncate.ts';

/** Posts counted at a time: a channel of more of them is counted in several portions. */
export const COUNTED = 20_000;
/** Posts looked at for a page of candidates, or for a piece of tombstones. */
const LOOKED_AT = 500;
/** Tombstones of a piece at most: their events fit into one notice between nodes. */
const TOMBSTONES = 50;
/** Reactions that go with them at most, one message excepted. */
const REACTIONS = 10_000;

/**
 * In a channel the posts that are due are those before the first one that is young enough, in the order of the log. Up
 * to the first that a hold keeps they are truncated; behind that, places have to stay, and they become tombstones.
 */
export const chatRetention: RetentionContributor<Tx> = {
  name: 'chat.messages',
  kind: 'messages',
  async survey(tx, scope, cursor, most) {
    const within = textOf(cursor, 'channel');
    const { channels, reached } = await channelsAfter(tx, scope, textOf(cursor, 'after'), within);
    const found = [];
    let left = COUNTED;
    for (const { id: channelId, purgedSeq } of channels) {
      const place = { seq: numberOf(cursor, 'seq', purgedSeq), behind: isBehind(cursor) };
      const from = within === null ? { seq: purgedSeq, behind: false } : place;
      const { next, looked, ...counted } = await count(tx, scope, channelId, from, left);
      if (counted.due + counted.held > 0) found.push({ channelId, ...counted });
      if (next) {
        const { seq, behind } = next;
        return { found, next: { channel: channelId, seq, behind: behind ? 1 : 0 } };
      }
      left -= looked;
      if (left <= 0 || found.length === most) return { found, next: { after: channelId } };
    }
    return { found, next: reached && { after: reached } };
  },
  async candidates(tx, scope, cursor, most) {
    const within = textOf(cursor, 'channel');
    const after = textOf(cursor, 'after');
    const { channels, reached } = await channelsAfter(tx, scope, after, within);
    const [channel] = channels;
    if (!channel) return { found: [], next: reached && { after: reached } };
    const from = within === null ? channel.purgedSeq : numberOf(cursor, 'seq', channel.purgedSeq);
    const zone = await look(tx, scope, channel.id, from, LOOKED_AT);
    const found: RetentionCandidate[] = [];
    let behind = isBehind(cursor);
    for (const { message, held } of zone.due) {
      behind ||= held;
      const place = { channel: channel.id, seq: message.seq - 1, behind: behind ? 1 : 0 };
      if (found.length === most) return { found, next: place };
      if (held || (behind && message.deletedAt !== null)) continue;
      const { id, authorId: userId, at } = message;
      found.push({ channelId: channel.id, id, userId, at: at.getTime() });
    }
    const seq = from + zone.due.length;
    const place = { channel: channel.id, seq, behind: behind ? 1 : 0 };
    return { found, next: zone.isWhole ? { after: channel.id } : place };
  },
  async remove(tx, scope, cursor, most) {
    const within = textOf(cursor, 'channel');
    const { channels, reached } = await channelsAfter(tx, scope, textOf(cursor, 'after'), within);
    const [first] = channels;
    if (!first) return { ...NOTHING, next: reached && { after: reached } };
    const { id, purgedSeq } = first;
    const seq = within === null ? purgedSeq : numberOf(cursor, 'seq', purgedSeq);
    return seq > purgedSeq ? empty(tx, scope, id, seq, most) : shorten(tx, scope, first, most);
  },
};

const NOTHING: RemovedPiece = { next: null, removed: 0, held: 0, counts: {} };

/**
 * The oldest posts go, up to the first one that stays; behind one that is held the next piece goes on. What is looked
 * for changes no more, so that the channel is held only while they go.
 */
async function shorten(
  tx: Tx,
  scope: RetentionScope,
  { id: channelId, purgedSeq }: Standing,
  most: number,
): Promise<RemovedPiece> {
  const { workspaceId, asOf: now } = scope;
  const { going, then } = await inFront(tx, scope, channelId, purgedSeq, most);
  const done = { after: channelId };
  if (going === 0)
    return then === 'held'
      ? { ...NOTHING, held: 1, next: { channel: channelId, seq: purgedSeq + 1 } }
      : { ...NOTHING, next: done };
  const stores = {
    workspaceId,
    channels: channelStore(tx, workspaceId),
    messages: messageStore(tx),
  };
  const belowSeq = purgedSeq + going + 1;
  const piece = await truncate(stores, { channelId, belowSeq, now, most });
  if (!piece || piece.removed === 0) return { ...NOTHING, next: done };
  const isOver = then === 'nothing' && piece.purgedSeq === belowSeq - 1;
  const counts = { message: piece.removed };
  const effects = piece.effect?.effect === 'channel-changed' ? [piece.effect] : [];
  const next = isOver ? done : { channel: channelId, seq: piece.purgedSeq };
  return { next, removed: piece.removed, held: 0, counts, effects };
}

/** Behind a post that stays: what is due loses all that it says, and keeps its place. */
async function empty(
  tx: Tx,
  scope: RetentionScope,
  channelId: ChannelId,
  after: number,
  most: number,
): Promise<RemovedPiece> {
  const { workspaceId, asOf: at } = scope;
  const channels = channelStore(tx, workspaceId);
  const channel = await channels.lock(channelId);
  if (!channel) return { ...NOTHING, next: { after: channelId } };
  const { due, isWhole } = await look(tx, scope, channel.id, after, LOOKED_AT);
  const going: MessageRow[] = [];
  let held = 0;
  let reacted = 0;
  let reached = after;
  for (const { message, held: isKept } of due) {
    const isGoing = !isKept && message.deletedAt === null;
    if (isGoing) for (const { count: some } of message.reactions ?? []) reacted += some;
    const isFull = going.length >= Math.min(most, TOMBSTONES) || reacted > REACTIONS;
    if (isGoing && isFull && going.length > 0) break;
    if (isGoing) going.push(message);
    if (isKept) held += 1;
    reached = message.seq;
  }
  const last = await channels.advanceBy(channel, going.length);
  const deletion = { by: null, rev: last - going.length + 1, at };
  const gone = await tombstoneStore(tx).put(going, deletion);
  const isOver = isWhole && reached === after + due.length;
  const messages = gone.map((row) => shown(row, 'deleted', null));
  return {
    next: isOver ? { after: channel.id } : { channel: channel.id, seq: reached },
    removed: gone.length,
    held,
    counts: gone.length > 0 ? { 'message.body_sealed': gone.length } : {},
    effects: gone.length > 0 ? [messagesChanged(workspaceId, channel.id, messages)] : [],
  };
}

const isBehind = (cursor: RetentionCursor | null) => numberOf(cursor, 'behind', 0) === 1;

function textOf(cursor: RetentionCursor | null, name: string): string | null {
  const value = cursor?.[name];
  return typeof value === 'string' ? value : null;
}

function numberOf(cursor: RetentionCursor | null, name: string, otherwise: number): number {
  const value = cursor?.[name];
  return typeof value === 'number' ? value : otherwise;
}
