/** Counts of reports over a period, of all of which somebody may look at, in one statement. */
import { ReportState, type ChannelId, type ReportStatistics } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { Among } from './report-store.ts';

export interface Period {
  readonly from: Date;
  /** Not in it any more. */
  readonly to: Date;
}

export interface WantedStatistics {
  readonly among: Extract<Among, { readonly reader: unknown }>;
  readonly channelId: ChannelId | null;
  readonly period: Period;
}

export interface ReportStatisticsStore {
  count(wanted: WantedStatistics): Promise<Counted>;
}

type Counted = Omit<ReportStatistics, 'from' | 'to' | 'moderators'> & {
  readonly moderators: NonNullable<ReportStatistics['moderators']>;
};

type Row = Omit<Counted, 'toClaim' | 'toDecide'> & {
  /** The median and the 90th percentile, in milliseconds, between two values where they lie so. */
  readonly toClaim: readonly number[] | null;
  readonly toDecide: readonly number[] | null;
};

const STATES = [...ReportState.options];

export function reportStatisticsStore(tx: Tx): ReportStatisticsStore {
  return {
    async count({ among, channelId, period: { from, to } }) {
      const roles = among.in === 'every-channel' ? null : [...among.in];
      const [row] = await tx.$queryRaw<Row[]>`
        WITH seen AS MATERIALIZED (
          SELECT r.state, r.category, r.created_at, r.decided_by,
            extract(epoch FROM r.claimed_at - r.created_at) * 1000 AS claim_ms,
            extract(epoch FROM r.decided_at - r.created_at) * 1000 AS decide_ms
          FROM report r
          WHERE r.created_at >= ${from} AND r.created_at < ${to}
            AND (${channelId}::uuid IS NULL OR r.channel_id = ${channelId}::uuid)
            AND (${roles}::text[] IS NULL
              OR reads_reports_of(${among.reader}::uuid, r.channel_id, ${roles}::text[])))
        SELECT (SELECT count(*)::int FROM seen) AS total,
          (SELECT jsonb_object_agg(state, (SELECT count(*) FROM seen WHERE seen.state = s.state))
           FROM unnest(${STATES}::text[]) AS s (state)) AS states,
          (SELECT coalesce(jsonb_agg(jsonb_build_object('category', category, 'made', n)
             ORDER BY n DESC, category), '[]')
           FROM (SELECT category, count(*) AS n FROM seen GROUP BY category) c) AS categories,
          (SELECT coalesce(jsonb_agg(jsonb_build_object('day', day, 'made', n) ORDER BY day), '[]')
           FROM (SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*) AS n
                 FROM seen GROUP BY 1) d) AS days,
          (SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY claim_ms::float8)
           FROM seen) AS "toClaim",
          (SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY decide_ms::float8)
           FROM seen) AS "toDecide",
          (SELECT coalesce(jsonb_agg(jsonb_build_object(
             'userId', decided_by, 'resolved', resolved, 'dismissed', dismissed)
             ORDER BY resolved + dismissed DESC, decided_by), '[]')
           FROM (SELECT decided_by, count(*) FILTER (WHERE state = 'resolved') AS resolved,
                   count(*) FILTER (WHERE state = 'dismissed') AS dismissed
                 FROM seen WHERE decided_by IS NOT NULL GROUP BY decided_by
                 ORDER BY count(*) DESC, decided_by LIMIT 100) m) AS moderators`;
      if (!row) throw new Error('statistics without a row');
      const { toClaim, toDecide, ...counts } = row;
      return { ...counts, toClaim: quantiles(toClaim), toDecide: quantiles(toDecide) };
    },
  };
}

/** Percentiles of nothing are null, all together or one by one. */
function quantiles(found: readonly (number | null)[] | null): ReportStatistics['toClaim'] {
  const [median, p90] = found ?? [];
  if (typeof median !== 'number' || typeof p90 !== 'number') return null;
  return { median: Math.round(median), p90: Math.round(p90) };
}
