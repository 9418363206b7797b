/** The one way to a transaction for what happens beside the road: sealing ahead and following the log. */
import type { WorkspaceId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export type Transaction = <T>(
  workspaceId: WorkspaceId,
  mode: 'own' | 'read',
  work: (tx: Tx) => Promise<T>,
) => Promise<T>;
