/** Data keys go with the last post that they seal: never one that a post, a held text or a send under way may need. */
import type { ChannelId } from '../contract/index.ts';
import type {
  HoldInForce,
  RemovedPiece,
  RetentionContributor,
  RetentionScope,
} from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { rollKeyEpoch } from './key-epoch-store.ts';

/** Channels looked at together: a probe of two indexes each. */
const CHANNELS = 200;

/**
 * A post is stored in the key epoch that its channel is in, or not at all, and keeps that epoch whatever is edited. So
 * epochs only grow along the log, and those before the epoch of the first post that is left seal nothing there, nor ever
 * will: their keys go. Once a post of the epoch that the channel is in has gone, that epoch ends, so that its keys can go
 * as well. A send that holds a key of it is answered `stale_key` by its commit, and sealed anew under the next one.
 *
 * Nothing is counted as due: it is what went before that was.
 */
export const keyRetention: RetentionContributor<Tx> = {
  name: 'chat.data-keys',
  kind: 'messages',
  survey: () => Promise.resolve({ found: [], next: null }),
  candidates: () => Promise.resolve({ found: [], next: null }),
  async remove(tx, scope, cursor, most) {
    const after = typeof cursor?.['after'] === 'string' ? cursor['after'] : null;
    const { first, reached } = await firstAfter(tx, scope, after);
    if (!first) return { ...NOTHING, next: reached && { after: reached } };
    if (first.isOver) await rollKeyEpoch(tx, first, scope.asOf);
    const gone = await shred(tx, scope, first.channelId, most);
    const counts = gone > 0 ? { data_key: gone } : {};
    // As many as there may be at a time: there may be more.
    return { ...NOTHING, counts, next: gone === most ? cursor : { after: first.channelId } };
  },
};

const NOTHING: RemovedPiece = { next: null, removed: 0, held: 0, counts: {} };

interface Spending {
  readonly channelId: ChannelId;
  readonly keyEpoch: number;
  /** A post of the epoch that the channel is in is gone. */
  readonly isOver: boolean;
}

/** Of the next channels the first with keys to look at; `reached` is how far was looked where there is none, null at the end. */
async function firstAfter(tx: Tx, { workspaceId }: RetentionScope, after: string | null) {
  const rows = await tx.$queryRaw<(Spending & { hasSpent: boolean })[]>`
    SELECT c.id AS "channelId", c.key_epoch AS "keyEpoch", c.purged_seq > c.key_epoch_seq AS "isOver",
      c.purged_seq > 0 AND EXISTS (
        SELECT FROM data_key k WHERE k.channel_id = c.id AND k.epoch < coalesce(first.key_epoch, c.key_epoch)) AS "hasSpent"
    FROM (
      SELECT id, key_epoch, key_epoch_seq, purged_seq FROM channel
      WHERE workspace_id = ${workspaceId}::uuid AND (${after}::uuid IS NULL OR id > ${after}::uuid)
      ORDER BY id LIMIT ${CHANNELS}) c
    LEFT JOIN LATERAL (
      SELECT m.key_epoch FROM message m WHERE m.channel_id = c.id AND m.seq > c.purged_seq ORDER BY m.seq LIMIT 1) first
      ON true
    ORDER BY c.id`;
  const first = rows.find(({ isOver, hasSpent }) => isOver || hasSpent);
  const isLast = rows.length < CHANNELS;
  return { first, reached: isLast ? null : (rows.at(-1)?.channelId ?? null) };
}

/** What a hold covers stays, for as long as it does; the policy of the table demands all of this again. */
async function shred(tx: Tx, { holds }: RetentionScope, channelId: ChannelId, most: number) {
  const here = holds.filter((hold) => hold.channelId === null || hold.channelId === channelId);
  if (here.some(({ userId }) => userId === null)) return 0;
  return tx.$executeRaw`
    DELETE FROM data_key WHERE (channel_id, author_id, epoch) IN (
      SELECT k.channel_id, k.author_id, k.epoch FROM data_key k JOIN channel c ON c.id = k.channel_id
      WHERE k.channel_id = ${channelId}::uuid AND k.author_id <> ALL (${authorsOf(here)}::uuid[])
        AND k.epoch < coalesce(
          (SELECT m.key_epoch FROM message m
            WHERE m.channel_id = c.id AND m.seq > c.purged_seq ORDER BY m.seq LIMIT 1), c.key_epoch)
        AND NOT EXISTS (
          SELECT FROM held_text t
          WHERE t.channel_id = k.channel_id AND t.author_id = k.author_id AND t.key_epoch = k.epoch)
      LIMIT ${most}::int)`;
}

const authorsOf = (holds: readonly HoldInForce[]) =>
  holds.flatMap(({ userId }) => (userId === null ? [] : [userId]));
