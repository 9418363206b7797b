/** Asks for jobs in the transaction of what they follow from. */
import type { Tx } from '../platform/postgres/index.ts';

export type JobName = 'moderation.expire' | 'moderation.delete-many' | 'moderation.flag';

export interface JobStore {
  /** Runs the task after so many milliseconds, once the transaction is committed; the same key is the same job. */
  enqueue(task: JobName, key: string, about: object, delayMs?: number): Promise<void>;
}

export function jobStore(tx: Tx): JobStore {
  return {
    async enqueue(task, key, about, delayMs = 0) {
      await tx.$executeRaw`SELECT enqueue_job(${task}, ${JSON.stringify(about)}::jsonb,
        ${Math.max(0, Math.ceil(delayMs))}::bigint, ${key})`;
    },
  };
}
