/** The posts of somebody as sealed rows, of a bounded number of bytes: packed by Postgres, as each cell of its own costs more than to open a text. */
import type { ChannelId, MessageId, UserId } from '../contract/index.ts';
import { columnsOf, type Piece, type Tx } from './exports-store.ts';

/** Bytes of sealed texts of a page: it ends with the first that goes beyond. */
const BYTES = 1024 * 1024;

/** Times in milliseconds; what it has none of is left out. */
export interface ExportedMessage {
  readonly channelId: ChannelId;
  readonly id: MessageId;
  readonly seq: number;
  readonly version: number;
  readonly keyEpoch: number;
  readonly at: number;
  /** Bytes of its sealed text, which follows those of the messages before. */
  readonly sealed?: number;
  readonly replyTo?: MessageId;
  readonly thread?: MessageId;
  readonly mentions?: readonly UserId[];
  readonly editedAt?: number;
  readonly deletedAt?: number;
  readonly deletedBy?: UserId;
}

export interface ExportedMessages {
  readonly found: readonly ExportedMessage[];
  /** The sealed texts of all of them, one after the other. */
  readonly texts: Uint8Array;
  /** Whether there are more of them in these pieces. */
  readonly isCut: boolean;
}

/**
 * In their order, as many as fit from the first on. The JSON is put together from ids and numbers alone, which need no
 * quoting: json_build_object takes Postgres more than twice as long. What is null is left out by concat.
 */
export async function messagesIn(
  tx: Tx,
  userId: UserId,
  pieces: readonly Piece[],
): Promise<ExportedMessages> {
  const [ids, after, upTo, readable] = columnsOf(pieces);
  const [page] = await tx.$queryRaw<{ found: string; texts: Uint8Array; isCut: boolean }[]>`
    SELECT concat('[', string_agg(message, ',') FILTER (WHERE before < ${BYTES}), ']') AS found,
      COALESCE(string_agg(body_sealed, ''::bytea) FILTER (WHERE before < ${BYTES}), '') AS texts,
      COALESCE(bool_or(before >= ${BYTES}), false) AS "isCut"
    FROM (
      SELECT m.body_sealed,
        concat('{"channelId":"', m.channel_id, '","id":"', m.id, '","seq":', m.seq, ',"version":', m.version,
          ',"keyEpoch":', m.key_epoch, ',"at":', (date_part('epoch', m.at) * 1000)::bigint,
          ',"sealed":' || octet_length(m.body_sealed), ',"replyTo":"' || m.reply_to || '"',
          ',"thread":"' || m.thread_root || '"', ',"mentions":' || to_json(m.mentions),
          ',"editedAt":' || (date_part('epoch', m.edited_at) * 1000)::bigint,
          ',"deletedAt":' || (date_part('epoch', m.deleted_at) * 1000)::bigint,
          ',"deletedBy":"' || m.deleted_by || '"', '}') AS message,
        COALESCE(sum(octet_length(m.body_sealed)) OVER (ORDER BY m.channel_id, m.seq
          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
      FROM unnest(${ids}::uuid[], ${after}::bigint[], ${upTo}::bigint[], ${readable}::text[])
          AS s (id, after, up_to, readable)
      JOIN message m ON m.channel_id = s.id AND m.seq > s.after AND m.seq <= s.up_to
        AND m.author_id = ${userId}::uuid AND m.seq <@ s.readable::int8multirange
      ORDER BY m.channel_id, m.seq
    ) AS messages`;
  if (!page) throw new Error('an aggregate has one row');
  return { ...page, found: JSON.parse(page.found) as ExportedMessage[] };
}

/** How many posts of somebody are in these pieces, and how many of them were not deleted; of SPARSE_PLACES at most. */
export async function countIn(tx: Tx, userId: UserId, pieces: readonly Piece[]) {
  const [ids, after, upTo, readable] = columnsOf(pieces);
  const [counted] = await tx.$queryRaw<{ posts: bigint; alive: bigint }[]>`
    SELECT count(*) AS posts, count(*) FILTER (WHERE m.deleted_at IS NULL) AS alive
    FROM unnest(${ids}::uuid[], ${after}::bigint[], ${upTo}::bigint[], ${readable}::text[])
        AS s (id, after, up_to, readable)
    JOIN message m ON m.channel_id = s.id AND m.seq > s.after AND m.seq <= s.up_to
      AND m.author_id = ${userId}::uuid AND m.seq <@ s.readable::int8multirange`;
  return { posts: Number(counted?.posts ?? 0), alive: Number(counted?.alive ?? 0) };
}
