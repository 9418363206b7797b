/** Texts that were deleted under a legal hold: Postgres puts them there as they go, and keeps them while one covers them. */
import type { WorkspaceId } from '../../contract/index.ts';
import type { ErasureScope } from '../../kernel/index.ts';
import type { Tx } from '../../platform/postgres/index.ts';

export interface HeldTextStore {
  /** Deletes for good what no hold covers any more; says how many texts that were, `most` at most. */
  letGo(most: number): Promise<number>;
  /** Of somebody who is erased; what a hold covers stays. Says how many. */
  erase(scope: Pick<ErasureScope, 'subjectId' | 'channelId' | 'upTo'>): Promise<number>;
  /** Has them let go by a job, once the transaction is committed. */
  enqueue(): Promise<void>;
}

export type { Tx };

export function heldTextStore(tx: Tx, workspaceId: WorkspaceId): HeldTextStore {
  return {
    async letGo(most) {
      const [row] = await tx.$queryRaw<{ gone: number }[]>`
        SELECT let_go_held_texts(${most}::int) AS gone`;
      return row?.gone ?? 0;
    },
    async erase({ subjectId, channelId, upTo }) {
      const { count } = await tx.heldText.deleteMany({
        where: {
          ...{ workspaceId, authorId: subjectId, ...(channelId && { channelId }) },
          ...(upTo && {
            OR: [{ postedAt: { lt: upTo.at } }, { keyEpoch: { lte: upTo.keyEpoch } }],
          }),
        },
      });
      return count;
    },
    async enqueue() {
      await tx.$executeRaw`SELECT enqueue_job('privacy.let-go', '{}'::jsonb, 0, 'all')`;
    },
  };
}
