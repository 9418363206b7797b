/** A statement that stores nothing leaves nothing unknown: a connection that was lost under it is an outage like others. */
import type pg from 'pg';
import { Refusal } from '../../kernel/index.ts';
import type { Statements } from './postgres.ts';

/** As `statements.run`, for what only reads: refuses `unavailable` where `run` says `outcome_unknown`. */
export async function lookUp<Row extends pg.QueryResultRow>(
  statements: Statements,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  try {
    return await statements.run<Row>(name, text, values);
  } catch (error) {
    const lost = error instanceof Refusal && error.code === 'outcome_unknown';
    throw lost ? new Refusal('unavailable', { cause: error }) : error;
  }
}
