/** Long work in short turns: between two of them, those who wait for this process have theirs. */
import type { ExportParts } from './parts.ts';

/**
 * How long one turn is. A message that is sent meanwhile waits for one at each of its own turns, which are about six;
 * the pause after it is a millisecond at the least, that of a timer.
 */
const TURN_MS = 2;

/** Asked between two pieces of work: null while the turn lasts, else what to wait for. */
export function inTurns({
  clock,
  pause,
}: Pick<ExportParts, 'clock' | 'pause'>): () => Promise<void> | null {
  let end = clock.monotonic() + TURN_MS;
  return () => {
    if (clock.monotonic() < end) return null;
    return pause().then(() => {
      end = clock.monotonic() + TURN_MS;
    });
  };
}
