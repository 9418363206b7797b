/** The workloads with figures of their own, in the order in which they are run. */
import { hotChannel } from './hot-channel.ts';
import { idle } from './idle.ts';
import { resume } from './resume.ts';
import type { Trial } from './trial.ts';

export type { Trial, TrialRun } from './trial.ts';
export { heldTo, trialCells, trialsAreValid, type TrialResults } from './report.ts';

/** `members` is how many people there are in each; twice as many in the one that counts connections. */
export function trials(of: {
  readonly members: number;
  readonly seconds: number;
}): readonly Trial[] {
  return [hotChannel(of), idle({ connections: 2 * of.members }), resume(of)];
}
