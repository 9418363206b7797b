/** When the screen is different by time alone: what is put off counts down, a mute ends, and reports grow old. */
import type { Chat } from './chat.ts';

const SECOND = 1_000;
/** Ages are told in minutes: they are seen to change soon enough. */
const AGES_MS = 15 * SECOND;
/** No timer waits longer than this; it asks again then. */
const LONGEST_MS = 60 * SECOND;

/** Milliseconds until then; null when nothing changes by itself. */
export function nextTickOf({ client, state, held, now }: Chat): number | null {
  const { current } = state;
  const isCounting = client.outbox.entries.some(
    ({ channelId, state: { is, ...more } }) =>
      channelId === current && is === 'pending' && 'retryAt' in more && more.retryAt !== null,
  );
  if (isCounting) return SECOND;
  const until = current === null ? null : held.endIn(current);
  const end = until === null ? Infinity : Math.min(until - now() + 1, LONGEST_MS);
  const next = Math.min(end, state.queue ? AGES_MS : Infinity);
  return next === Infinity ? null : next;
}
