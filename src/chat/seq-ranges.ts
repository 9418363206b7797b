/** The places that somebody may read, as a set of ranges of Postgres. */
import type { Readable } from './rows.ts';

export function seqRanges(readable: Readable): string {
  if (readable === 'all') return '{(,)}';
  return `{${readable.map(({ after, upTo }) => `(${after},${upTo ?? ''}]`).join(',')}}`;
}
