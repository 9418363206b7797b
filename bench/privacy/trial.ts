/** What somebody with a million messages asks of the desk of data subjects. */
import type { AloneTrial } from '../alone/trial.ts';

export const PRIVACY_TRIALS = ['export', 'erase', 'retention'] as const;
export type PrivacyTrialName = (typeof PRIVACY_TRIALS)[number];
export type PrivacyTrial = AloneTrial<PrivacyTrialName>;

/** Messages of the one person. */
export const PROMISED = 1_000_000;
/** Messages a second and speaker: their limit of 120 in a minute stays on. */
export const PACE = 1.25;
/** Sends at the 99th percentile, in terms of those right before. */
export const AT_MOST_OF_BEFORE = 2;
/** Of the one who asks. */
export const PASSWORD = 'Quartz-Lantern-4711-Fjord';

export interface Size {
  readonly messages: number;
  /** Sends beside it. */
  readonly perSecond: number;
  /** Of sends before. */
  readonly seconds: number;
}
