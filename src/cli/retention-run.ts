/** Has what is too old removed, shows how far it is, and ends with the report: an event that is lost is looked up. */
import type { OutputOf } from '../client/index.ts';
import type { RetentionReport } from '../contract/index.ts';
import type { Desk } from './desk.ts';
import { inTheWay } from './failure.ts';
import { barOn } from './progress-bar.ts';

/** Where an event got lost, or somebody else is told, the list tells; asked so often. */
const LOOK_MS = 2_000;
/** Runs are one at a time: the one that was begun is among the newest. */
const NEWEST = 10;
const THINGS = { name: 'to go', of: String };

type Run = OutputOf<'retention.run'>;

/** Throws Failure, also where the connection ends before the run does; the run goes on without it. */
export async function ranRetention(
  desk: Desk<'retention.run' | 'retention.runs'>,
  by: { readonly reason: string; readonly password: string },
): Promise<RetentionReport> {
  const { client } = await desk.connected();
  const bar = await barOn(desk, THINGS);
  let runId: Run['runId'] | null = null;
  let stir = (): void => undefined;
  const unlisten = client.listen('retention.progress', (told) => {
    if (runId === null || told.runId === runId) bar.show(told.removed, told.due);
    if (told.state === 'done') stir();
  });
  try {
    ({ runId } = await desk.call('retention.run', by));
    for (;;) {
      const { runs } = await desk.call('retention.runs', { limit: NEWEST });
      const run = runs.find((one) => one.runId === runId);
      if (!run) throw inTheWay('run_gone', 'The run is not on the list any more.');
      if (run.report) return run.report;
      await new Promise<void>((resolve) => {
        const callOff = desk.surroundings.machine.later(LOOK_MS, resolve);
        stir = () => {
          callOff();
          resolve();
        };
      });
    }
  } finally {
    unlisten();
    bar.end();
  }
}
