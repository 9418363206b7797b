/** Holds the rows of a live server against what must hold of them: each check is one bounded query, and nothing is changed. */
import type { Keyring } from '../../crypto/index.ts';
import type { Clock, Entropy } from '../../kernel/index.ts';
import type { OwnerPostgres } from '../../platform/owner-postgres.ts';
import { failed, ok, warning, type Finding } from '../doctor/finding.ts';
import type { Invariant } from './invariant.ts';
import { KEYED, tryKeys } from './keys.ts';
import { LEFTOVERS } from './leftovers.ts';
import { LOG } from './log.ts';
import { RELATED } from './relations.ts';

export { verifyLedger } from './ledger.ts';
export { NO_RELATIONS, RELATIONS } from './relations.ts';

export const INVARIANTS: readonly Invariant[] = [...LOG, ...RELATED, ...KEYED, ...LEFTOVERS];

export interface VerifyOptions {
  readonly postgres: OwnerPostgres;
  readonly ring: Keyring;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Milliseconds after which a check is given up. */
  readonly patienceMs?: number;
}

/** Rows that are named of those that break a rule. */
const NAMED = 5;
const PATIENCE_MS = 60_000;
/** Postgres: query_canceled, which is what statement_timeout says. */
const TIMED_OUT = '57014';

/** One finding for each check as it is done. Each sees one moment of the server, which goes on. */
export async function* verifyRows(options: VerifyOptions): AsyncGenerator<Finding> {
  for (const invariant of INVARIANTS)
    yield await bounded(options, invariant.check, async (took) => {
      const { check, query, holds, advice } = invariant;
      const rows = await options.postgres.rows<{ bad: string }>(
        `SELECT bad FROM (${query}) b LIMIT ${NAMED + 1}`,
      );
      const bad = rows.map((row) => row.bad);
      return bad.length === 0
        ? ok(check, `${holds} (${took()})`)
        : failed(check, list(bad), advice);
    });
  const check = 'keys open';
  yield await bounded(options, check, async (took) => {
    const { tried, bad } = await tryKeys(options.postgres, options.ring, options);
    if (bad.length === 0) return ok(check, `${tried} wrapped keys open (${took()})`);
    const advice = 'Give this server the root keys of these rows, or find out who changed them.';
    return failed(check, list(bad), advice);
  });
}

async function bounded(
  { postgres, clock, patienceMs = PATIENCE_MS }: VerifyOptions,
  check: string,
  look: (took: () => string) => Promise<Finding>,
): Promise<Finding> {
  const began = clock.monotonic();
  const took = () => `${Math.round(clock.monotonic() - began)} ms`;
  const begin = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL row_security = off;
    SET LOCAL statement_timeout = ${Math.round(patienceMs)}`;
  try {
    return await postgres.during(begin, () => look(took));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === TIMED_OUT)) throw error;
    const found = `not looked through within ${Math.round(patienceMs / 1_000)} s`;
    return warning(check, found, 'Ask again when there is less to do, or of a restored copy.');
  }
}

function list(bad: readonly string[]): string {
  const more = bad.length > NAMED ? ['and more'] : [];
  return [...bad.slice(0, NAMED), ...more].join('; ');
}
