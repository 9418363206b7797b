/** Texts that were deleted under a legal hold: Postgres puts them there as they go, and keeps them while one covers them. */
import type { WorkspaceId } from '../../contract/index.ts';
import type { ErasureScope } from '../../kernel/index.ts';
import type { Statements, Tx } from '../../platform/postgres/index.ts';

export interface HeldTextStore {
  /** Deletes for good what no hold covers any more; says how many texts that were, `most` at most. */
  letGo(most: number): Promise<number>;
  /** Of somebody who is erased; what a hold covers stays. Says how many. */
  erase(scope: Pick<ErasureScope, 'subjectId' | 'channelId' | 'upTo'>): Promise<number>;
  /** Has them let go by a job, once the transaction is committed. */
  enqueue(): Promise<void>;
}

export type { Tx };

/** Workspaces that keep texts which no hold covers any more. */
export type DueHeldTexts = () => Promise<readonly WorkspaceId[]>;

/** The job that deletes them, and its key: one for all of a workspace. */
export const LET_GO = ['privacy.let-go', 'all'] as const;

export function dueHeldTexts(statements: Statements): DueHeldTexts {
  return async () => {
    const rows = await statements.read<{ workspace_id: WorkspaceId }>(
      'held-texts-due',
      'SELECT workspace_id FROM held_texts_due()',
      [],
    );
    return rows.map(({ workspace_id: workspaceId }) => workspaceId);
  };
}

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
      const [task, key] = LET_GO;
      await tx.$executeRaw`SELECT enqueue_job(${task}, '{}'::jsonb, 0, ${key})`;
    },
  };
}
