/** Every statement runs scoped to one workspace; a pooled connection never carries one workspace into another. */
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { Refusal, type Secret } from '../../kernel/index.ts';
import type { WorkspaceId } from '../../contract/index.ts';
import { claimOn, type Release } from './claim.ts';
import { connectionTo, type Authorities } from './connection.ts';
import { PrismaClient, type Prisma } from './generated/client.ts';
import { givenUp, isGivenUp, isLostConnection, isWorthRetrying } from './failures.ts';
import { LateBegin } from './late-begin.ts';
import { Places } from './places.ts';
import { sharedClaimOn, type SharedClaim } from './shared-claim.ts';
import { statementsOn, type Glances, type Statements } from './statements.ts';

/** What a store works with: the tables, inside one transaction of one workspace. */
export type Tx = Prisma.TransactionClient;

export interface PostgresOptions {
  readonly url: Secret<string>;
  /** Null: nothing is encrypted. */
  readonly tls?: Authorities | null;
  /** Most connections held at a time. */
  readonly connections: number;
  /** Milliseconds after which a statement is given up by the server. */
  readonly statementTimeoutMs: number;
}

/** How often a transaction that lost a deadlock or a serialisation race is begun again. */
const ATTEMPTS = 3;

/**
 * A connection that nobody needed for so long is closed. Signing in on a new one and planning the hot statements there
 * takes fifteen milliseconds of CPU (docs/performance.md): they are kept through the pauses of a conversation.
 */
const IDLE_MS = 5 * 60 * 1_000;

/** When a statement beside the pool is given up: the lease of two seconds leaves time for another try. */
const ASIDE_MS = 1_000;

export class Postgres {
  readonly #options: PostgresOptions;
  readonly #pool: pg.Pool;
  readonly #aside: pg.Pool;
  readonly #prisma: PrismaClient;
  readonly #places: Places;
  readonly statements: Statements & Glances;
  /** Two connections beside the pool, for what must not wait behind the calls: a read of the lease asks two things. */
  readonly aside: Statements;

  constructor(options: PostgresOptions) {
    this.#options = options;
    const connection = connectionTo(options.url, options.tls ?? null);
    this.#pool = new pg.Pool({
      ...connection,
      Client: LateBegin,
      max: options.connections,
      connectionTimeoutMillis: 2_000,
      idleTimeoutMillis: IDLE_MS,
      statement_timeout: options.statementTimeoutMs,
      // The server's own limit is of no use when the server does not answer at all.
      query_timeout: options.statementTimeoutMs + 1_000,
      idle_in_transaction_session_timeout: options.statementTimeoutMs,
      application_name: 'conclave',
    });
    this.#aside = new pg.Pool({
      ...connection,
      max: 2,
      connectionTimeoutMillis: ASIDE_MS,
      query_timeout: ASIDE_MS,
      statement_timeout: ASIDE_MS,
      application_name: 'conclave control',
    });
    this.#pool.on('release', (_error, client) => {
      if (client instanceof LateBegin) client.forget();
    });
    // An idle connection died; the next checkout opens another.
    for (const pool of [this.#pool, this.#aside]) pool.on('error', () => undefined);
    this.#places = new Places(options.connections);
    this.statements = statementsOn(this.#pool, this.#places);
    this.aside = statementsOn(this.#aside, null);
    this.#prisma = new PrismaClient({
      adapter: new PrismaPg(this.#pool, { disposeExternalPool: false }),
      errorFormat: 'minimal', // the pretty format quotes the arguments of the call
      transactionOptions: { maxWait: 2_000, timeout: options.statementTimeoutMs },
    });
  }

  /**
   * Runs `work` in one transaction whose row level security shows only `workspaceId`; resolves after COMMIT.
   * `read` sees one snapshot throughout. Throws Refusal `unavailable` when nothing was stored because the
   * database could not be reached or gave a statement up, `overloaded` when it was not begun because too many others wait as well, and
   * `outcome_unknown` when the database was lost while committing.
   */
  transaction<T>(
    workspaceId: WorkspaceId,
    mode: 'own' | 'read',
    work: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    return this.#places.during('transaction', () => this.#transaction(workspaceId, mode, work));
  }

  async #transaction<T>(
    workspaceId: WorkspaceId,
    mode: 'own' | 'read',
    work: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    const isolationLevel = mode === 'read' ? 'RepeatableRead' : 'ReadCommitted';
    for (let attempt = 1; ; attempt += 1) {
      const phase = { committing: false };
      try {
        return await this.#prisma.$transaction(
          async (tx) => {
            await tx.$executeRaw`SELECT set_config('app.workspace', ${workspaceId}, true)`;
            const result = await work(tx);
            phase.committing = true;
            return result;
          },
          { isolationLevel },
        );
      } catch (error) {
        if (error instanceof Refusal) throw error;
        if (isLostConnection(error))
          throw new Refusal(phase.committing ? 'outcome_unknown' : 'unavailable', { cause: error });
        if (isGivenUp(error)) throw givenUp(error);
        if (attempt >= ATTEMPTS || !isWorthRetrying(error)) throw error;
      }
    }
  }

  /** Throws when the server must not serve on this Postgres: by the login it has, in production also by what it may lose. */
  async assertFit({ production }: { readonly production: boolean }): Promise<void> {
    await this.assertBound();
    if (production) await this.assertDurable();
  }

  /** Refuses to go on with a login that row level security does not bind. */
  async assertBound(): Promise<void> {
    const { rows } = await this.#pool.query<{ free: boolean }>(
      `SELECT r.rolsuper OR r.rolbypassrls
           OR EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
                AND pg_has_role(r.oid, c.relowner, 'USAGE')) AS free
         FROM pg_roles r WHERE r.rolname = current_user`,
    );
    if (rows[0]?.free !== false)
      throw new Error(
        'The server must not connect as a superuser, as an owner of its tables or with BYPASSRLS: row level security would not bind it.',
      );
  }

  /** Refuses a server that says yes to a COMMIT before it is on the disk: an acknowledgement would be a promise it breaks. */
  async assertDurable(): Promise<void> {
    const { rows } = await this.#pool.query<{ name: string }>(
      `SELECT name FROM (VALUES ('fsync'), ('synchronous_commit')) AS s (name)
        WHERE current_setting(name) = 'off' ORDER BY name`,
    );
    if (rows.length > 0)
      throw new Error(
        `${rows.map(({ name }) => name).join(' and ')} must not be off in Postgres: acknowledged messages would not survive a crash.`,
      );
  }

  /** Null when somebody else on this database has claimed that number. Whoever gets it releases it before `close`. */
  claim(lock: number): Promise<Release | null> {
    return claimOn(this.#aside, lock);
  }

  /** On a connection of its own, once it is asked whether it stands. Whoever has it releases it. */
  share(lock: number): SharedClaim {
    const times = { connectionTimeoutMillis: ASIDE_MS, query_timeout: ASIDE_MS };
    const to = connectionTo(this.#options.url, this.#options.tls ?? null);
    return sharedClaimOn({ ...to, ...times, application_name: 'conclave stands' }, lock);
  }

  /** True when the database answers. */
  async answers(): Promise<boolean> {
    return this.#pool.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    await this.#prisma.$disconnect();
    await Promise.all([this.#pool.end(), this.#aside.end()]);
  }
}
