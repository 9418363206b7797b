/** Posts as sealed rows; a body is opened elsewhere, and only for who may read it. */
import type { ChannelId, ClientId, MessageId, UserId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { byChannel, type MessageRow, type Readable, type Stretch } from './rows.ts';

export interface MessageStore {
  find(channelId: ChannelId, id: MessageId): Promise<MessageRow | null>;
  /** Those of the named messages that there are, by their ids; one query. */
  named(
    names: readonly { readonly channelId: ChannelId; readonly messageId: MessageId }[],
  ): Promise<ReadonlyMap<MessageId, MessageRow>>;
  /** True when the author has posted under this clientId. */
  sentBefore(channelId: ChannelId, authorId: UserId, clientId: ClientId): Promise<boolean>;
  /** The newest posts before `before` that may be read, newest first. */
  page(
    channelId: ChannelId,
    readable: Readable,
    before: number | null,
    limit: number,
  ): Promise<readonly MessageRow[]>;
  /** Posts changed in these stretches that may be read, in order of revision within each channel; one query. */
  changed(stretches: readonly Stretch[]): Promise<ReadonlyMap<ChannelId, readonly MessageRow[]>>;
  /** Of the posts with a place in (after, upTo] those before the first that is not older; null where that is none. */
  eldest(
    channelId: ChannelId,
    after: number,
    upTo: number,
    olderThan: Date,
  ): Promise<Eldest | null>;
  /** Deletes every post up to a place up to which the channel says that all are gone; gives how many. */
  purge(channelId: ChannelId, upTo: number): Promise<number>;
  /** Stores a new version of the text. */
  edit(message: MessageRow, bodySealed: Uint8Array, rev: number, at: Date): Promise<MessageRow>;
  /** An author's posts in a stretch of the channel that are not deleted, in order of place. */
  undeleted(wanted: Undeleted): Promise<readonly MessageRow[]>;
  /** The same as `tombstone` for several at once, at consecutive revisions from `rev` on, in their order. */
  tombstoneAll(
    messages: readonly MessageRow[],
    by: UserId,
    rev: number,
    at: Date,
  ): Promise<readonly MessageRow[]>;
  /** Removes the text for good and keeps the place. */
  tombstone(message: MessageRow, by: UserId, rev: number, at: Date): Promise<MessageRow>;
}

export interface Undeleted {
  readonly channelId: ChannelId;
  readonly authorId: UserId;
  /** Places in (after, upTo]. */
  readonly after: number;
  readonly upTo: number;
  /** Posted in [from, to), where they are given. */
  readonly from: Date | null;
  readonly to: Date | null;
  readonly limit: number;
}

export interface Eldest {
  readonly lastSeq: number;
  /** The highest of their revisions. */
  readonly lastRev: number;
}

interface RawMessage {
  channelId: string;
  id: string;
  seq: bigint;
  rev: bigint;
  version: number;
  authorId: string;
  replyTo: string | null;
  bodySealed: Uint8Array | null;
  keyEpoch: number;
  at: Date;
  editedAt: Date | null;
  deletedAt: Date | null;
  deletedBy: string | null;
}

const COLUMNS = {
  channelId: true,
  id: true,
  seq: true,
  rev: true,
  version: true,
  authorId: true,
  replyTo: true,
  bodySealed: true,
  keyEpoch: true,
  at: true,
  editedAt: true,
  deletedAt: true,
  deletedBy: true,
} as const;

const fromRaw = (raw: RawMessage): MessageRow => ({
  ...raw,
  channelId: raw.channelId as ChannelId,
  id: raw.id as MessageId,
  authorId: raw.authorId as UserId,
  replyTo: raw.replyTo as MessageId | null,
  deletedBy: raw.deletedBy as UserId | null,
  seq: Number(raw.seq),
  rev: Number(raw.rev),
});

/** No post has such a place. Prisma takes an empty OR within an AND for no condition at all. */
const NOTHING = { seq: { lt: 1 } };

/** The reader's intervals as a condition, so that a page is filled with what may be read. */
function within(readable: Readable) {
  if (readable === 'all') return {};
  if (readable.length === 0) return NOTHING;
  return {
    OR: readable.map(({ after, upTo }) => ({
      seq: { gt: after, ...(upTo !== null && { lte: upTo }) },
    })),
  };
}

/** The same for a statement about many channels: the places as a set of ranges of Postgres. */
function seqs(readable: Readable): string {
  if (readable === 'all') return '{(,)}';
  return `{${readable.map(({ after, upTo }) => `(${after},${upTo ?? ''}]`).join(',')}}`;
}

export function messageStore(tx: Tx): MessageStore {
  return {
    async find(channelId, id) {
      const row = await tx.message.findFirst({ where: { channelId, id }, select: COLUMNS });
      return row && fromRaw(row);
    },
    async named(names) {
      const OR = names.map(({ channelId, messageId: id }) => ({ channelId, id }));
      const rows =
        names.length === 0 ? [] : await tx.message.findMany({ where: { OR }, select: COLUMNS });
      return new Map(rows.map((row) => [row.id as MessageId, fromRaw(row)]));
    },
    async sentBefore(channelId, authorId, clientId) {
      return (await tx.message.count({ where: { channelId, authorId, clientId } })) > 0;
    },
    async page(channelId, readable, before, limit) {
      const older = before === null ? {} : { seq: { lt: before } };
      const rows = await tx.message.findMany({
        where: { channelId, AND: [older, within(readable)] },
        orderBy: { seq: 'desc' },
        take: limit,
        select: COLUMNS,
      });
      return rows.map(fromRaw);
    },
    async changed(stretches) {
      const rows = await tx.$queryRaw<RawMessage[]>`
        SELECT m.*
        FROM unnest(${stretches.map(({ channelId }) => channelId)}::uuid[],
            ${stretches.map(({ since }) => since)}::bigint[],
            ${stretches.map(({ upTo }) => upTo)}::bigint[],
            ${stretches.map(({ limit }) => limit)}::int[],
            ${stretches.map(({ readable }) => seqs(readable))}::text[])
          AS s (channel_id, since, up_to, most, readable),
        LATERAL (
          SELECT channel_id AS "channelId", id, seq, rev, version, author_id AS "authorId", reply_to AS "replyTo",
            body_sealed AS "bodySealed", key_epoch AS "keyEpoch", at, edited_at AS "editedAt",
            deleted_at AS "deletedAt", deleted_by AS "deletedBy"
          FROM message
          WHERE channel_id = s.channel_id AND rev > s.since AND rev <= s.up_to
            AND seq <@ s.readable::int8multirange
          ORDER BY rev LIMIT s.most) m
        ORDER BY m."channelId", m.rev`;
      return byChannel(rows.map(fromRaw));
    },
    async eldest(channelId, after, upTo, olderThan) {
      const [found] = await tx.$queryRaw<{ lastSeq: bigint | null; lastRev: bigint | null }[]>`
        WITH piece AS (
          SELECT seq, rev, at FROM message
          WHERE channel_id = ${channelId}::uuid AND seq > ${after} AND seq <= ${upTo})
        SELECT max(seq) AS "lastSeq", max(rev) AS "lastRev" FROM piece
        WHERE seq < coalesce((SELECT min(seq) FROM piece WHERE at >= ${olderThan}), ${upTo} + 1)`;
      if (found?.lastSeq == null) return null;
      return { lastSeq: Number(found.lastSeq), lastRev: Number(found.lastRev) };
    },
    async purge(channelId, upTo) {
      const { count } = await tx.message.deleteMany({ where: { channelId, seq: { lte: upTo } } });
      return count;
    },
    async edit(message, bodySealed, rev, editedAt) {
      const version = message.version + 1;
      const { channelId, id } = message;
      const changed = { rev, version, bodySealed: new Uint8Array(bodySealed), editedAt };
      await tx.message.updateMany({ where: { channelId, id }, data: changed });
      return { ...message, ...changed };
    },
    async undeleted({ channelId, authorId, after, upTo, from, to, limit }) {
      const at = { ...(from && { gte: from }), ...(to && { lt: to }) };
      const rows = await tx.message.findMany({
        where: { channelId, authorId, deletedAt: null, seq: { gt: after, lte: upTo }, at },
        orderBy: { seq: 'asc' },
        take: limit,
        select: COLUMNS,
      });
      return rows.map(fromRaw);
    },
    async tombstoneAll(messages, deletedBy, rev, deletedAt) {
      const channelId = messages[0]?.channelId;
      if (channelId === undefined) return [];
      await tx.$executeRaw`
        UPDATE message m SET rev = ${rev} + n.place - 1, body_sealed = NULL, deleted_at = ${deletedAt},
          deleted_by = ${deletedBy}::uuid
        FROM unnest(${messages.map(({ id }) => id)}::uuid[]) WITH ORDINALITY AS n (id, place)
        WHERE m.channel_id = ${channelId}::uuid AND m.id = n.id`;
      const changed = { bodySealed: null, deletedAt, deletedBy };
      return messages.map((message, i) => ({ ...message, ...changed, rev: rev + i }));
    },
    async tombstone(message, deletedBy, rev, deletedAt) {
      const { channelId, id } = message;
      const changed = { rev, bodySealed: null, deletedAt, deletedBy };
      await tx.message.updateMany({ where: { channelId, id }, data: changed });
      return { ...message, ...changed };
    },
  };
}
