/** What the trials of a bench found: a table of each, and every target beside what was reached. */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { record } from '../../scripts/recorded.ts';
import { drawn } from '../record.ts';
import type { Cells } from '../report.ts';
import { ROOT, type Services } from '../services.ts';
import type { AloneTrial, Found } from './trial.ts';

export interface AloneResult {
  readonly trial: AloneTrial;
  readonly found: Found;
}

const PAGE = join(ROOT, 'docs', 'performance.md');

export function aloneCells({ trial: { title }, found: { cells, faults } }: AloneResult): Cells {
  const remarks = [...cells.remarks, ...faults.map((fault) => `INVALID ${fault}`)];
  return { ...cells, title, remarks };
}

/** Every target, what was reached, and whether it was met. */
export function heldCells(results: readonly AloneResult[]): Cells {
  const lines = results.flatMap(({ trial, found }) =>
    found.held.map(({ reached, target, met }) => [
      trial.name,
      target,
      reached,
      met ? 'met' : 'NOT MET',
    ]),
  );
  return { title: 'Held to', lines: [['', 'target', 'reached', ''], ...lines], remarks: [] };
}

export function heldLines(results: readonly AloneResult[]): string[] {
  return results.flatMap(({ trial, found }) =>
    found.held.map(
      ({ reached, target, met }) =>
        `${trial.name}: ${reached} (target ${target}: ${met ? 'met' : 'NOT MET'})`,
    ),
  );
}

export function machineLine({ postgres, redis }: Services['programs']): string {
  return `${cpus().length} cores, Node ${process.version}, ${postgres}, ${redis}`;
}

/** Between the markers of `command --record` in docs/performance.md. */
export async function recordAlone(
  command: string,
  results: readonly AloneResult[],
  programs: Services['programs'],
): Promise<void> {
  const tables = results.flatMap((each) => drawn(headed(aloneCells(each))));
  const lines = [...drawn(heldCells(results)), machineLine(programs), '', ...tables];
  await record(PAGE, `${command} -- --record`, lines.join('\n'));
}

/** A table in Markdown has a head, and rows that are as wide. */
function headed(cells: Cells): Cells {
  const [first = []] = cells.lines;
  if (first[0] === '') return cells;
  return { ...cells, lines: [first.map(() => ''), ...cells.lines] };
}
