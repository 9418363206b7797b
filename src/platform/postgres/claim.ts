/** Something that one process at a time does: claimed in Postgres, and free again as soon as the claimer is gone. */
import type pg from 'pg';
import { Refusal } from '../../kernel/index.ts';
import { isLostConnection } from './failures.ts';

/** Gives the claim back. */
export type Release = () => Promise<void>;

/**
 * An advisory lock of the session, on a connection of its own until it is released; Postgres ends it with that
 * connection. Null when another session of this database has it. Refuses `unavailable`.
 */
export async function claimOn(pool: pg.Pool, lock: number): Promise<Release | null> {
  const unavailable = (cause: unknown) => {
    throw isLostConnection(cause) ? new Refusal('unavailable', { cause }) : cause;
  };
  const client = await pool.connect().catch(unavailable);
  const heard = () => undefined; // a connection that dies takes the claim with it
  client.on('error', heard);
  const release = (lost: boolean) => {
    client.release(lost);
    client.off('error', heard);
  };
  try {
    const text = 'SELECT pg_try_advisory_lock($1) AS held';
    const { rows } = await client.query<{ held: boolean }>(text, [lock]);
    if (rows[0]?.held === true) {
      return () => {
        release(true); // ends the session, and with it the lock
        return Promise.resolve();
      };
    }
  } catch (error) {
    release(true);
    return unavailable(error);
  }
  release(false);
  return null;
}
