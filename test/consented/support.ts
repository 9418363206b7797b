/** What the stories of consents share: the jobs of a workspace run when they are told to, and who consents to what. */
import type { ConsentPurpose } from '../../src/contract/index.ts';
import type { Person } from '../support/person.ts';
import type { World } from '../support/world.ts';
import { rows } from '../chat/support.ts';
import { until } from '../privacy/exporting.ts';

export type Job = 'consented.mention-mail' | 'consented.count-days';

/** Asks for the job now, and resolves when it was done: it is not there any more, or there for later. */
export async function runs({ database, workspaceId }: World, job: Job): Promise<void> {
  const client = await database.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT set_config('app.workspace', $1, true)`, [workspaceId]);
    await client.query(`SELECT enqueue_job($1, '{}'::jsonb, 0, 'all')`, [job]);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
  const text = `SELECT FROM graphile_worker.jobs WHERE task_identifier = $1 AND run_at < now() + interval '5 s'
    AND (key IS NULL OR key LIKE $2)`;
  const values = [job, `${workspaceId}:%`];
  await until(async () => (await database.query(text, values)).rowCount === 0);
}

/** As somebody does who has read the newest text. */
export async function gives(person: Person, purpose: ConsentPurpose): Promise<void> {
  const { consents } = await person.call('consent.list', {}).accepted();
  const version = consents.find((one) => one.purpose === purpose)?.version ?? 0;
  await person.call('consent.give', { purpose, version }).accepted();
}

export const withdraws = (person: Person, purpose: ConsentPurpose) =>
  person.call('consent.withdraw', { purpose }).accepted();

export interface Stored {
  readonly seq: number;
  readonly purpose: ConsentPurpose;
  readonly version: number;
  readonly decision: string;
  readonly source: string;
  readonly address_sealed: Buffer | null;
}

/** What is in the ledger of somebody, oldest first. */
export const ledgerOf = (world: World, { userId }: Pick<Person, 'userId'>) =>
  rows<Stored>(world, 'SELECT * FROM consent WHERE user_id = $1 ORDER BY seq', userId);
