/** Bulk deletions as rows: what was asked for, and up to which place it is done. */
import type { ChannelId, DeletionId, UserId, WorkspaceId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export interface DeletionRow {
  readonly id: DeletionId;
  readonly channelId: ChannelId;
  readonly authorId: UserId;
  readonly askedBy: UserId;
  readonly askedAt: Date;
  readonly fromAt: Date | null;
  readonly toAt: Date | null;
  readonly afterSeq: number;
  readonly upToSeq: number;
  readonly deleted: number;
  readonly finishedAt: Date | null;
}

type Counted = Pick<DeletionRow, 'channelId' | 'authorId' | 'fromAt' | 'toAt' | 'afterSeq'>;

export interface DeletionStore {
  add(deletion: DeletionRow): Promise<void>;
  find(id: DeletionId): Promise<DeletionRow | null>;
  /** Those that somebody asked for, the newest first. */
  askedBy(userId: UserId, limit: number): Promise<readonly DeletionRow[]>;
  /** Posts of the author that are not deleted, at places after `afterSeq`; no more than `most`. */
  count(what: Counted, most: number): Promise<number>;
  progress(
    deletion: DeletionRow,
    to: Pick<DeletionRow, 'afterSeq' | 'deleted' | 'finishedAt'>,
  ): Promise<DeletionRow>;
}

export function deletionStore(tx: Tx, workspaceId: WorkspaceId): DeletionStore {
  return {
    async add({ afterSeq, upToSeq, ...deletion }) {
      const places = { afterSeq: BigInt(afterSeq), upToSeq: BigInt(upToSeq) };
      await tx.bulkDeletion.createMany({ data: { ...deletion, ...places, workspaceId } });
    },
    async find(id) {
      const row = await tx.bulkDeletion.findFirst({ where: { id } });
      return row && fromRaw(row);
    },
    async askedBy(askedBy, limit) {
      const where = { askedBy };
      const rows = await tx.bulkDeletion.findMany({ where, orderBy: { id: 'desc' }, take: limit });
      return rows.map(fromRaw);
    },
    async count({ channelId, authorId, fromAt, toAt, afterSeq }, most) {
      const [row] = await tx.$queryRaw<{ n: number }[]>`
        SELECT count(*)::int AS n FROM (
          SELECT FROM message m
          WHERE m.channel_id = ${channelId}::uuid AND m.author_id = ${authorId}::uuid
            AND m.deleted_at IS NULL AND m.seq > ${afterSeq}
            AND (${fromAt}::timestamptz IS NULL OR m.at >= ${fromAt}::timestamptz)
            AND (${toAt}::timestamptz IS NULL OR m.at < ${toAt}::timestamptz)
          LIMIT ${most}) found`;
      return row?.n ?? 0;
    },
    async progress(deletion, { afterSeq, ...to }) {
      const data = { afterSeq: BigInt(afterSeq), ...to };
      await tx.bulkDeletion.updateMany({ where: { id: deletion.id }, data });
      return { ...deletion, afterSeq, ...to };
    },
  };
}

function fromRaw(row: { readonly afterSeq: bigint; readonly upToSeq: bigint }): DeletionRow {
  const places = { afterSeq: Number(row.afterSeq), upToSeq: Number(row.upToSeq) };
  return { ...row, ...places } as unknown as DeletionRow;
}
