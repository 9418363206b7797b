/** How long what is kept, and what goes, as lines for people. */
import type {
  RetentionCandidate,
  RetentionPolicy,
  RetentionPortion,
  RetentionReport,
} from '../contract/index.ts';
import { printable } from './printable.ts';
import { timeOf, type Style } from './style.ts';

const WIDTH = 24;
const DAY_MS = 24 * 60 * 60_000;

interface Where {
  /** What the channel is called; null where it is of none. */
  readonly channel: string | null;
}

const named = ({ channel }: Where, otherwise: string) =>
  (channel === null ? otherwise : printable(channel)).padEnd(WIDTH);

export function policyLine(
  { kind, days, setBy }: RetentionPolicy,
  where: Where & { readonly lagMs: number | null },
  { bold, dim }: Style,
): string {
  const kept = days === 0 ? 'for ever' : `${days} days`;
  const late = where.lagMs ? `, ${Math.ceil(where.lagMs / DAY_MS)} days late at the last run` : '';
  return `${bold(named(where, kind))} ${kept}${dim(setBy === null ? ', as usual' : '')}${late}`;
}

export function portionLine(
  { due, held, oldest }: RetentionPortion,
  where: Where,
  { bold, dim }: Style,
): string {
  const kept = held > 0 ? `, ${held} kept by a legal hold` : '';
  const since = oldest === null ? '' : dim(`, the oldest of ${timeOf(oldest)}`);
  return `${bold(named(where, 'the workspace'))} ${due} to go${kept}${since}`;
}

/** Of the same channel, which was counted in several. */
export function together(one: RetentionPortion, more: RetentionPortion): RetentionPortion {
  const times = [one.oldest, more.oldest].filter((time) => time !== null);
  const oldest = times.length === 0 ? null : Math.min(...times);
  return { ...one, due: one.due + more.due, held: one.held + more.held, oldest };
}

export function candidateLine(
  { id, userId, at }: RetentionCandidate,
  where: Where,
  { dim }: Style,
): string {
  return `${timeOf(at)}  ${named(where, '')} ${dim(`${id} of ${userId ?? 'nobody'}`)}`;
}

/** Without a word on its signature: that is another question. */
export function reportLines({ asOf, finishedAt, kinds, rows }: RetentionReport): string[] {
  const time = (at: number) => new Date(at).toISOString();
  return [
    `What was too old at ${time(asOf)} is gone since ${time(finishedAt)}.`,
    ...kinds.map(({ kind, days, removed, held }) => {
      const kept = days === 0 ? 'for ever' : `for ${days} days`;
      return `${kind}, kept ${kept}: ${removed} removed, ${held} kept by a legal hold`;
    }),
    ...rows.map(({ table, rows: count }) => `Rows of ${printable(table)}: ${count}`),
  ];
}
