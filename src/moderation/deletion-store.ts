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

export interface DeletionStore {
  add(deletion: DeletionRow): Promise<void>;
  find(id: DeletionId): Promise<DeletionRow | null>;
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
      if (!row) return null;
      const places = { afterSeq: Number(row.afterSeq), upToSeq: Number(row.upToSeq) };
      return { ...row, ...places } as unknown as DeletionRow;
    },
    async progress(deletion, { afterSeq, ...to }) {
      const data = { afterSeq: BigInt(afterSeq), ...to };
      await tx.bulkDeletion.updateMany({ where: { id: deletion.id }, data });
      return { ...deletion, afterSeq, ...to };
    },
  };
}
