/** Runs jobs of the queue in Postgres, one at a time on each node; what a node that died was at, another one does. */
import { EventEmitter } from 'node:events';
import { Logger, parseCronItems, run, type TaskList, type WorkerEvents } from 'graphile-worker';
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
  /** What is done once a day, by whichever node comes first: in the night, or as soon as one is there again. */
  readonly daily?: Readonly<Record<string, () => Promise<void>>>;
  readonly entropy: Entropy;
  readonly later: (milliseconds: number, task: () => void) => () => void;
  readonly failed: (error: unknown, task: string) => void;
}

/** What waits for its time is looked for so often; what is due at once is told by Postgres. */
const POLL_MS = 1_000;
/** How often what belongs to a worker without a connection is given back to the queue. */
const RECLAIM_MS = 2_000;
/** In the night of most of Europe, by UTC, and at no full hour, at which so much else begins. */
const DAILY = '17 2 * * *';
const DAY_MS = 24 * 60 * 60_000;
/** After an outage; it is then tried so often. */
const AGAIN_MS = 1_000;
/** To listen, to take and finish a job, and to look after others. */
const CONNECTIONS = 3;

/**
 * That a job is done or failed is written at once. Where it is not batched at all, nobody handles that Postgres is away
 * just then, and the process would end; so the worker ends instead.
 */
const SETTLED_AT_ONCE = { completeJobBatchDelay: 0, failJobBatchDelay: 0 };

/** A worker is alive as long as it has a connection, which the server ends with the process that held it. */
const RECLAIM = `SELECT graphile_worker.force_unlock_workers(array_agg(DISTINCT j.locked_by))
  FROM graphile_worker._private_jobs j
  WHERE j.locked_by IS NOT NULL AND NOT EXISTS (
    SELECT FROM pg_stat_activity a WHERE a.application_name = j.locked_by AND a.datname = current_database())
  HAVING count(*) > 0`;

/** Nothing runs before `start`; `stop` lets the job under way end, and leaves no connection. */
export function jobRunner(options: JobsOptions) {
  const { later, failed, entropy } = options;
  const taskList = taskListOf(options);
  let current: Worker | null = null;
  let name = '';
  let isStopped = true;
  let callOff = (): void => undefined;
  let renewed = Promise.resolve();

  async function begin(): Promise<void> {
    name = `conclave-jobs-${entropy.bytes(8).toString('hex')}`;
    const worker = await work(options, name, taskList);
    current = worker;
    void worker.ended.then((error) => {
      if (current !== worker) return;
      current = null;
      renewed = worker.end().then(again);
      failed(error, 'queue');
    });
    reclaimLater(worker);
  }

  /** Under a new name: what the worker that is gone did not give back is nobody's from then on. */
  function again(): void {
    callOff();
    if (isStopped) return;
    callOff = later(AGAIN_MS, () => {
      renewed = begin().catch((error: unknown) => {
        failed(error, 'queue');
        again();
      });
    });
  }

  function reclaimLater(of: Worker): void {
    callOff = later(RECLAIM_MS, () => {
      void of.pool
        .query(RECLAIM)
        .catch(() => undefined) // Postgres is away; asked again
        .then(() => current === of && reclaimLater(of));
    });
  }

  return {
    /** The name of all its connections; another one after an outage. */
    workerId: (): string => name,
    async start(): Promise<void> {
      isStopped = false;
      await begin();
    },
    async stop(): Promise<void> {
      isStopped = true;
      callOff();
      await renewed;
      callOff();
      const worker = current;
      current = null;
      await worker?.end();
    },
  };
}

/** What it would say is told by `failed`. */
const SILENT = new Logger(() => () => undefined);

interface Worker {
  readonly pool: pg.Pool;
  /** Why it works no more; it ends by itself when a job cannot be given back to the queue. */
  readonly ended: Promise<unknown>;
  /** Lets the job under way end; leaves no connection. */
  readonly end: () => Promise<void>;
}

async function work(options: JobsOptions, name: string, tasks: TaskList): Promise<Worker> {
  const { url, tls } = options;
  const taskList = { ...tasks };
  const pool = new pg.Pool({
    ...connectionTo(url, tls),
    max: CONNECTIONS,
    connectionTimeoutMillis: 2_000,
    application_name: name,
  });
  pool.on('error', () => undefined); // an idle connection died; the next one is another
  pool.on('connect', (client) => client.on('error', () => undefined));
  const events: WorkerEvents = new EventEmitter();
  // Jobs are locked in the name of the pool, a random one by default: it has to be that of its connections.
  events.on('pool:create', ({ workerPool }) => (workerPool.id = name));
  let reason: unknown = null;
  events.on('pool:fatalError', ({ error }) => (reason = error));
  try {
    const runner = await run({
      concurrency: 1,
      events,
      pgPool: pool,
      taskList,
      parsedCronItems: parseCronItems(
        Object.keys(options.daily ?? {}).map((task) => {
          return { task, match: DAILY, options: { backfillPeriod: DAY_MS } };
        }),
      ),
      noHandleSignals: true,
      pollInterval: POLL_MS,
      logger: SILENT,
      preset: { worker: SETTLED_AT_ONCE },
    });
    const ended = runner.promise.then(
      () => reason ?? new Error('the queue ended'),
      (error: unknown) => error,
    );
    return {
      pool,
      ended,
      async end() {
        await runner.stop().catch(() => undefined); // it may be ending by itself
        await ended;
        await pool.end();
        // The queue remembers the options of every worker that there ever was (graphile-worker 0.17, taskIdentifiers):
        // with what they hold, all of a server that was stopped would stay in memory.
        events.removeAllListeners();
        for (const task of Object.keys(taskList)) Reflect.deleteProperty(taskList, task);
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

function taskListOf({ tasks, daily = {}, failed }: JobsOptions): TaskList {
  const told = async (name: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      failed(error, name);
      throw new Error('failed', { cause: error }); // the queue keeps the text of errors: not of these
    }
  };
  const ofWorkspaces = Object.entries(tasks).map(([name, task]) => [
    name,
    (payload: unknown) => {
      const { workspaceId, about } = payload as { workspaceId: WorkspaceId; about: unknown };
      return told(name, () => task(workspaceId, about));
    },
  ]);
  const ofAll = Object.entries(daily).map(([name, task]) => [name, () => told(name, task)]);
  return Object.fromEntries([...ofWorkspaces, ...ofAll]) as TaskList;
}
