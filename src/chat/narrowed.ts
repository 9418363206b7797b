/** Tells at which change of a log reading was taken from people who may be listening. */
import type { ChannelEvent } from '../contract/index.ts';

/**
 * The first revision after `since` at which reading was taken from anybody; Infinity where it was from nobody. Events
 * carry the state of now: a change of long ago is told by a later one, and counts from when it was.
 */
export function narrowedAt(events: readonly ChannelEvent[], since: number): number {
  let first = Infinity;
  for (const event of events)
    if (event.kind === 'channel' && event.channel.accessRev > since)
      first = Math.min(first, event.channel.accessRev);
  return first;
}
