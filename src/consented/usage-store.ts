/** How much was written on each day, as two numbers, and what they are counted from. */
import type { ChannelId, UserId, WorkspaceId } from '../contract/index.ts';
import type { Consented } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

/** A day in UTC, as `2026-11-22`. */
export type Day = string;

export interface Usage {
  readonly day: Day;
  /** Null: they were too few to hide among. */
  readonly people: number | null;
  readonly messages: number | null;
}

/** A piece of a day's messages: those of so many channels. */
export interface Tally {
  readonly messages: ReadonlyMap<UserId, number>;
  /** Null: there are no more channels. */
  readonly next: ChannelId | null;
}

export interface UsageStore {
  /** Which of these days were counted. */
  counted(days: readonly Day[]): Promise<ReadonlySet<Day>>;
  /** What these people wrote since they consented, in messages from the one id on and before the other. */
  tally(
    people: readonly Consented<'analytics'>[],
    made: { readonly from: string; readonly before: string },
    after: ChannelId | null,
    channels: number,
  ): Promise<Tally>;
  /** A day is counted once. */
  add(usage: Usage, countedAt: Date): Promise<void>;
  /** Removes the days before that one; true if there are others. */
  keepFrom(day: Day): Promise<boolean>;
  /** The newest first. */
  page(before: Day | null, limit: number): Promise<readonly Usage[]>;
  /** Asks for the job that counts; once, however often. */
  count(delayMs: number): Promise<void>;
}

const dayOf = (date: Date): Day => date.toISOString().slice(0, 10);

export function usageStore(tx: Tx, workspaceId: WorkspaceId): UsageStore {
  return {
    async counted(days) {
      const day = { in: days.map((one) => new Date(one)) };
      const rows = await tx.usageDay.findMany({ where: { workspaceId, day } });
      return new Set(rows.map((row) => dayOf(row.day)));
    },
    async tally(people, { from, before }, after, limit) {
      const channels = await tx.$queryRaw<{ readonly id: ChannelId }[]>`
        SELECT id FROM channel WHERE workspace_id = ${workspaceId}::uuid
          AND (${after}::uuid IS NULL OR id > ${after}::uuid)
        ORDER BY id LIMIT ${limit}`;
      const rows = await tx.$queryRaw<{ readonly userId: UserId; readonly count: number }[]>`
        SELECT p.id AS "userId", count(*)::int AS count
        FROM unnest(${channels.map(({ id }) => id)}::uuid[]) AS c (id)
        JOIN message m ON m.channel_id = c.id AND m.id >= ${from}::uuid AND m.id < ${before}::uuid
        JOIN unnest(${people.map(({ userId }) => userId)}::uuid[],
            ${people.map(({ since }) => since)}::timestamptz[]) AS p (id, since)
          ON p.id = m.author_id AND m.at >= p.since
        GROUP BY p.id`;
      const next = channels.length === limit ? (channels.at(-1)?.id ?? null) : null;
      return { messages: new Map(rows.map(({ userId, count }) => [userId, count])), next };
    },
    async add({ day, people, messages }, countedAt) {
      await tx.$executeRaw`
        INSERT INTO usage_day (workspace_id, day, people, messages, counted_at)
        VALUES (${workspaceId}::uuid, ${day}::date, ${people}::int, ${messages}::int, ${countedAt})
        ON CONFLICT DO NOTHING`;
    },
    async keepFrom(day) {
      await tx.usageDay.deleteMany({ where: { workspaceId, day: { lt: new Date(day) } } });
      return (await tx.usageDay.findFirst({ where: { workspaceId } })) !== null;
    },
    async page(before, limit) {
      const rows = await tx.usageDay.findMany({
        where: { workspaceId, ...(before !== null && { day: { lt: new Date(before) } }) },
        orderBy: { day: 'desc' },
        take: limit,
      });
      return rows.map(({ day, people, messages }) => ({ day: dayOf(day), people, messages }));
    },
    async count(delayMs) {
      await tx.$executeRaw`
        SELECT enqueue_job('consented.count-days', '{}'::jsonb, ${delayMs}::bigint, 'all')`;
    },
  };
}
