/** Something that many processes do side by side and that another must not do meanwhile: held for as long as they live. */
import pg from 'pg';

/** Somebody else has what is to be shared, for themselves alone. */
export class Claimed extends Error {}

export interface SharedClaim {
  /**
   * Resolves when it is held, and was so after this call began; takes it again with another connection where the last
   * one was lost. One caller at a time. Gives what this database is: another one is there after a restore. Throws
   * Claimed, and what the driver throws.
   */
  readonly stands: () => Promise<string>;
  readonly release: () => Promise<void>;
}

/** An advisory lock of a session; Postgres gives it back as soon as the process or the way to it is gone. */
export function sharedClaimOn(config: pg.ClientConfig, lock: number): SharedClaim {
  let held: pg.Client | null = null;

  async function taken(): Promise<pg.Client> {
    const client = new pg.Client({ ...config, keepAlive: true });
    client.on('error', () => undefined); // the next question fails as well
    try {
      await client.connect();
      const text = 'SELECT pg_try_advisory_lock_shared($1) AS held';
      const { rows } = await client.query<{ held: boolean }>(text, [lock]);
      if (rows[0]?.held === true) return client;
      throw new Claimed('another process has this database for itself');
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  async function release(): Promise<void> {
    const client = held;
    held = null;
    await client?.end().catch(() => undefined); // the connection may be what was lost
  }

  return {
    async stands() {
      held ??= await taken();
      try {
        // Tables that are made anew have other numbers, as they have after a restore.
        const text = `SELECT 'public.workspace'::regclass::oid::text AS is`;
        const { rows } = await held.query<{ is: string }>(text);
        return rows[0]?.is ?? '';
      } catch (error) {
        await release();
        throw error;
      }
    },
    release,
  };
}
