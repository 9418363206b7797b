/** Puts what was measured between the markers of docs/performance.md, so that the page says what was found and no more. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Taken } from './bench.ts';
import { cells, percent, summary, type Cells, type Spots } from './report.ts';
import { ROOT, type Services } from './services.ts';
import { trialCells } from './trials/index.ts';

const PAGE = join(ROOT, 'docs', 'performance.md');

/** The tables of all workloads, and what they were held to. */
export async function recordFigures(taken: Taken, programs: Services['programs']): Promise<void> {
  const tables = [...taken.results.map(cells), ...taken.trials.map(trialCells)];
  const held = summary(taken, programs).map((line) => `- ${line}`);
  await record('npm run bench -- --record', [...held, '', ...tables.flatMap(drawn)]);
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
  await record('npm run bench -- --profile DIR --record', lines);
}

/** The page with `lines` between the markers of what that command writes. Throws when it has none. */
export function between(page: string, command: string, lines: readonly string[]): string {
  const begin = `<!-- written by \`${command}\`: begin -->`;
  const end = `<!-- written by \`${command}\`: end -->`;
  const [head, rest] = page.split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined)
    throw new Error(`docs/performance.md has no place for what \`${command}\` writes`);
  return [head, begin, '\n\n', lines.join('\n'), '\n', end, tail].join('');
}

async function record(command: string, lines: readonly string[]): Promise<void> {
  const text = between(readFileSync(PAGE, 'utf8'), command, lines);
  const options = { ...(await resolveConfig(PAGE)), parser: 'markdown' };
  writeFileSync(PAGE, await format(text, options));
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
