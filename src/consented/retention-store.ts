/** What the statistic lets go when its time is over: days, of which it holds two numbers each. */
import type { RetentionContributor } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

/**
 * A day is from its midnight in UTC. It is nobody's, so no hold keeps it, and it has no id by which it could be shown
 * as a candidate: what is due is a count.
 */
export const usageRetention: RetentionContributor<Tx> = {
  name: 'consented.usage',
  kind: 'analytics',
  async survey(tx, { workspaceId, before }) {
    if (before === null) return { found: [], next: null };
    const where = { workspaceId, day: { lt: before } };
    const due = await tx.usageDay.count({ where });
    if (due === 0) return { found: [], next: null };
    const first = await tx.usageDay.findFirst({ where, orderBy: { day: 'asc' } });
    const oldest = first?.day.getTime() ?? null;
    return { found: [{ channelId: null, due, held: 0, oldest }], next: null };
  },
  candidates: () => Promise.resolve({ found: [], next: null }),
  async remove(tx, { workspaceId, before }, _cursor, most) {
    if (before === null) return { next: null, removed: 0, held: 0, counts: {} };
    const removed = await tx.$executeRaw`DELETE FROM usage_day WHERE (workspace_id, day) IN (
      SELECT workspace_id, day FROM usage_day
      WHERE workspace_id = ${workspaceId}::uuid AND day < ${before} ORDER BY day LIMIT ${most})`;
    const next = removed === most ? {} : null;
    return { next, removed, held: 0, counts: removed > 0 ? { usage_day: removed } : {} };
  },
};
