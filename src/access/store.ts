/** Reads who the caller is in the workspace and in a channel, as of this transaction and no earlier. */
import type { ChannelId, UserId, WorkspaceRole } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { Standing } from './policy.ts';

export interface Standings {
  /** The account's role, or null unless the account is active. */
  inWorkspace(userId: UserId): Promise<WorkspaceRole | null>;
  /** Null when the account is not active or there is no such channel in the workspace. */
  inChannel(userId: UserId, channelId: ChannelId): Promise<Standing | null>;
}

export function standings(tx: Tx): Standings {
  return {
    async inWorkspace(userId) {
      const account = await tx.account.findFirst({
        where: { id: userId, status: 'active' },
        select: { role: true },
      });
      return account && (account.role as WorkspaceRole);
    },
    async inChannel(userId, channelId) {
      const [row] = await tx.$queryRaw<Standing[]>`
        SELECT a.role AS "workspaceRole", m.role AS "channelRole", c.kind,
          c.history_policy AS "historyPolicy"
        FROM account a
        JOIN channel c ON c.workspace_id = a.workspace_id AND c.id = ${channelId}::uuid
        LEFT JOIN membership m ON m.channel_id = c.id AND m.user_id = a.id AND m.left_rev IS NULL
        WHERE a.id = ${userId}::uuid AND a.status = 'active'`;
      return row ?? null;
    },
  };
}
