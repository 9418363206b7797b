/** Runs jobs of the queue in Postgres, one at a time on each node; what a node that died was at, another one does. */
import { EventEmitter } from 'node:events';
import { Logger, run, type Runner, type WorkerEvents } from 'graphile-worker';
import pg from 'pg';
import type { WorkspaceId } from '../../contract/index.ts';
import type { Entropy, Secret } from '../../kernel/index.ts';
import { connectionTo, type Authorities } from '../postgres/connection.ts';

/**
 * Does what a job asks for, in transactions of its own that set the workspace as a call does. It may run again after
 * it was done, or while it is: each step takes what is left to do under a lock. What it throws is tried again later.
 */
export type Task = (workspaceId: WorkspaceId, about: unknown) => Promise<void>;

export interface JobsOptions {
  /** The login of the queue: it reaches that, and no table of any workspace. */
  readonly url: Secret<string>;
  readonly tls: Authorities | null;
  readonly tasks: Readonly<Record<string, Task>>;
  readonly entropy: Entropy;
  readonly later: (milliseconds: number, task: () => void) => () => void;
  readonly failed: (error: unknown, task: string) => void;
}

/** What waits for its time is looked for so often; what is due at once is told by Postgres. */
const POLL_MS = 1_000;
/** How often what belongs to a worker without a connection is given back to the queue. */
const RECLAIM_MS = 2_000;
/** To listen, to take and finish a job, and to look after others. */
const CONNECTIONS = 3;

/** A worker is alive as long as it has a connection, which the server ends with the process that held it. */
const RECLAIM = `SELECT graphile_worker.force_unlock_workers(array_agg(DISTINCT j.locked_by))
  FROM graphile_worker._private_jobs j
  WHERE j.locked_by IS NOT NULL AND NOT EXISTS (
    SELECT FROM pg_stat_activity a WHERE a.application_name = j.locked_by AND a.datname = current_database())
  HAVING count(*) > 0`;

/** Nothing runs before `start`; `stop` lets the job under way end, and leaves no connection. */
export function jobRunner(options: JobsOptions) {
  const { tasks, later, failed } = options;
  const workerId = `conclave-jobs-${options.entropy.bytes(8).toString('hex')}`;
  let runner: Runner | null = null;
  let pool: pg.Pool | null = null;
  let callOff = (): void => undefined;

  const taskList = Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      async (payload: unknown) => {
        const { workspaceId, about } = payload as { workspaceId: WorkspaceId; about: unknown };
        try {
          await task(workspaceId, about);
        } catch (error) {
          failed(error, name);
          throw new Error('failed', { cause: error }); // the queue keeps the text of errors: not of these
        }
      },
    ]),
  );

  function reclaimLater(from: pg.Pool): void {
    callOff = later(RECLAIM_MS, () => {
      void from
        .query(RECLAIM)
        .catch(() => undefined) // Postgres is away; asked again
        .then(() => pool === from && reclaimLater(from));
    });
  }

  return {
    /** The name of all its connections. */
    workerId,
    async start(): Promise<void> {
      const fresh = new pg.Pool({
        ...connectionTo(options.url, options.tls),
        max: CONNECTIONS,
        connectionTimeoutMillis: 2_000,
        application_name: workerId,
      });
      fresh.on('error', () => undefined); // an idle connection died; the next one is another
      fresh.on('connect', (client) => client.on('error', () => undefined));
      pool = fresh;
      // Jobs are locked in the name of the pool, a random one by default: it has to be that of its connections.
      const events: WorkerEvents = new EventEmitter();
      events.on('pool:create', ({ workerPool }) => (workerPool.id = workerId));
      runner = await run({
        concurrency: 1,
        events,
        pgPool: fresh,
        taskList,
        parsedCronItems: [],
        noHandleSignals: true,
        pollInterval: POLL_MS,
        logger: new Logger(() => () => undefined),
      });
      runner.promise.catch((error: unknown) => failed(error, 'queue'));
      reclaimLater(fresh);
    },
    async stop(): Promise<void> {
      const [running, from] = [runner, pool];
      [runner, pool] = [null, null];
      callOff();
      await running?.stop().catch(() => undefined);
      await from?.end();
    },
  };
}
