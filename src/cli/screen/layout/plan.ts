/** Who gets how many rows and columns of the terminal; below a certain size, nobody. */
import type { Size } from '../terminal/terminal.ts';

export interface Plan {
  /** Columns of the list of channels with its border; 0 where it is hidden. */
  readonly sidebar: number;
  /** Columns of everything else. */
  readonly main: number;
  /** Rows of the conversation. */
  readonly timeline: number;
  /** A line below the header, where there is room for one. */
  readonly hasHeaderRule: boolean;
}

/** Smaller than this, nothing can be read or written. */
export const LEAST: Size = { columns: 30, rows: 8 };
/** Narrower than this, the channels are hidden: the conversation needs the room. */
const WITH_SIDEBAR = 60;
const SIDEBAR = { share: 0.24, least: 18, most: 30 };
/** From so many rows on there is one to spare. */
const WITH_RULE = 16;
/** Header, the rule above the composer, status. */
const FIXED_ROWS = 3;
const COMPOSER = { share: 1 / 3, most: 8 };

export function isTooSmall({ columns, rows }: Size): boolean {
  return columns < LEAST.columns || rows < LEAST.rows;
}

/** Rows that what is being written may take. */
export function composerRows({ rows }: Size): number {
  return Math.max(1, Math.min(COMPOSER.most, Math.floor(rows * COMPOSER.share)));
}

export function columnsFor({ columns }: Size): { sidebar: number; main: number } {
  if (columns < WITH_SIDEBAR) return { sidebar: 0, main: columns };
  const share = Math.floor(columns * SIDEBAR.share);
  const sidebar = Math.min(SIDEBAR.most, Math.max(SIDEBAR.least, share));
  return { sidebar, main: columns - sidebar };
}

/** `taken`: rows of everything between the header and the status that is not the conversation, but the rule. */
export function planFor(size: Size, taken: number): Plan {
  const hasHeaderRule = size.rows >= WITH_RULE;
  const rows = size.rows - FIXED_ROWS - (hasHeaderRule ? 1 : 0) - taken;
  return { ...columnsFor(size), timeline: Math.max(1, rows), hasHeaderRule };
}
