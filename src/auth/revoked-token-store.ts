/** Access tokens that were revoked, as rows: they are only added, and go when no token of that name could be good any more. */
import { recordControl } from '../access/index.ts';
import { REVOKED_TOKENS, type Jti, type SessionId, type WorkspaceId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { LONGEST_LIFE_S, SKEW_S } from './access-token.ts';

export interface RevokedTokenRows {
  /**
   * Every node hears of it, once: a token that was revoked before stays as it is. False where as many of the session
   * are revoked as are kept. Holds the session, so that no two count at the same time.
   */
  add(sessionId: SessionId, jti: Jti, at: Date): Promise<boolean>;
  has(sessionId: SessionId, jti: Jti): Promise<boolean>;
}

/** What is issued is not kept: no token of that name lives longer, whatever life the settings gave it. */
const KEPT_MS = (LONGEST_LIFE_S + SKEW_S) * 1_000;

export function revokedTokenRows(tx: Tx, workspaceId: WorkspaceId): RevokedTokenRows {
  const has = async (sessionId: SessionId, jti: Jti) =>
    (await tx.revokedToken.count({ where: { workspaceId, sessionId, jti } })) > 0;
  return {
    has,
    async add(sessionId, jti, at) {
      await tx.$executeRaw`SELECT FROM session
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${sessionId}::uuid FOR NO KEY UPDATE`;
      if (await has(sessionId, jti)) return true;
      const kept = { workspaceId, sessionId, expiresAt: { gt: at } };
      if ((await tx.revokedToken.count({ where: kept })) >= REVOKED_TOKENS) return false;
      const expiresAt = new Date(at.getTime() + KEPT_MS);
      await tx.revokedToken.createMany({ data: { workspaceId, sessionId, jti, expiresAt } });
      await recordControl(tx, workspaceId, { kind: 'token-revoked', sessionId, jti });
      return true;
    },
  };
}
