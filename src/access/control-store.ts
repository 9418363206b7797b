/** The control feed's rows: written in the transaction of the change, read across workspaces as ids alone. */
import type { Jti, SessionId, UserId, WorkspaceId } from '../contract/index.ts';
import type { Statements, Tx } from '../platform/postgres/index.ts';

/** What every node must act on at once; all else about it stands in the rows that were changed. */
export type ControlEvent =
  | { readonly kind: 'session-ended'; readonly sessionId: SessionId }
  /** One access token of a session that stands. */
  | { readonly kind: 'token-revoked'; readonly sessionId: SessionId; readonly jti: Jti }
  /** Another role, a lock, an erasure: whatever was decided on the account's standing is decided anew. */
  | { readonly kind: 'account-changed'; readonly userId: UserId }
  /** Keys of what the person is or wrote: who holds any of them in memory forgets them. */
  | { readonly kind: 'keys-destroyed'; readonly userId: UserId };

/** Where a reader of the feed stands: every transaction below it has ended, and its rows have been read. */
export type FeedPosition = bigint;

export interface FeedSlice {
  readonly position: FeedPosition;
  /** The database's clock, in milliseconds. */
  readonly now: number;
  /** What was written since; a row may come again as long as a transaction of its time is under way. */
  readonly events: readonly (ControlEvent & { readonly id: string })[];
}

export interface ControlRows {
  /** One snapshot of the feed since a position; without one, only where the feed stands. */
  since(position: FeedPosition | null): Promise<FeedSlice>;
  /**
   * Removes at most `limit` events that are more than an hour old, and as many revoked tokens that would have expired;
   * gives the larger number.
   */
  expire(limit: number): Promise<number>;
}

/** Takes effect with the transaction: on every node within half a second of its commit, or not at all. */
export async function recordControl(
  tx: Tx,
  workspaceId: WorkspaceId,
  event: ControlEvent,
): Promise<void> {
  const sessionId = 'sessionId' in event ? event.sessionId : null;
  const userId = 'userId' in event ? event.userId : null;
  const jti = 'jti' in event ? event.jti : null;
  // By hand: the server may not write the other columns, which are the database's to fill.
  await tx.$executeRaw`INSERT INTO control_event (workspace_id, kind, session_id, user_id, jti)
    VALUES (${workspaceId}::uuid, ${event.kind}, ${sessionId}::uuid, ${userId}::uuid, ${jti}::uuid)`;
}

/** The same for many sessions, in one statement. */
export async function recordSessionsEnded(
  tx: Tx,
  workspaceId: WorkspaceId,
  sessionIds: readonly SessionId[],
): Promise<void> {
  await tx.$executeRaw`INSERT INTO control_event (workspace_id, kind, session_id)
    SELECT ${workspaceId}::uuid, 'session-ended', id FROM unnest(${[...sessionIds]}::uuid[]) id`;
}

interface Row {
  readonly pos: string;
  readonly now: string;
  readonly id: string | null;
  readonly kind: ControlEvent['kind'];
  readonly session_id: SessionId;
  readonly user_id: UserId;
  readonly jti: Jti;
}

export function controlRows(statements: Statements): ControlRows {
  return {
    async since(position) {
      const rows = await statements.run<Row & Record<string, unknown>>(
        'control-events-since',
        'SELECT pos, now, id, kind, session_id, user_id, jti FROM control_events_since($1)',
        [position],
      );
      const [first] = rows;
      if (!first) throw new Error('the control feed gave no position');
      const events = rows.flatMap((row) => (row.id === null ? [] : [shown(row, row.id)]));
      return { position: BigInt(first.pos), now: Number(first.now), events };
    },
    async expire(limit) {
      const [row] = await statements.run<{ count: number }>(
        'expire-control-events',
        'SELECT greatest(expire_control_events($1), expire_revoked_tokens($1)) AS count',
        [limit],
      );
      return row?.count ?? 0;
    },
  };
}

function shown({ kind, session_id: sessionId, user_id: userId, jti }: Row, id: string) {
  if (kind === 'session-ended') return { id, kind, sessionId };
  return kind === 'token-revoked' ? { id, kind, sessionId, jti } : { id, kind, userId };
}
