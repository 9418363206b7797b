/** Which erasures are due in all workspaces, and whether a job of one will go on with it. */
import type { ErasureId, WorkspaceId } from '../../contract/index.ts';
import type { Statements, Tx } from '../../platform/postgres/index.ts';

export interface DueErasure {
  readonly workspaceId: WorkspaceId;
  readonly id: ErasureId;
}

/** Those whose time is over by both clocks, that run, or that no hold could keep any more. */
export type DueErasures = (now: Date) => Promise<readonly DueErasure[]>;

export function dueErasures(statements: Statements): DueErasures {
  return async (now) => {
    const rows = await statements.read<{ workspace_id: WorkspaceId; id: ErasureId }>(
      'erasures-due',
      'SELECT workspace_id, id FROM erasures_due($1)',
      [now],
    );
    return rows.map(({ workspace_id: workspaceId, id }) => ({ workspaceId, id }));
  };
}

/** False where there is no job of that key, or where the queue has given it up. */
export async function hasJob(
  tx: Tx,
  task: 'privacy.erase' | 'privacy.let-go',
  key: string,
): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ has: boolean }[]>`SELECT has_job(${task}, ${key}) AS has`;
  return row?.has === true;
}
