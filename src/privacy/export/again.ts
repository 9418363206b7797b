/** Holds everything against the rights once more where closing took so long that the first time is worth little. */
import type { ExportRecord } from './export-store.ts';
import type { Step } from './parts.ts';

/** What was lost longer ago than this before an export was closed is not in it. */
export const FRESH_MS = 60_000;
/** Of one export: who has so much that a round takes longer gets it all the same, after the third. */
export const ROUNDS = 3;

/** When the rights were begun to be asked about, and for which time; kept with the progress of an export. */
export interface Round {
  readonly round: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

export function firstRound(now: Date): Round {
  return { round: 1, since: now.getTime() };
}

/**
 * The step that begins the next round; null where the last one is fresh, or was the last there is. A clock that went
 * back says nothing about how long it took: that counts as too long.
 */
export function settleAgain({ progress }: ExportRecord, now: Date): Step | null {
  // An export that an older version of the server collected knows of no round.
  const { round, since } = progress.settling ?? { round: 0, since: 0 };
  const age = now.getTime() - since;
  if (round >= ROUNDS || (age >= 0 && age <= FRESH_MS)) return null;
  const settling = { round: round + 1, since: now.getTime() };
  return { to: { progress: { ...progress, settling } }, added: [], anew: true };
}
