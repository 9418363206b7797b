/** The login that owns the tables, for whoever operates the server: one connection that copies whole tables out and in. */
import type { Readable, Writable } from 'node:stream';
import pg from 'pg';
import { from, to } from 'pg-copy-streams';
import type { Secret } from '../kernel/index.ts';
import { connectionTo, type Authorities } from './postgres/connection.ts';

export { isLostConnection } from './postgres/failures.ts';

export interface OwnerPostgresOptions {
  readonly url: Secret<string>;
  /** Null: nothing is encrypted. */
  readonly tls: Authorities | null;
  /** As Postgres shows it in pg_stat_activity. */
  readonly name: string;
}

/** Whoever puts a backup into a database holds it alone; nodes share it, from before they read anything until they end. */
export const RESTORE_LOCK = 4_711_032;

/** Rows leave Postgres as they are read: the driver holds no table in memory. */
export class OwnerPostgres {
  readonly #client: pg.Client;
  /** A COPY that nobody read to its end holds the connection: no further statement would ever be answered. */
  #isHeldUp = false;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** Throws what the driver throws when there is no such database, login or way. */
  static async open({ url, tls, name }: OwnerPostgresOptions): Promise<OwnerPostgres> {
    const client = new pg.Client({
      ...connectionTo(url, tls),
      application_name: name,
      connectionTimeoutMillis: 5_000,
    });
    client.on('error', () => undefined); // the statement under way fails as well
    await client.connect();
    return new OwnerPostgres(client);
  }

  async rows<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    return (await this.#client.query<Row>(text, [...values])).rows;
  }

  /** Several statements at once, without parameters. */
  async run(text: string): Promise<void> {
    await this.#client.query(text);
  }

  /** Runs `work` between `begin` and COMMIT, or takes everything back. */
  async during<T>(begin: string, work: () => Promise<T>): Promise<T> {
    await this.run(begin);
    try {
      const result = await work();
      await this.run('COMMIT');
      return result;
    } catch (error) {
      if (!this.#isHeldUp) await this.run('ROLLBACK').catch(() => undefined); // the connection may be what failed
      throw error;
    }
  }

  /** `COPY … TO STDOUT`. Ask how many rows there were once the stream has ended. */
  copyOut(statement: string): { readonly stream: Readable; readonly count: () => Promise<number> } {
    const stream = this.#client.query(to(statement));
    stream.once('close', () => (this.#isHeldUp ||= !stream.readableEnded));
    return {
      stream,
      count: async () => {
        await this.#client.query('SELECT 1'); // answered after what Postgres says at the end of the COPY
        return stream.rowCount;
      },
    };
  }

  /** `COPY … FROM STDIN`; the rows are there when the stream has finished, and how many they were is known. */
  copyIn(statement: string): { readonly stream: Writable; readonly rows: () => number } {
    const stream = this.#client.query(from(statement));
    return { stream, rows: () => stream.rowCount };
  }

  identifier(name: string): string {
    return pg.escapeIdentifier(name);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
