/** How many requests wait in all workspaces, for who operates the server: numbers, and nothing of what they are. */
import type { Statements } from '../../platform/postgres/index.ts';

export interface Waiting {
  readonly open: number;
  readonly overdue: number;
}

export async function requestsWaiting(
  statements: Pick<Statements, 'run'>,
  now: Date,
): Promise<Waiting> {
  const [row] = await statements.run<{ open: string; overdue: string }>(
    'requests-waiting',
    'SELECT open, overdue FROM requests_waiting($1)',
    [now],
  );
  return { open: Number(row?.open ?? 0), overdue: Number(row?.overdue ?? 0) };
}
