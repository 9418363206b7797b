/** How Postgres reads a page of history: the statement that the server itself makes, explained while it is carried out. */
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { ChannelId } from '../../src/contract/index.ts';
import { messageStore } from '../../src/chat/message-store.ts';
import { PrismaClient } from '../../src/platform/postgres/generated/client.ts';
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

/** Of the page before that place. */
export async function pagePlan(
  services: Services,
  channelId: string,
  before: number,
  page: number,
): Promise<PagePlan> {
  const pool = new pg.Pool({ connectionString: services.env['DATABASE_URL'], max: 1 });
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    log: [{ emit: 'event', level: 'query' }],
  });
  let asked = { query: '', params: '[]' };
  prisma.$on('query', (event) => {
    if (event.query.includes('"message"')) asked = event;
  });
  try {
    await messageStore(prisma).page(channelId as ChannelId, 'all', before, page + 1);
    const values = JSON.parse(asked.params) as unknown[];
    const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${asked.query}`,
      values,
    );
    const reading = readerOf(rows[0]?.['QUERY PLAN'][0].Plan);
    if (!reading) throw new Error('no node of the plan reads messages');
    return {
      plan: `${reading['Node Type']} of ${reading['Index Name'] ?? 'nothing'}`,
      rowsRead: reading['Actual Rows'] + (reading['Rows Removed by Filter'] ?? 0),
    };
  } finally {
    await prisma.$disconnect();
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
