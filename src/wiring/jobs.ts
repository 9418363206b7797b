/** Fits the tasks of the domains to the queue: none begins on a node that has lost its lease. */
import type { Lease } from '../access/index.ts';
import type { Config } from '../config.ts';
import type { Entropy } from '../kernel/index.ts';
import type { Logger } from '../platform/log.ts';
import { jobRunner, type Task } from '../platform/jobs/index.ts';
import { later } from '../platform/system.ts';

export interface JobsWiring {
  readonly config: Pick<Config, 'database' | 'jobs'>;
  /** The domains that have some; no two have one of the same name. */
  readonly of: readonly {
    readonly tasks: Readonly<Record<string, Task>>;
    readonly daily?: Readonly<Record<string, () => Promise<void>>>;
  }[];
  readonly lease: Lease;
  readonly entropy: Entropy;
  readonly log: Logger;
}

export function jobsOf({ config, of, lease, entropy, log }: JobsWiring) {
  const leased = ([name, task]: [string, Task]): [string, Task] => [
    name,
    async (workspaceId, about) => {
      await lease.required('unavailable');
      await task(workspaceId, about);
    },
  ];
  const leasedDaily = ([name, task]: [string, () => Promise<void>]): [
    string,
    () => Promise<void>,
  ] => [
    name,
    async () => {
      await lease.required('unavailable');
      await task();
    },
  ];
  return jobRunner({
    url: config.jobs.url,
    tls: config.database.tls ?? null,
    tasks: Object.fromEntries(of.flatMap(({ tasks }) => Object.entries(tasks).map(leased))),
    daily: Object.fromEntries(
      of.flatMap(({ daily = {} }) => Object.entries(daily).map(leasedDaily)),
    ),
    entropy,
    later,
    failed: (cause, task) => log.warn('job failed', { task, cause }),
  });
}
