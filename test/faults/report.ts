/** What a run found, as one line for whoever watches and as the table in docs/guarantees.md. */
import { join } from 'node:path';
import { record } from '../../scripts/recorded.ts';
import { project } from '../support/bootstrap-clone.ts';
import type { Outcome, Scenario } from './run.ts';

export const GUARANTEES = join(project, 'docs', 'guarantees.md');
export function resultLine(outcome: Outcome): string {
  const { scenario, acked, info, failed, frames, resumes, longestGapMs, milliseconds } = outcome;
  const { violations, invalid } = outcome;
  const verdict = invalid !== null ? 'INVALID' : violations.length > 0 ? 'BROKEN PROMISE' : 'kept';
  return [
    `${verdict.padEnd(7)} ${scenario.name}: ${acked} acked, ${info} info, ${failed} failed, ${frames} frames`,
    `${resumes} resumes, ${outcome.faults.length} faults, longest gap ${longestGapMs.toFixed(0)} ms`,
    `${violations.length} violations (${(milliseconds / 1_000).toFixed(1)} s)${invalid === null ? '' : `; ${invalid}`}`,
  ].join(', ');
}

/** Puts the table of these runs into the page, a row for each scenario over all seeds. */
export async function writeGuarantees(
  outcomes: readonly Outcome[],
  seeds: readonly number[],
): Promise<void> {
  await record(GUARANTEES, 'npm run faults', table(outcomes, seeds));
}

const COLUMNS = ['acked', 'info', 'failed', 'frames', 'resumes', 'faults', 'violations'] as const;

/** What is counted of a run, by the name of its column. */
function counts({ acked, info, failed, frames, resumes, ...rest }: Outcome) {
  const [faults, violations] = [rest.faults.length, rest.violations.length];
  return { acked, info, failed, frames, resumes, faults, violations };
}

function table(outcomes: readonly Outcome[], seeds: readonly number[]): string {
  const summed = (of: readonly Outcome[]) =>
    COLUMNS.map((column) => of.reduce((sum, outcome) => sum + counts(outcome)[column], 0));
  const rows = new Map<Scenario, Outcome[]>();
  for (const outcome of outcomes)
    rows.set(outcome.scenario, [...(rows.get(outcome.scenario) ?? []), outcome]);
  const [acked = 0, , , frames = 0, , , violations = 0] = summed(outcomes);
  return [
    `${rows.size} scenarios, each with seed ${seeds.join(', ')}: ${acked} acknowledged sends, ${frames} frames,`,
    `${violations} violations.`,
    '',
    `| scenario | what happens | ${COLUMNS.join(' | ')} | longest gap |`,
    `| --- | --- | ${COLUMNS.map(() => '--:').join(' | ')} | --: |`,
    ...[...rows].map(([{ name, about }, of]) => {
      const longest = Math.max(...of.map(({ longestGapMs }) => longestGapMs));
      return `| \`${name}\` | ${about} | ${summed(of).join(' | ')} | ${longest.toFixed(0)} ms |`;
    }),
    '',
  ].join('\n');
}
