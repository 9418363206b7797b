/** Takes up erasures that are due and that no job is at: the queue gave theirs up, or its row was lost. */
import type { PrivacyOptions } from '../ports.ts';
import { hasJob, type DueErasure, type DueErasures } from './due-store.ts';
import { erasureStore } from './erasure-store.ts';

export type ResumeOptions = Pick<
  PrivacyOptions<unknown>,
  'clock' | 'transaction' | 'later' | 'notice'
> & { readonly dueErasures: DueErasures };

/** The queue tries for about four days (25 times, at most exp(10) s apart, https://worker.graphile.org): an hour adds little. */
const LOOK_MS = 60 * 60_000;

export interface Resumption {
  /** How many were taken up. */
  readonly resume: () => Promise<number>;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** At the start, and then each hour. Nodes that do so at once ask for one job: an erasure has one by its key. */
export function resuming(options: ResumeOptions): Resumption {
  const { clock, transaction, later, notice } = options;
  let callOff = (): void => undefined;
  let isStopped = true;
  let looking: Promise<unknown> = Promise.resolve();

  async function resume(): Promise<number> {
    let resumed = 0;
    for (const due of await options.dueErasures(clock.now())) if (await takeUp(due)) resumed += 1;
    if (resumed > 0) notice('erasures were due that no job was at: they go on', { resumed });
    return resumed;
  }

  function takeUp({ workspaceId, id }: DueErasure): Promise<boolean> {
    return transaction(workspaceId, 'own', async (tx) => {
      const erasures = erasureStore(tx, workspaceId);
      // Held: whoever runs it asks for its next job in the transaction that holds it too.
      const erasure = await erasures.lock(id);
      const isOver = !erasure || erasure.state === 'done' || erasure.state === 'cancelled';
      if (isOver || (await hasJob(tx, id))) return false;
      await erasures.enqueue(id, 0);
      return true;
    });
  }

  function again(): void {
    callOff = later(LOOK_MS, () => {
      looking = resume()
        .catch((cause: unknown) => notice('erasures that are due were not looked for', { cause }))
        .then(() => isStopped || again());
    });
  }

  return {
    resume,
    async start(): Promise<void> {
      isStopped = false;
      await resume();
      again();
    },
    async stop(): Promise<void> {
      isStopped = true;
      callOff();
      await looking;
    },
  };
}
