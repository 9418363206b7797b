/** Hot statements, sent without a transaction to wait for: alone, or several of one snapshot in one round trip. */
import type pg from 'pg';
import { Refusal } from '../../kernel/index.ts';
import type { WorkspaceId } from '../../contract/index.ts';
import { givenUp, isGivenUp, isLostConnection } from './failures.ts';
import { LateBegin, scopeOf } from './late-begin.ts';
import type { Places } from './places.ts';

/** For hot statements that carry their workspace themselves: one round trip, prepared once per connection. */
export interface Statements {
  /** Refuses `unavailable` when nothing was carried out, `outcome_unknown` when the connection was lost meanwhile. */
  run<Row extends pg.QueryResultRow>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<readonly Row[]>;
  /** As `run`, for what stores nothing: there is nothing unknown about a connection that was lost under it. */
  read: Statements['run'];
}

/** For hot reads that need several questions answered: one round trip as well. */
export interface Glances {
  /**
   * Asks all of one snapshot whose row level security shows only `workspaceId`, in one round trip; the rows of each, in
   * their order. What one question is about cannot depend on the answer to another. Refuses as `Statements.read` does.
   */
  glance(
    workspaceId: WorkspaceId,
    questions: readonly Question[],
  ): Promise<readonly (readonly pg.QueryResultRow[])[]>;
}

/** Prepared once per connection under its name, which is that of one text. */
export interface Question {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

const SNAPSHOT = { text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' };
/** Takes a failed transaction back as well. */
const END = { text: 'COMMIT' };

/** `places` is the line before the pool; null where one statement at a time is all there is. */
export function statementsOn(pool: pg.Pool, places: Places | null): Statements & Glances {
  const during = <T>(work: (client: pg.PoolClient) => Promise<T>) => {
    const on = () => onClientOf(pool, work);
    return places ? places.during('hot', on) : on();
  };
  const run: Statements['run'] = <Row extends pg.QueryResultRow>(
    name: string,
    text: string,
    values: readonly unknown[],
  ) =>
    during(async (client) => (await client.query<Row>({ name, text, values: [...values] })).rows);
  return {
    run,
    read: (name, text, values) => knowing(run(name, text, values)),
    glance: (workspaceId, questions) =>
      knowing(during((client) => glanceOn(client, workspaceId, questions))),
  };
}

/** What stored nothing leaves nothing unknown. */
async function knowing<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    const lost = error instanceof Refusal && error.code === 'outcome_unknown';
    throw lost ? new Refusal('unavailable', { cause: error }) : error;
  }
}

async function glanceOn(
  client: pg.PoolClient,
  workspaceId: WorkspaceId,
  questions: readonly Question[],
): Promise<readonly (readonly pg.QueryResultRow[])[]> {
  if (!(client instanceof LateBegin)) throw new Error('this connection takes one thing at a time');
  const asked = questions.map(({ values, ...question }) => ({ ...question, values: [...values] }));
  const answers = await client.together([SNAPSHOT, scopeOf(workspaceId), ...asked, END]);
  return answers.slice(2, -1).map(({ rows }) => rows as readonly pg.QueryResultRow[]);
}

/** Refuses as `Statements.run` does. */
async function onClientOf<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    // Nothing was sent yet.
    throw isLostConnection(error) ? new Refusal('unavailable', { cause: error }) : error;
  });
  const heard = () => undefined; // the query fails as well; an error that nobody hears ends the process
  client.on('error', heard);
  let lost = false;
  try {
    return await work(client);
  } catch (error) {
    lost = isLostConnection(error);
    // One statement is its own transaction: a connection lost under it may have committed.
    if (lost) throw new Refusal('outcome_unknown', { cause: error });
    if (isGivenUp(error)) throw givenUp(error);
    throw error;
  } finally {
    client.release(lost);
    client.off('error', heard);
  }
}
