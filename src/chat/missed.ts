/** What a reader missed in many channels, as one reply of bounded size: the shortest gaps first, so that most are closed. */
import { FRAME_BYTES, PAGE_ENTRIES, type ChannelId, type UserId } from '../contract/index.ts';
import { readSlices, type LogReader, type Slice, type Wanted } from './log.ts';
import type { ChannelRow } from './rows.ts';

/** A position in a channel that `canBridge` holds for. */
export interface Gap {
  readonly channel: ChannelRow;
  readonly since: number;
}

/**
 * What changed in each channel since its position, for what of it the reader may read: at most a page of changes,
 * and of sealed text what a frame may hold, for all channels together. What finds no room is not in the map, or its
 * slice ends early: ask again from there. The channel with the shortest gap always gets something, and which the
 * others are depends on nothing but the gaps: a long absence from one channel keeps nobody from the rest. Needs one
 * snapshot, as `readSlices` does.
 */
export async function readMissed(
  reader: LogReader,
  userId: UserId,
  gaps: readonly Gap[],
): Promise<ReadonlyMap<ChannelId, Slice>> {
  const shortest = [...gaps].sort((a, b) => length(a) - length(b));
  const chosen: (Gap & { readonly limit: number })[] = [];
  let room = PAGE_ENTRIES;
  for (const gap of shortest) {
    if (room === 0) break;
    const limit = Math.min(length(gap), room); // no gap has more changes than revisions
    chosen.push({ ...gap, limit });
    room -= limit;
  }
  const channels = chosen.map(({ channel }) => channel);
  const readable = await reader.memberships.readableIn(channels, userId);
  const wanted = chosen.map(({ channel, since, limit }): Wanted => {
    return { channel, since, limit, readable: readable.get(channel.id) ?? [] };
  });
  return readSlices(reader, wanted, FRAME_BYTES);
}

function length({ channel, since }: Gap): number {
  return channel.lastRev - since;
}
