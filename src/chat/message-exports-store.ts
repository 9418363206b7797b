/** The posts of somebody as sealed rows, of a bounded number of bytes: packed by Postgres, as each cell of its own costs more than to open a text. */
import type { ChannelId, MessageId, UserId } from '../contract/index.ts';
import { columnsOf, type Piece, type Tx } from './exports-store.ts';

/** Bytes of sealed texts of a page: it ends with the first that goes beyond. */
const BYTES = 1024 * 1024;

/** Times in milliseconds. */
export interface ExportedMessage {
  readonly channelId: ChannelId;
  readonly id: MessageId;
  readonly seq: number;
  readonly version: number;
  readonly keyEpoch: number;
  readonly replyTo: MessageId | null;
  readonly thread: MessageId | null;
  /** Bytes of its sealed text, which follows those of the messages before; null where it has none any more. */
  readonly sealed: number | null;
  readonly mentions: readonly UserId[] | null;
  readonly at: number;
  readonly editedAt: number | null;
  readonly deletedAt: number | null;
  readonly deletedBy: UserId | null;
}

export interface ExportedMessages {
  readonly found: readonly ExportedMessage[];
  /** The sealed texts of all of them, one after the other. */
  readonly texts: Uint8Array;
  /** Whether there are more of them in these pieces. */
  readonly isCut: boolean;
}

/** In their order, as many as fit from the first on. */
export async function messagesIn(
  tx: Tx,
  userId: UserId,
  pieces: readonly Piece[],
): Promise<ExportedMessages> {
  const [ids, after, upTo, readable] = columnsOf(pieces);
  const [page] = await tx.$queryRaw<{ found: string; texts: Uint8Array; isCut: boolean }[]>`
    SELECT COALESCE(json_agg(message) FILTER (WHERE before < ${BYTES}), '[]')::text AS found,
      COALESCE(string_agg(body_sealed, ''::bytea) FILTER (WHERE before < ${BYTES}), '') AS texts,
      COALESCE(bool_or(before >= ${BYTES}), false) AS "isCut"
    FROM (
      SELECT m.body_sealed,
        json_build_object('channelId', m.channel_id, 'id', m.id, 'seq', m.seq, 'version', m.version,
          'keyEpoch', m.key_epoch, 'replyTo', m.reply_to, 'thread', m.thread_root,
          'sealed', octet_length(m.body_sealed), 'mentions', m.mentions,
          'at', (extract(epoch FROM m.at) * 1000)::bigint,
          'editedAt', (extract(epoch FROM m.edited_at) * 1000)::bigint,
          'deletedAt', (extract(epoch FROM m.deleted_at) * 1000)::bigint, 'deletedBy', m.deleted_by) AS message,
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
