/** Puts what was measured between the markers of docs/performance.md, so that the page says what was found and no more. */
import { join } from 'node:path';
import { record } from '../scripts/recorded.ts';
import type { Taken } from './bench.ts';
import { cells, percent, summary, type Cells, type Spots } from './report.ts';
import { ROOT, type Services } from './services.ts';
import { trialCells } from './trials/index.ts';

const PAGE = join(ROOT, 'docs', 'performance.md');

/** The tables of all workloads, and what they were held to. */
export async function recordFigures(taken: Taken, programs: Services['programs']): Promise<void> {
  const tables = [...taken.results.map(cells), ...taken.trials.map(trialCells)];
  const held = summary(taken, programs).map((line) => `- ${line}`);
  const lines = [...held, '', ...tables.flatMap(drawn)];
  await record(PAGE, 'npm run bench -- --record', lines.join('\n'));
}

/** The functions that took most of the time, of each workload that was profiled. */
export async function recordSpots(all: readonly Spots[]): Promise<void> {
  const lines = all.flatMap(({ title, spots }) =>
    drawn({
      title,
      lines: [
        ['own time', 'function', 'in'],
        ...spots.map(({ name, file, share }) => [percent(share), `\`${name}\``, `\`${file}\``]),
      ],
      remarks: [],
    }),
  );
  await record(PAGE, 'npm run bench -- --profile DIR --record', lines.join('\n'));
}

/** A table in Markdown under its heading. */
export function drawn({ title, lines, remarks }: Cells): string[] {
  const [head = [], ...rows] = lines;
  const row = (values: readonly string[]) =>
    `| ${values.map((value) => value.trim().replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    `**${title}**`,
    '',
    row(head),
    row(head.map((_, i) => (i === 0 ? '---' : '--:'))),
    ...rows.map(row),
    '',
    ...remarks.flatMap((remark) => [remark, '']),
  ];
}
