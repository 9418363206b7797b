/** Reports, and statistics of them, as lines for people: nothing that somebody wrote can pass for another line. */
import type { OutputOf } from '../client/index.ts';
import { printable } from './printable.ts';
import { stretchOf } from './screen/layout/time.ts';
import { timeOf, type Style } from './style.ts';

export type Report = OutputOf<'report.list'>['reports'][number];
export type Statistics = OutputOf<'report.statistics'>;

/** Where and by whom, fit for a terminal; null where it is not known. */
export interface Whereabouts {
  readonly channel: string | null;
  readonly author: string | null;
}

/** Enough of an id to name a report by. */
export const shortReport = (id: Report['id']): string => id.slice(-8);

const WITHOUT_TEXT = {
  deleted: '(deleted)',
  withheld: '(not for you to read)',
  unreadable: '(cannot be read any more)',
} as const;

export function reportLine(report: Report, where: Whereabouts, { bold, dim }: Style): string {
  const { id, state, category, createdAt, text, message } = report;
  const said =
    message === null
      ? dim('(gone)')
      : message.content === 'present'
        ? printable(message.body ?? '')
        : dim(WITHOUT_TEXT[message.content]);
  const place = `${printable(where.channel ?? '(a channel you do not see)')}${message ? ` #${message.seq}` : ''}`;
  const author = where.author === null ? '' : ` ${bold(where.author)}`;
  const added = text === null ? '' : dim(` (reported with: ${printable(text)})`);
  const about = `${dim(timeOf(createdAt))} ${state} ${category} ${place}${author}: ${said}${added}`;
  return `${dim(shortReport(id))} ${about}`;
}

/** Columns of the longest bar. */
const BAR = 30;
const DAY_MS = 24 * 60 * 60 * 1_000;

export function statisticsLines(statistics: Statistics, style: Style): string {
  const { from, to, total, states, categories, days, toClaim, toDecide, moderators } = statistics;
  const { bold, dim } = style;
  const period = to - from >= DAY_MS ? ` in ${Math.round((to - from) / DAY_MS)} days` : '';
  const { open, claimed, resolved, dismissed } = states;
  const lines = [
    bold(`${total} ${total === 1 ? 'report' : 'reports'}${period}`),
    `  ${open} open, ${claimed} taken up, ${resolved} resolved, ${dismissed} dismissed`,
  ];
  if (total === 0) return lines.slice(0, 1).join('\n');
  lines.push(bold('Reported as'), ...bars(categories.map((one) => [one.category, one.made])));
  lines.push(bold('Made on, by UTC'), ...bars(days.map(({ day, made }) => [day, made])));
  lines.push(
    bold('Time from the report'),
    `  until it is taken up  ${timeWords(toClaim)}`,
    `  until it is decided   ${timeWords(toDecide)}`,
  );
  if (moderators !== null && moderators.length > 0) {
    lines.push(bold('Decided by'));
    for (const one of moderators)
      lines.push(`  ${dim(one.userId)}  ${one.resolved} resolved, ${one.dismissed} dismissed`);
  }
  return lines.join('\n');
}

function bars(counts: readonly (readonly [name: string, count: number])[]): string[] {
  const most = Math.max(1, ...counts.map(([, count]) => count));
  const wide = Math.max(0, ...counts.map(([name]) => name.length));
  return counts.map(([name, count]) => {
    const bar = '█'.repeat(Math.max(1, Math.round((count / most) * BAR)));
    return `  ${name.padEnd(wide)}  ${bar} ${count}`;
  });
}

function timeWords(times: Statistics['toClaim']): string {
  if (times === null) return 'none was yet';
  return `half within ${stretchOf(times.median)}, nine in ten within ${stretchOf(times.p90)}`;
}
