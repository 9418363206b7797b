/** What one person did in channels, in bounded pieces of bounded channels: as sealed rows, for an export of their data. */
import { mayInChannel, sees, standings } from '../access/index.ts';
import type { ChannelId, UserId } from '../contract/index.ts';
import type { DataSubject, ExportCursor } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { channelStore } from './channel-store.ts';
import { membershipStore } from './membership-store.ts';
import { mayRead, type ChannelRow, type Readable } from './rows.ts';
import { seqRanges } from './seq-ranges.ts';

export type { Tx } from '../platform/postgres/index.ts';

/** Channels that the pieces of one page lie in at most. */
const CHANNELS = 200;
/** Versions or reactions of a page at most: there is no end to how often one message was edited. */
const ROWS = 2_000;
/** Places of posts in all pieces of a page together: where each may have a text, and where few have anything. */
const PLACES = 1_000;
export const SPARSE_PLACES = 20_000;

/** What of a channel somebody may read at this moment. */
export interface MayRead {
  readonly channel: ChannelRow;
  readonly readable: Readable;
}

/** Of these channels those that the person sees and may read in; three queries. */
export async function readableNow(
  tx: Tx,
  { workspaceId, userId }: DataSubject,
  ids: readonly ChannelId[],
): Promise<ReadonlyMap<ChannelId, MayRead>> {
  const channels = await channelStore(tx, workspaceId).findAll(ids);
  const held = await standings(tx).inChannels(userId, ids);
  const may = channels.filter(({ id }) => {
    const standing = held.get(id);
    return standing && sees(standing) && mayInChannel(standing, 'message.read');
  });
  const readable = await membershipStore(tx, workspaceId).readableIn(may, userId);
  return new Map(
    may.map((channel) => [channel.id, { channel, readable: readable.get(channel.id) ?? [] }]),
  );
}

/** A stretch of places in a channel that may be read. */
export interface Piece {
  readonly channelId: ChannelId;
  readonly after: number;
  readonly upTo: number;
  readonly readable: string;
}

/** The next pieces of all channels that somebody ever was in, and where the ones after them begin. */
export async function nextPieces(
  tx: Tx,
  subject: DataSubject,
  cursor: ExportCursor | null,
  places = PLACES,
): Promise<{ readonly pieces: readonly Piece[]; readonly next: ExportCursor | null }> {
  const [from = null, place = 0] = cursor ?? [];
  const found = await tx.$queryRaw<{ id: ChannelId }[]>`
    SELECT DISTINCT channel_id AS id FROM membership
    WHERE workspace_id = ${subject.workspaceId}::uuid AND user_id = ${subject.userId}::uuid
      AND (${from}::uuid IS NULL OR channel_id >= ${from}::uuid)
    ORDER BY channel_id LIMIT ${CHANNELS}`;
  const ids = found.map(({ id }) => id);
  const may = await readableNow(tx, subject, ids);
  const pieces: Piece[] = [];
  let left = places;
  for (const id of ids) {
    const { channel, readable } = may.get(id) ?? {};
    if (!channel || !readable) continue;
    const after = Math.max(id === from ? Number(place) : 0, channel.purgedSeq);
    const upTo = Math.min(channel.lastSeq, after + left);
    if (upTo > after) pieces.push({ channelId: id, after, upTo, readable: seqRanges(readable) });
    left -= Math.max(0, upTo - after);
    if (upTo < channel.lastSeq || left <= 0) return { pieces, next: [id, Math.max(upTo, after)] };
  }
  const last = ids.at(-1);
  const isAll = ids.length < CHANNELS || last === undefined || last === from;
  return { pieces, next: isAll ? null : [last, Number.MAX_SAFE_INTEGER] };
}

/** The same places in groups of so many, for statements of a bounded size. */
export function* groupsOf(pieces: Iterable<Piece>, places: number): Generator<Piece[]> {
  let group: Piece[] = [];
  let left = places;
  for (const piece of pieces)
    for (let { after } = piece; after < piece.upTo;) {
      const upTo = Math.min(piece.upTo, after + left);
      group.push({ ...piece, after, upTo });
      left -= upTo - after;
      after = upTo;
      if (left > 0) continue;
      yield group;
      [group, left] = [[], places];
    }
  if (group.length > 0) yield group;
}

export const columnsOf = (pieces: readonly Piece[]) =>
  [
    pieces.map(({ channelId }) => channelId),
    pieces.map(({ after }) => after),
    pieces.map(({ upTo }) => upTo),
    pieces.map(({ readable }) => readable),
  ] as const;

export interface ExportedVersion {
  readonly channelId: ChannelId;
  readonly id: string;
  readonly seq: bigint;
  readonly version: number;
  readonly keyEpoch: number;
  readonly bodySealed: Uint8Array;
  readonly at: Date;
}

/** In the middle of a post, the cursor is the place before it and what of it was given last. */
function nextAfter(
  found: readonly { readonly channelId: ChannelId; readonly seq: bigint }[],
  given: string | number | undefined,
  next: ExportCursor | null,
): ExportCursor | null {
  const last = found.length === ROWS ? found.at(-1) : undefined;
  return last && given !== undefined ? [last.channelId, Number(last.seq) - 1, given] : next;
}

/** What the posts of somebody said before they were edited: a page, after that of `cursor`. */
export async function versionsIn(tx: Tx, subject: DataSubject, cursor: ExportCursor | null) {
  const { pieces, next } = await nextPieces(tx, subject, cursor, SPARSE_PLACES);
  const [ids, after, upTo, readable] = columnsOf(pieces);
  const [channelId = null, place = 0, version = 0] = cursor ?? [];
  const found = await tx.$queryRaw<ExportedVersion[]>`
    SELECT m.channel_id AS "channelId", m.id, m.seq, v.version, v.key_epoch AS "keyEpoch",
      v.body_sealed AS "bodySealed", v.at
    FROM unnest(${ids}::uuid[], ${after}::bigint[], ${upTo}::bigint[], ${readable}::text[])
        AS s (id, after, up_to, readable)
    JOIN message m ON m.channel_id = s.id AND m.seq > s.after AND m.seq <= s.up_to
      AND m.author_id = ${subject.userId}::uuid AND m.seq <@ s.readable::int8multirange
    JOIN message_version v ON v.channel_id = m.channel_id AND v.seq = m.seq
      AND v.version > CASE WHEN m.channel_id = ${channelId}::uuid AND m.seq = ${place}::bigint + 1
        THEN ${version}::int ELSE 0 END
    ORDER BY m.channel_id, m.seq, v.version LIMIT ${ROWS}`;
  return { found, next: nextAfter(found, found.at(-1)?.version, next) };
}

export interface ExportedReaction {
  readonly channelId: ChannelId;
  readonly seq: bigint;
  readonly emoji: string;
  readonly at: Date;
}

/** The reactions of somebody to posts: a page, after that of `cursor`. */
export async function reactionsIn(tx: Tx, subject: DataSubject, cursor: ExportCursor | null) {
  const { pieces, next } = await nextPieces(tx, subject, cursor, SPARSE_PLACES);
  const [ids, after, upTo, readable] = columnsOf(pieces);
  const [channelId = null, place = 0, emoji = ''] = cursor ?? [];
  const found = await tx.$queryRaw<ExportedReaction[]>`
    SELECT r.channel_id AS "channelId", r.seq, r.emoji, r.at
    FROM unnest(${ids}::uuid[], ${after}::bigint[], ${upTo}::bigint[], ${readable}::text[])
        AS s (id, after, up_to, readable)
    JOIN reaction r ON r.channel_id = s.id AND r.seq > s.after AND r.seq <= s.up_to
      AND r.user_id = ${subject.userId}::uuid AND r.seq <@ s.readable::int8multirange
      AND r.emoji > CASE WHEN r.channel_id = ${channelId}::uuid AND r.seq = ${place}::bigint + 1
        THEN ${emoji}::text ELSE '' END
    ORDER BY r.channel_id, r.seq, r.emoji LIMIT ${ROWS}`;
  return { found, next: nextAfter(found, found.at(-1)?.emoji, next) };
}

export interface ExportedPin {
  readonly channelId: ChannelId;
  readonly seq: bigint;
  readonly pinnedAt: Date;
}

/** The posts in these pieces, of whomever, that somebody pinned. */
export function pinsIn(tx: Tx, userId: UserId, pieces: readonly Piece[]) {
  const [ids, after, upTo, readable] = columnsOf(pieces);
  return tx.$queryRaw<ExportedPin[]>`
    SELECT m.channel_id AS "channelId", m.seq, m.pinned_at AS "pinnedAt"
    FROM unnest(${ids}::uuid[], ${after}::bigint[], ${upTo}::bigint[], ${readable}::text[])
        AS s (id, after, up_to, readable)
    JOIN message m ON m.channel_id = s.id AND m.seq > s.after AND m.seq <= s.up_to
      AND m.pinned_by = ${userId}::uuid AND m.seq <@ s.readable::int8multirange
    ORDER BY m.channel_id, m.seq`;
}

/** Where a post is. */
export interface SeqPlace {
  readonly channelId: ChannelId;
  readonly seq: number;
}

/** A post as it is now: null where it is gone for good or may not be read, `deleted` where its text is gone. */
export type Standing = 'there' | 'deleted' | null;

/** Of posts that were readable before, in their order. Postgres tells of those that are not there as they were. */
export async function stillThere(
  tx: Tx,
  subject: DataSubject,
  posts: readonly SeqPlace[],
): Promise<readonly Standing[]> {
  const may = await readableNow(tx, subject, [...new Set(posts.map(({ channelId }) => channelId))]);
  const changed = await tx.$queryRaw<{ place: bigint; deleted: boolean }[]>`
    SELECT p.place, m.seq IS NOT NULL AS deleted
    FROM unnest(${posts.map(({ channelId }) => channelId)}::uuid[], ${posts.map(({ seq }) => seq)}::bigint[])
        WITH ORDINALITY AS p (id, seq, place)
    LEFT JOIN message m ON m.channel_id = p.id AND m.seq = p.seq
    WHERE m.seq IS NULL OR m.deleted_at IS NOT NULL`;
  const standings = new Map<number, Standing>(
    changed.map(({ place, deleted }) => [Number(place) - 1, deleted ? 'deleted' : null]),
  );
  return posts.map(({ channelId, seq }, i) => {
    const { readable } = may.get(channelId) ?? {};
    if (!readable || !mayRead(readable, seq)) return null;
    const standing = standings.get(i);
    return standing === undefined ? 'there' : standing;
  });
}
