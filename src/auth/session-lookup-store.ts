/** How sessions stand, in one round trip for all that are asked about at the same time, and never from memory. */
import type { Jti, SessionId, UserId, WorkspaceId, WorkspaceRole } from '../contract/index.ts';
import type { Statements } from '../platform/postgres/index.ts';
import type { AccountRow } from './account-store.ts';
import type { SessionRow } from './session-store.ts';

/**
 * The session with its account as committed at some moment after the call; null where there is none of this id in
 * the workspace. Refuses `unavailable` when the database cannot be asked.
 */
export type SessionLookup = (
  workspaceId: WorkspaceId,
  id: SessionId,
) => Promise<LookedUpSession | null>;

export interface LookedUpSession extends SessionRow {
  /** Access tokens of it that count for nothing any more. */
  readonly revokedTokens: readonly Jti[];
}

interface Row {
  readonly id: SessionId;
  readonly user_id: UserId;
  readonly role: WorkspaceRole;
  readonly status: AccountRow['status'];
  readonly expires_at: Date;
  readonly ended_at: Date | null;
  readonly revoked_tokens: readonly Jti[];
}

/** Sessions that are asked about in one statement: those of the frames that were read in one go. */
interface Batch {
  readonly ids: Set<SessionId>;
  readonly rows: Promise<ReadonlyMap<SessionId, LookedUpSession>>;
}

const STATEMENT = `SELECT id, user_id, role, status, expires_at, ended_at, revoked_tokens
  FROM look_up_sessions($1::uuid, $2::uuid[])`;

/** Statements do not wait for each other: one that hangs holds up only those that are in it. */
export function sessionLookup(statements: Pick<Statements, 'read'>): SessionLookup {
  const waiting = new Map<WorkspaceId, Batch>();

  function nextBatch(workspaceId: WorkspaceId): Batch {
    const ids = new Set<SessionId>();
    const rows = new Promise((resolve) => setImmediate(resolve)).then(() => {
      waiting.delete(workspaceId); // it has begun: who comes now is in the next one
      return look(statements, workspaceId, [...ids]);
    });
    const batch = { ids, rows };
    waiting.set(workspaceId, batch);
    return batch;
  }

  return async (workspaceId, id) => {
    const { ids, rows } = waiting.get(workspaceId) ?? nextBatch(workspaceId);
    ids.add(id);
    return (await rows).get(id) ?? null;
  };
}

async function look(
  statements: Pick<Statements, 'read'>,
  workspaceId: WorkspaceId,
  ids: readonly SessionId[],
): Promise<ReadonlyMap<SessionId, LookedUpSession>> {
  const values = [workspaceId, ids];
  const rows = await statements.read<Row & Record<string, unknown>>('sessions', STATEMENT, values);
  return new Map(rows.map((row) => [row.id, shown(row)]));
}

function shown({ user_id: userId, role, status, ...row }: Row): LookedUpSession {
  return {
    ...{ userId, role, status, expiresAt: row.expires_at, endedAt: row.ended_at },
    revokedTokens: row.revoked_tokens,
  };
}
