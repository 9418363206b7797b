/** How Postgres reads a page of history: the statement that the server itself makes, explained while it is carried out. */
import pg from 'pg';
import type { ChannelId, UserId } from '../../src/contract/index.ts';
import { pageQuestion } from '../../src/chat/page-store.ts';
import type { Services } from '../services.ts';

export interface PagePlan {
  /** The node of the plan that reads the messages, with its index. */
  readonly plan: string;
  /** Rows that it reads, those that it throws away included. */
  readonly rowsRead: number;
}

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Node[];
}

/** Of the page before that place, as a member reads it who may read all. */
export async function pagePlan(
  services: Services,
  of: { readonly channelId: string; readonly userId: string },
  before: number,
  page: number,
): Promise<PagePlan> {
  const pool = new pg.Pool({ connectionString: services.env['DATABASE_URL'], max: 1 });
  const where = { channelId: of.channelId as ChannelId, userId: of.userId as UserId };
  const { text, values } = pageQuestion({ ...where, before, limit: page + 1 });
  try {
    const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
      [...values],
    );
    const reading = readerOf(rows[0]?.['QUERY PLAN'][0].Plan);
    if (!reading) throw new Error('no node of the plan reads messages');
    return {
      plan: `${reading['Node Type']} of ${reading['Index Name'] ?? 'nothing'}`,
      rowsRead: reading['Actual Rows'] + (reading['Rows Removed by Filter'] ?? 0),
    };
  } finally {
    await pool.end();
  }
}

function readerOf(node: Node | undefined): Node | null {
  if (!node) return null;
  if (node['Relation Name'] === 'message') return node;
  for (const child of node.Plans ?? []) {
    const found = readerOf(child);
    if (found) return found;
  }
  return null;
}
