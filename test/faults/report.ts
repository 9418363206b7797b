/** What a run found, as one line for whoever watches and as the table in docs/guarantees.md. */
import { join } from 'node:path';
import { record } from '../../scripts/recorded.ts';
import { project } from '../support/bootstrap-clone.ts';
import type { Outcome } from './run.ts';

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

/** Puts the table of this run into the page. */
export async function writeGuarantees(outcomes: readonly Outcome[], seed: number): Promise<void> {
  await record(GUARANTEES, 'npm run faults', table(outcomes, seed));
}

function table(outcomes: readonly Outcome[], seed: number): string {
  const rows = outcomes.map((outcome) =>
    [
      `\`${outcome.scenario.name}\``,
      outcome.scenario.about,
      outcome.acked,
      outcome.info,
      outcome.failed,
      outcome.frames,
      outcome.resumes,
      outcome.faults.length,
      `${outcome.longestGapMs.toFixed(0)} ms`,
      outcome.violations.length,
    ].join(' | '),
  );
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((all, one) => all + of(one), 0);
  return [
    `Seed ${seed}: ${outcomes.length} scenarios, ${sum(({ acked }) => acked)} acknowledged sends,`,
    `${sum(({ frames }) => frames)} frames, ${sum(({ violations }) => violations.length)} violations.`,
    '',
    '| scenario | what happens | acked | info | failed | frames | resumes | faults | longest gap | violations |',
    '| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: |',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n');
}
