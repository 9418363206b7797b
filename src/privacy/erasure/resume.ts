/** Takes up what is due and that no job is at, since the queue gave it up or lost its row: erasures, and texts that no hold keeps. */
import type { WorkspaceId } from '../../contract/index.ts';
import { heldTextStore, LET_GO, type DueHeldTexts } from '../holds/held-text-store.ts';
import type { PrivacyOptions } from '../ports.ts';
import { hasJob, type DueErasure, type DueErasures } from './due-store.ts';
import { erasureStore } from './erasure-store.ts';

export type ResumeOptions = Pick<
  PrivacyOptions<unknown>,
  'clock' | 'transaction' | 'later' | 'notice'
> & { readonly dueErasures: DueErasures; readonly dueHeldTexts: DueHeldTexts };

/** The queue tries for about four days (25 times, at most exp(10) s apart, https://worker.graphile.org): an hour adds little. */
const LOOK_MS = 60 * 60_000;

export interface Resumption {
  /** How many erasures were taken up. */
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
    await letGo();
    return resumed;
  }

  async function letGo(): Promise<void> {
    let workspaces = 0;
    for (const due of await options.dueHeldTexts()) if (await takeUpTexts(due)) workspaces += 1;
    const what = 'texts were kept that no hold covers, and no job was at them: they go';
    if (workspaces > 0) notice(what, { workspaces });
  }

  /** Nobody else asks for it meanwhile but with the same key, and it finds by itself what it is about. */
  function takeUpTexts(workspaceId: WorkspaceId): Promise<boolean> {
    return transaction(workspaceId, 'own', async (tx) => {
      if (await hasJob(tx, ...LET_GO)) return false;
      await heldTextStore(tx, workspaceId).enqueue();
      return true;
    });
  }

  function takeUp({ workspaceId, id }: DueErasure): Promise<boolean> {
    return transaction(workspaceId, 'own', async (tx) => {
      const erasures = erasureStore(tx, workspaceId);
      // Held: whoever runs it asks for its next job in the transaction that holds it too.
      const erasure = await erasures.lock(id);
      const isOver = !erasure || erasure.state === 'done' || erasure.state === 'cancelled';
      if (isOver || (await hasJob(tx, 'privacy.erase', id))) return false;
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
