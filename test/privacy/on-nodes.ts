/** How an erasure stands, for stories of several nodes. */
import pg from 'pg';
import type { ErasureId } from '../../src/contract/index.ts';

/** Times in milliseconds. */
export async function standingOf(
  id: ErasureId,
): Promise<{ readonly state: string; readonly startedAt: number; readonly keysAt: number }> {
  const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] ?? '' });
  await client.connect();
  try {
    const text = 'SELECT state, started_at, keys_at FROM erasure WHERE id = $1';
    const { rows } = await client.query<{
      state: string;
      started_at: Date | null;
      keys_at: Date | null;
    }>(text, [id]);
    const [row] = rows;
    return {
      state: row?.state ?? 'none',
      startedAt: row?.started_at?.getTime() ?? 0,
      keysAt: row?.keys_at?.getTime() ?? 0,
    };
  } finally {
    await client.end();
  }
}
