/** The settings of a workspace as its row: changed by one at a time, read by whatever they decide. */
import type { WorkspaceId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { WorkspaceRow } from './store.ts';

export const WORKSPACE_COLUMNS = {
  ...{ slug: true, name: true, registration: true, passwordPolicy: true },
  ...{ whoInvites: true, whoCreatesChannels: true, defaultHistoryPolicy: true },
} as const satisfies Record<keyof WorkspaceRow, true>;

/** What may be changed of it: its slug stands in the addresses that people know. */
export type WorkspaceSettings = Omit<WorkspaceRow, 'slug'>;

export interface WorkspaceSettingRows {
  /** As it is now, and unchanged by others until this transaction ends. */
  hold(): Promise<WorkspaceRow>;
  change(settings: Partial<WorkspaceSettings>): Promise<WorkspaceRow>;
}

export function workspaceSettingRows(tx: Tx, workspaceId: WorkspaceId): WorkspaceSettingRows {
  const where = { id: workspaceId };
  return {
    async hold() {
      // Not FOR UPDATE: rows that refer to the workspace need not wait.
      await tx.$queryRaw`
        SELECT 1 FROM workspace WHERE workspace_id = ${workspaceId}::uuid FOR NO KEY UPDATE`;
      const row = await tx.workspace.findUniqueOrThrow({ where, select: WORKSPACE_COLUMNS });
      return row as WorkspaceRow; // the table's CHECKs allow nothing else
    },
    async change(data) {
      const row = await tx.workspace.update({ where, data, select: WORKSPACE_COLUMNS });
      return row as WorkspaceRow;
    },
  };
}
