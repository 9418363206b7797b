/** Which lines of a long list of blocks are seen, and where one comes to by scrolling; blocks that are not near are not laid out. */
import type { Line } from './line.ts';

/** The lines of one entry, e.g. of a message with what stands above it. */
export interface Block {
  readonly lines: readonly Line[];
  /** The first line of the entry itself. Those before it come and go with its neighbours, and are no hold. */
  readonly body: number;
}

export interface Blocks {
  readonly count: number;
  at(index: number): Block;
  keyOf(index: number): string;
  /** Null when no entry has that key any more. */
  indexOf(key: string): number | null;
}

/**
 * Where one is: the lowest visible line, held by its entry and counted from that entry's first own line, so that
 * whatever is added above or below leaves it where it is. `end`: at the newest, and staying there.
 */
export type Place = { readonly key: string; readonly line: number } | 'end';

/** A line of a block. */
interface Spot {
  readonly index: number;
  readonly line: number;
}

export interface Visible {
  readonly lines: readonly Line[];
  /** The entries of which at least one line is seen; null when there is none. */
  readonly first: number | null;
  readonly last: number | null;
  readonly isAtBegin: boolean;
  readonly isAtEnd: boolean;
}

const NOTHING: Visible = { lines: [], first: null, last: null, isAtBegin: true, isAtEnd: true };

/** What is seen from a place, at most `height` lines: fewer only when there are no more. */
export function visible(blocks: Blocks, place: Place, height: number): Visible {
  const spot = lowest(blocks, place, height);
  if (!spot) return NOTHING;
  const { lines, first } = above(blocks, spot, height);
  const isAtBegin = first.index === 0 && first.line === 0;
  return { lines, first: first.index, last: spot.index, isAtBegin, isAtEnd: isEnd(blocks, spot) };
}

/** The place so many lines further down, or up when negative. */
export function scrolled(blocks: Blocks, place: Place, height: number, by: number): Place {
  const spot = lowest(blocks, place, height);
  if (!spot) return 'end';
  return held(blocks, full(blocks, walked(blocks, spot, by), height));
}

/** The place at which an entry stands at the top of what is seen. */
export function placeBelow(blocks: Blocks, index: number, height: number): Place {
  if (blocks.count === 0) return 'end';
  const top = { index: Math.min(Math.max(0, index), blocks.count - 1), line: 0 };
  return held(blocks, full(blocks, walked(blocks, top, height - 1), height));
}

/** The lowest line that is seen from a place: not so high that there would be room left below. */
function lowest(blocks: Blocks, place: Place, height: number): Spot | null {
  const last = blocks.count - 1;
  if (last < 0) return null;
  const end = { index: last, line: blocks.at(last).lines.length - 1 };
  const index = place === 'end' ? null : blocks.indexOf(place.key);
  if (place === 'end' || index === null) return end;
  const { lines, body } = blocks.at(index);
  const line = Math.min(Math.max(0, body + place.line), lines.length - 1);
  return full(blocks, { index, line }, height);
}

/** Further down, if there are fewer than `height` lines up to the spot. */
function full(blocks: Blocks, spot: Spot, height: number): Spot {
  const missing = height - above(blocks, spot, height).lines.length;
  return missing > 0 ? walked(blocks, spot, missing) : spot;
}

function above(blocks: Blocks, spot: Spot, height: number) {
  let kept: readonly Line[] = [];
  let first = spot;
  for (let index = spot.index; index >= 0 && kept.length < height; index -= 1) {
    const { lines } = blocks.at(index);
    const upTo = index === spot.index ? spot.line + 1 : lines.length;
    const from = Math.max(0, upTo - (height - kept.length));
    kept = [...lines.slice(from, upTo), ...kept];
    first = { index, line: from };
  }
  return { lines: kept, first };
}

function walked(blocks: Blocks, { index, line }: Spot, by: number): Spot {
  let at = index;
  let to = line + by;
  while (to < 0 && at > 0) {
    at -= 1;
    to += blocks.at(at).lines.length;
  }
  while (to >= blocks.at(at).lines.length && at < blocks.count - 1) {
    to -= blocks.at(at).lines.length;
    at += 1;
  }
  return { index: at, line: Math.min(Math.max(0, to), blocks.at(at).lines.length - 1) };
}

function held(blocks: Blocks, spot: Spot): Place {
  if (isEnd(blocks, spot)) return 'end';
  const { body } = blocks.at(spot.index);
  return { key: blocks.keyOf(spot.index), line: spot.line - body };
}

function isEnd(blocks: Blocks, { index, line }: Spot): boolean {
  return index === blocks.count - 1 && line === blocks.at(index).lines.length - 1;
}
