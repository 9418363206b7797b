/** What accounts let go when its time is over: sessions that have ended, with the addresses and devices they were used from. */
import type { SessionId, UserId } from '../contract/index.ts';
import { isHeld, type RetentionContributor, type RetentionScope } from '../kernel/index.ts';
import type { Tx } from './store.ts';

/** Sessions looked at together. */
const LOOKED_AT = 500;
/** Refresh tokens that go at a time: a session may have had thousands. */
const TOKENS = 1_000;

interface Over {
  readonly id: SessionId;
  readonly userId: UserId;
  /** When it began, and when it was over. */
  readonly at: Date;
  readonly overAt: Date;
}

/**
 * By when they were over. The trail of accesses is not among it: it is only added to, and what is personal in it goes
 * with the key of its person. A device that is known is so by what it holds itself: there are no rows of them.
 */
export const authRetention: RetentionContributor<Tx> = {
  name: 'auth.sessions',
  kind: 'access-logs',
  async survey(tx, scope) {
    const { before, workspaceId } = scope;
    if (before === null) return { found: [], next: null };
    const people = heldPeople(scope);
    const [counted] = await tx.$queryRaw<{ due: bigint; held: bigint; oldest: Date | null }[]>`
      SELECT count(*) FILTER (WHERE NOT held) AS due, count(*) FILTER (WHERE held) AS held,
        min(over) FILTER (WHERE NOT held) AS oldest
      FROM (SELECT least(ended_at, expires_at) AS over, user_id = ANY (${people}::uuid[]) AS held
        FROM session WHERE workspace_id = ${workspaceId}::uuid) s
      WHERE over < ${before}`;
    const { due = 0n, held = 0n, oldest = null } = counted ?? {};
    if (due + held === 0n) return { found: [], next: null };
    const some = { due: Number(due), held: Number(held) };
    return { found: [{ channelId: null, ...some, oldest: oldest?.getTime() ?? null }], next: null };
  },
  async candidates(tx, scope, cursor, most) {
    const { found, next } = await look(tx, scope, cursor?.['after'] ?? null, most);
    return {
      found: found
        .filter((one) => !isKept(scope, one))
        .map(({ id, userId, overAt }) => ({ channelId: null, id, userId, at: overAt.getTime() })),
      next,
    };
  },
  async remove(tx, scope, cursor, most) {
    const { workspaceId } = scope;
    const { found, next } = await look(tx, scope, cursor?.['after'] ?? null, most);
    const going = found.filter((one) => !isKept(scope, one)).map(({ id }) => id);
    const held = found.length - going.length;
    if (going.length === 0) return { next, removed: 0, held, counts: {} };
    const tokens = await tx.$executeRaw`DELETE FROM refresh_token WHERE (workspace_id, digest) IN (
      SELECT workspace_id, digest FROM refresh_token
      WHERE workspace_id = ${workspaceId}::uuid AND session_id = ANY (${going}::uuid[]) LIMIT ${TOKENS})`;
    // Those sessions come again: what was held among them is counted then.
    if (tokens === TOKENS)
      return { next: cursor ?? {}, removed: 0, held: 0, counts: { refresh_token: tokens } };
    const { count } = await tx.session.deleteMany({ where: { workspaceId, id: { in: going } } });
    return { next, removed: count, held, counts: { refresh_token: tokens, session: count } };
  },
};

/** Those that are over long enough, in the order in which they began. */
async function look(
  tx: Tx,
  { workspaceId, before }: RetentionScope,
  after: string | number | null,
  most: number,
) {
  if (before === null) return { found: [], next: null };
  const limit = Math.min(most, LOOKED_AT);
  const rows = await tx.$queryRaw<Over[]>`
    SELECT id, user_id AS "userId", created_at AS at, least(ended_at, expires_at) AS "overAt"
    FROM session
    WHERE workspace_id = ${workspaceId}::uuid AND (${after}::uuid IS NULL OR id > ${after}::uuid)
      AND least(ended_at, expires_at) < ${before}
    ORDER BY id LIMIT ${limit}`;
  const last = rows.at(-1);
  return { found: rows, next: last && rows.length === limit ? { after: last.id } : null };
}

function isKept({ holds }: RetentionScope, { userId, at }: Over): boolean {
  return isHeld(holds, { userId, channelId: null, at });
}

/** Of whom everything is held. */
function heldPeople({ holds }: RetentionScope): readonly UserId[] {
  return holds.flatMap(({ userId, channelId }) => {
    return userId !== null && channelId === null ? [userId] : [];
  });
}
