/** When the screen is different by time alone: what is put off counts down, and reports grow old. */
import type { Chat } from './chat.ts';

const SECOND = 1_000;
/** Ages are told in minutes: they are seen to change soon enough. */
const AGES_MS = 15 * SECOND;

/** Milliseconds until then; null when nothing changes by itself. */
export function nextTickOf({ client, state }: Chat): number | null {
  const isCounting = client.outbox.entries.some(
    ({ channelId, state: { is, ...more } }) =>
      channelId === state.current && is === 'pending' && 'retryAt' in more && more.retryAt !== null,
  );
  if (isCounting) return SECOND;
  return state.queue ? AGES_MS : null;
}
