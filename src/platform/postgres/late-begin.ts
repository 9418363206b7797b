/** A connection on which a transaction begins with its first statement: what opens it travels in the same write. */
import pg from 'pg';
import type { WorkspaceId } from '../../contract/index.ts';

/** Sets the scope of a transaction to a workspace: row level security shows that one, and without it none. */
const SCOPE = "SELECT set_config('app.workspace', $1, true)";

/** As Prisma spells them. What is spelled otherwise is sent as it comes, which is slower and no less right. */
const BEGINS = /^(BEGIN|SET TRANSACTION ISOLATION LEVEL [A-Z ]+)$/;
const ENDS = /^(COMMIT|ROLLBACK)$/;

/**
 * Saves a transaction three round trips: BEGIN, its isolation level and its scope wait for the first statement that
 * asks for something. None of them has an answer that anybody reads, and where one fails, so does what travels with
 * it: outside of a transaction there is no scope, and without a scope there are no rows.
 */
export class LateBegin extends pg.Client {
  #held: pg.QueryConfig[] = [];

  constructor(config?: pg.ClientConfig) {
    super({ ...config, pipeline: true });
  }

  /* eslint-disable @typescript-eslint/no-explicit-any -- as the driver declares it */
  override query(...args: unknown[]): any {
    const [config] = args;
    if (!isConfig(config)) return this.#send(args);
    if (this.#waits(config)) {
      this.#held.push(config);
      return nothing();
    }
    if (this.#held.length === 0) return this.#send(args);
    const opening = this.#held.splice(0);
    // A transaction in which nothing was asked for was never begun.
    if (ENDS.test(config.text)) return nothing();
    return this.together([...opening, config]).then((answers) => answers.at(-1));
  }

  #send(args: readonly unknown[]): any {
    return (super.query as (...args: readonly unknown[]) => any).apply(this, args as unknown[]);
  }
  /* eslint-enable @typescript-eslint/no-explicit-any */

  /**
   * Sends all of them at once; the answer of each, in their order. Rejects when all were answered, with the error of
   * the first that failed: in a transaction those after it fail by it.
   */
  async together(configs: readonly pg.QueryConfig[]): Promise<readonly pg.QueryResult[]> {
    const { stream } = this.connection;
    stream.cork();
    let sent: readonly Promise<pg.QueryResult>[];
    try {
      sent = configs.map((config) => this.#send([config]) as Promise<pg.QueryResult>);
    } finally {
      stream.uncork();
    }
    await Promise.allSettled(sent);
    return Promise.all(sent);
  }

  /** Whoever gives the connection back takes along what was never sent. */
  forget(): void {
    this.#held = [];
  }

  #waits({ text }: pg.QueryConfig): boolean {
    return BEGINS.test(text) || (text === SCOPE && this.#held.length > 0);
  }
}

/** The statement that sets the scope to this workspace. */
export function scopeOf(workspaceId: WorkspaceId): pg.QueryConfig {
  return { name: 'scope', text: SCOPE, values: [workspaceId] };
}

function isConfig(asked: unknown): asked is pg.QueryConfig {
  return typeof asked === 'object' && asked !== null && 'text' in asked && !('submit' in asked);
}

function nothing(): Promise<Pick<pg.QueryResult, 'rows' | 'fields' | 'rowCount'>> {
  return Promise.resolve({ rows: [], fields: [], rowCount: 0 });
}
