/** The job queue: a job is of its transaction and its workspace, is tried again, and outlives the process it was in. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import type { WorkspaceId } from '../../src/contract/index.ts';
import { readConfig } from '../../src/config.ts';
import { jobRunner, type JobsOptions, type Task } from '../../src/platform/jobs/index.ts';
import { Secret } from '../../src/kernel/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { later, systemClock, systemEntropy } from '../../src/platform/system.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

const WORKSPACE = randomUUID() as WorkspaceId;

describe('the job queue', () => {
  let postgres: Postgres;
  let owner: pg.Pool;
  const running: ReturnType<typeof jobRunner>[] = [];
  before(() => {
    postgres = new Postgres({ ...readConfig(process.env).database, connections: 2 });
    owner = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 1 });
  });
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
  });
  after(() => Promise.all([postgres.close(), owner.end()]));

  const enqueue = (task: string, about: object, { rolledBack = false } = {}) =>
    postgres
      .transaction(WORKSPACE, 'own', async (tx) => {
        await tx.$executeRaw`SELECT enqueue_job(${task}, ${JSON.stringify(about)}::jsonb, 0::bigint, 'one')`;
        if (rolledBack) throw new Error('rolled back');
      })
      .catch((error: unknown) => assert.ok(rolledBack, String(error)));
  const runs = async (name: string, task: Task, own: Partial<JobsOptions> = {}) => {
    const runner = jobRunner({
      url: readConfig(process.env).jobs.url,
      tls: null,
      tasks: { [name]: task },
      entropy: systemEntropy(systemClock),
      later,
      failed: () => undefined,
      ...own,
    });
    running.push(runner);
    await runner.start();
    return runner;
  };
  /** Until no job of the name is left. */
  const emptied = async (name: string) => {
    const text = 'SELECT FROM graphile_worker.jobs WHERE task_identifier = $1';
    while ((await owner.query(text, [name])).rowCount !== 0);
  };
  /** A server process ends a moment after its connection: asked until it has. */
  const disconnected = async (workerId: string | undefined) => {
    assert.match(workerId ?? '', /^conclave-jobs-/);
    const text = 'SELECT FROM pg_stat_activity WHERE application_name = $1';
    while ((await owner.query(text, [workerId])).rowCount !== 0);
  };
  const nameOf = () => `test.${randomUUID()}`;

  it('runs what was committed, with its workspace, and nothing that was rolled back', async () => {
    const name = nameOf();
    await enqueue(name, { n: 1 }, { rolledBack: true });
    await enqueue(name, { n: 2 });
    const seen = await new Promise<unknown[]>((resolve, reject) => {
      runs(name, (...given) => {
        resolve(given);
        return Promise.resolve();
      }).catch(reject);
    });
    assert.deepEqual(seen, [WORKSPACE, { n: 2 }]);
  });

  it('takes no job that is of no workspace, and shows the server nothing of the queue', async () => {
    const bare = new pg.Client({ connectionString: readConfig(process.env).database.url.reveal() });
    await bare.connect();
    try {
      await assert.rejects(bare.query("SELECT enqueue_job('x', '{}', 0, 'k')"), /workspace/);
      await assert.rejects(bare.query('SELECT * FROM graphile_worker._private_jobs'), /denied/);
    } finally {
      await bare.end();
    }
    const jobs = new pg.Client({ connectionString: readConfig(process.env).jobs.url.reveal() });
    await jobs.connect();
    try {
      await assert.rejects(jobs.query('SELECT * FROM public.message'), /denied/);
    } finally {
      await jobs.end();
    }
  });

  it('stops when the job under way has ended, and leaves no connection', async () => {
    const name = nameOf();
    let finish = (): void => undefined;
    let ended = false;
    const begun = new Promise<void>((resolve, reject) => {
      runs(name, async () => {
        resolve();
        await new Promise<void>((done) => (finish = done));
        ended = true;
      }).catch(reject);
    });
    await enqueue(name, {});
    await begun;
    const [runner] = running.splice(0);
    const stopped = runner?.stop();
    finish();
    await stopped;
    assert.ok(ended);
    await disconnected(runner?.workerId());
  });

  it('leaves a job to its node for as long as it takes, and runs what it asks for next', async () => {
    const name = nameOf();
    const ticks = new EventEmitter();
    let tick = (): void => undefined;
    const byHand = (_milliseconds: number, task: () => void) => {
      tick = task;
      ticks.emit('next');
      return () => undefined;
    };
    const seen: unknown[] = [];
    const task: Task = async (_workspaceId, about) => {
      seen.push(about);
      const { n } = about as { n: number };
      // What belongs to no living worker is given back to the queue meanwhile.
      const next = once(ticks, 'next');
      tick();
      await next;
      if (n < 3) await enqueue(name, { n: n + 1 });
    };
    await runs(name, task, { later: byHand });
    await runs(name, task);
    await enqueue(name, { n: 1 });
    await emptied(name);
    assert.deepEqual(seen, [{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  for (const how of ['done', 'failed'] as const)
    it(`tries again a job that was ${how} while Postgres was away, under another name`, async () => {
      const url = new URL(readConfig(process.env).jobs.url.reveal());
      const proxy = await TcpProxy.to(Number(url.port), url.hostname);
      try {
        url.port = String(proxy.port);
        const name = nameOf();
        const failures: string[] = [];
        let times = 0;
        const task: Task = () => {
          times += 1;
          if (times > 1) return Promise.resolve();
          proxy.cutAfter(0); // whoever connects anew does not get far either
          proxy.cut();
          return how === 'done' ? Promise.resolve() : Promise.reject(new Error('no Postgres'));
        };
        const failed = (_error: unknown, of: string) => {
          failures.push(of);
          if (of === 'queue') proxy.cutAfter(null);
        };
        const own = { url: new Secret(url.href), failed };
        const runner = await runs(name, task, own);
        const first = runner.workerId();
        await enqueue(name, {});
        await emptied(name);
        assert.equal(times, 2);
        assert.deepEqual(failures, how === 'done' ? ['queue'] : [name, 'queue']);
        assert.notEqual(runner.workerId(), first);
        await runner.stop();
        for (const workerId of [first, runner.workerId()]) await disconnected(workerId);
      } finally {
        await Promise.all(running.splice(0).map((one) => one.stop()));
        await proxy.end();
      }
    });

  it('stops while Postgres is away', async () => {
    const url = new URL(readConfig(process.env).jobs.url.reveal());
    const proxy = await TcpProxy.to(Number(url.port), url.hostname);
    url.port = String(proxy.port);
    const name = nameOf();
    let tries = 0;
    const stopped = new Promise<void>((resolve, reject) => {
      const failed = () => {
        tries += 1;
        if (tries === 2) resolve(running.splice(0)[0]?.stop());
      };
      const task: Task = () => {
        proxy.cutAfter(0);
        proxy.cut();
        return Promise.resolve();
      };
      runs(name, task, { url: new Secret(url.href), failed })
        .then(() => enqueue(name, {}))
        .catch(reject);
    });
    await stopped;
    await proxy.end();
    await runs(name, () => Promise.resolve());
    await emptied(name);
    assert.equal(tries, 2);
  });

  it('gives a job that a killed process had taken to another within seconds', async () => {
    const name = nameOf();
    const child = fork(join(import.meta.dirname, 'jobs-child.ts'), [name], {
      execArgv: ['--import=tsx'],
    });
    const [message] = (await Promise.all([once(child, 'message'), enqueue(name, { n: 3 })]))[0] as [
      unknown,
    ];
    assert.equal(message, 'begun');
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    const seen = await new Promise<unknown[]>((resolve, reject) => {
      runs(name, (...given) => {
        resolve(given);
        return Promise.resolve();
      }).catch(reject);
    });
    assert.deepEqual(seen, [WORKSPACE, { n: 3 }]);
  });
});
