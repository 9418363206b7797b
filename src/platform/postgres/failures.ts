/** Tells a database that went away from a statement that was wrong; when in doubt it is a bug, not an outage. */
import { Refusal } from '../../kernel/index.ts';

const LOST = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '53300', // too_many_connections
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024', // no connection from the pool in time
  'P2028', // the transaction could not be begun or went away
]);
/** The server gave the statement up, and with it its transaction: nothing was stored, and there may be room later. */
const GIVEN_UP = new Set([
  '57014', // query_canceled: statement_timeout
  '55P03', // lock_not_available
  '53100', // disk_full
  '53200', // out_of_memory
]);
/** Deadlock or serialisation failure: the same transaction may well succeed when begun again. */
const RACES = new Set(['40001', '40P01', 'P2034']);
const LOST_TEXT =
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Server has closed the connection|not queryable|Query read timeout/i;

/** The codes of an error and of everything that caused it, as drivers nest them. */
function* codes(error: unknown, depth = 0): Generator<string> {
  if (typeof error !== 'object' || error === null || depth > 4) return;
  const fields = error as Record<string, unknown>;
  for (const key of ['code', 'originalCode', 'errorCode'])
    if (typeof fields[key] === 'string') yield fields[key];
  for (const key of ['cause', 'meta', 'driverAdapterError']) yield* codes(fields[key], depth + 1);
}

/** True when the database, or the way to it, went away, whatever became of the statement; looks at all causes. */
export function isLostConnection(error: unknown): boolean {
  for (const code of codes(error)) if (LOST.has(code) || code.startsWith('08')) return true;
  return error instanceof Error && LOST_TEXT.test(error.message);
}

/** True when the server said itself that it did not carry the statement out for want of time or room. */
export function isGivenUp(error: unknown): boolean {
  for (const code of codes(error)) if (GIVEN_UP.has(code)) return true;
  return false;
}

/** True when another transaction was in the way: the same one may succeed if it is begun anew at once. */
export function isWorthRetrying(error: unknown): boolean {
  for (const code of codes(error)) if (RACES.has(code)) return true;
  return false;
}

/** What is answered to such a statement: nothing was stored, and in a moment there may be time and room for it. */
export function givenUp(cause: unknown): Refusal {
  return new Refusal('unavailable', { cause, retryAfterMs: 1_000 });
}
