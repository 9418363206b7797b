/** What a check found, how bad it is, and what is to be done about it: one line each, and no secret in any. */

export interface Finding {
  /** Stays the same; what is found may be worded otherwise. */
  readonly check: string;
  readonly verdict: 'ok' | 'warning' | 'failed';
  readonly found: string;
  /** What to do; null where nothing is to be done. */
  readonly advice: string | null;
}

export const ok = (check: string, found: string): Finding => ({
  check,
  verdict: 'ok',
  found,
  advice: null,
});

export const warning = (check: string, found: string, advice: string): Finding => ({
  check,
  verdict: 'warning',
  found,
  advice,
});

export const failed = (check: string, found: string, advice: string): Finding => ({
  check,
  verdict: 'failed',
  found,
  advice,
});
