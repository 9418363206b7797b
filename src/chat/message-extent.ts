/** What a page of somebody's posts was made of, so that a count tells whether all of it may be given still. */
import { z } from 'zod';
import { ChannelId } from '../contract/index.ts';
import type { ExportExtent } from '../kernel/index.ts';
import type { Piece } from './exports-store.ts';
import type { ExportedMessage } from './message-exports-store.ts';

/** Stretches of a file at most: who wrote a little in each of many channels is asked about row by row. */
const STRETCHES = 200;
/** Characters of what is readable in a channel at most: who left and came back for ever is asked about row by row too. */
const READABLE = 1_000;

/** A channel, the place it begins after, that it ends with, and what of it was readable. */
const Stretch = z.tuple([ChannelId, z.int(), z.int(), z.string()]);

const MessageExtent = z.strictObject({
  stretches: z.array(Stretch).readonly(),
  posts: z.int(),
  /** How many of these were not deleted. */
  alive: z.int(),
});
export type MessageExtent = z.infer<typeof MessageExtent>;

/** Of the pieces up to the post that a page was cut after, if it was; null where it would say too much. */
export function extentOf(
  pieces: readonly Piece[],
  found: readonly ExportedMessage[],
  cutAfter?: ExportedMessage,
): ExportExtent | null {
  if (pieces.some(({ readable }) => readable.length > READABLE)) return null;
  const last = cutAfter && pieces.findIndex(({ channelId }) => channelId === cutAfter.channelId);
  const stretches = pieces
    .slice(0, last === undefined ? undefined : last + 1)
    .map(({ channelId, after, upTo, readable }, i): MessageExtent['stretches'][number] => [
      channelId,
      after,
      i === last && cutAfter ? cutAfter.seq : upTo,
      readable,
    ]);
  const alive = found.filter(({ deletedAt }) => deletedAt === undefined).length;
  return { stretches, posts: found.length, alive } satisfies MessageExtent;
}

export function readExtent(extent: ExportExtent): MessageExtent {
  return MessageExtent.parse(extent);
}

/** Null where the two are of too many stretches. */
export function joinExtents(first: ExportExtent, second: ExportExtent): ExportExtent | null {
  const [one, two] = [readExtent(first), readExtent(second)];
  const [end, begin] = [one.stretches.at(-1), two.stretches.at(0)];
  const goesOn = end && begin && end[0] === begin[0] && end[2] === begin[1] && end[3] === begin[3];
  const stretches = goesOn
    ? [
        ...one.stretches.slice(0, -1),
        [end[0], end[1], begin[2], end[3]] as const,
        ...two.stretches.slice(1),
      ]
    : [...one.stretches, ...two.stretches];
  if (stretches.length > STRETCHES) return null;
  return { stretches, posts: one.posts + two.posts, alive: one.alive + two.alive };
}

export function piecesOf({ stretches }: MessageExtent): Piece[] {
  return stretches.map(([channelId, after, upTo, readable]) => ({
    channelId,
    after,
    upTo,
    readable,
  }));
}
