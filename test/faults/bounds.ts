/** How soon a removal must be felt, by what fails: promise P6, and the time for which nothing could be felt at all. */

/** Milliseconds, P6 without Redis; the scenarios run on busy machines, so it is the bound of all of them. */
export const WITHOUT_REDIS_MS = 5_000;

/**
 * Where a node stands still or has no database for `outageMs`: who was removed meanwhile is shown, late, what came
 * before the removal and the removal itself, and nothing else (C8 sees to that).
 */
export const beyond = (outageMs: number): number => WITHOUT_REDIS_MS + outageMs;
