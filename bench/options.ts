/** What `npm run bench -- …` can be told; a word that it does not know ends it before anything is started. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { trials, type Trial } from './trials/index.ts';
import { SYSTEMS, TRIALS, WORKLOADS, workloads } from './workloads.ts';
import type { SystemName, Workload } from './workloads.ts';

export interface Options {
  readonly workloads: readonly Workload[];
  readonly trials: readonly Trial[];
  readonly runs: number;
  /** A file for the figures. */
  readonly json: string | null;
  /** A folder for V8 profiles of Conclave's process. */
  readonly profile: string | null;
  /** Whether docs/performance.md gets what was measured. */
  readonly record: boolean;
}

export const USAGE = `npm run bench -- [options]
  --seconds N     seconds that each run measures (default 10)
  --runs N        runs of everything; the figures are medians (default 1)
  --members N     people in each workload (default 500)
  --pace N        share of the usual messages a second, for a machine that cannot carry them (default 1)
  --only A,B      some of: ${[...WORKLOADS, ...TRIALS, ...SYSTEMS].join(', ')}
  --json FILE     writes every figure of every run
  --profile DIR   writes V8 CPU profiles of Conclave in the first two workloads, and prints where the time went
  --record        writes the figures of everything, or with --profile where the time went, to docs/performance.md`;

/** Throws an Error whose message is for the person. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '10' },
      runs: { type: 'string', default: '1' },
      members: { type: 'string', default: '500' },
      pace: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      json: { type: 'string' },
      profile: { type: 'string' },
      record: { type: 'boolean', default: false },
    },
  });
  const members = number('members', values.members, 4, 1_000, true);
  const seconds = number('seconds', values.seconds, 0.5, 50, false);
  const pace = number('pace', values.pace, 0.01, 1, false);
  const all = workloads({ seconds, members, pace });
  const only = values.only.split(',').filter((word) => word !== '');
  const unknown = only.find((word) => !known([...WORKLOADS, ...TRIALS, ...SYSTEMS], word));
  if (unknown !== undefined) throw new Error(`--only knows no ${unknown}`);
  const { record } = values;
  if (record && only.length > 0) throw new Error('--record is for everything, and takes no --only');
  const names = chosen([...WORKLOADS, ...TRIALS], only);
  const systems: readonly SystemName[] = chosen(SYSTEMS, only);
  const on = <T extends Workload | Trial>(each: T): readonly T[] => {
    const some = each.systems.filter((one) => systems.includes(one));
    return some.length === 0 ? [] : [{ ...each, systems: some }];
  };
  return {
    workloads: WORKLOADS.filter((name) => names.includes(name)).flatMap((name) => on(all[name])),
    trials: trials({ members, seconds })
      .filter(({ name }) => names.includes(name) && values.profile === undefined)
      .flatMap(on),
    record,
    runs: number('runs', values.runs, 1, 99, true),
    json: values.json === undefined ? null : resolve(values.json),
    profile: values.profile === undefined ? null : resolve(values.profile),
  };
}

function known<T extends string>(names: readonly T[], word: string): word is T {
  return (names as readonly string[]).includes(word);
}

/** Those that are named; all where none is. */
function chosen<T extends string>(names: readonly T[], only: readonly string[]): readonly T[] {
  const some = names.filter((name) => only.includes(name));
  return some.length > 0 ? some : names;
}

function number(name: string, text: string, least: number, most: number, whole: boolean): number {
  const value = Number(text);
  if (text !== '' && value >= least && value <= most && (!whole || Number.isInteger(value)))
    return value;
  throw new Error(`--${name} must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);
}
