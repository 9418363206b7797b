/** Tells at which change of a log reading was taken from people who may be listening. */
import type { ChannelEvent } from '../contract/index.ts';
import type { Position } from './follower-ports.ts';

/**
 * The first revision after `since` at which reading may have been taken from anybody; Infinity where it was from nobody.
 * Events that were read back carry the state of now, which names the last time alone: an earlier one can be no event any
 * more, so that it was at the first revision that none of them has, if there is one.
 */
export function narrowedAt(events: readonly ChannelEvent[], since: number): number {
  let first = Infinity;
  for (const event of events)
    if (event.kind === 'channel' && event.channel.accessRev > since)
      first = Math.min(first, event.channel.accessRev);
  if (first === Infinity) return first;
  let missing = since + 1;
  for (const { rev } of events) {
    if (rev > missing) break;
    missing = rev + 1;
  }
  return Math.min(first, missing);
}

/** Takes up what the event says of who may read what. */
export function moveOn(position: Position, event: ChannelEvent): void {
  if (event.kind === 'channel') {
    position.historyPolicy = event.channel.historyPolicy;
    position.accessRev = Math.max(position.accessRev, event.channel.accessRev);
  } else if (event.kind === 'member' && event.member.state === 'joined')
    position.newestJoinedSeq = Math.max(position.newestJoinedSeq, event.member.joinedSeq);
}

/**
 * Whether the event may end somebody's reading: that of who left, and of who came or has another role where reading
 * was ever taken from anybody. Anywhere else each role reads.
 */
export function mayEndReading(
  event: ChannelEvent,
  { accessRev }: Position,
): event is Extract<ChannelEvent, { kind: 'member' }> {
  return event.kind === 'member' && (event.member.state === 'left' || accessRev > 0);
}
