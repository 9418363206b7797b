/** What a bench of Conclave alone can be told; a word that it does not know ends it before anything is started. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { AloneBench, AloneTrial } from './trial.ts';

export interface AloneOptions<Name extends string = string> {
  readonly trials: readonly AloneTrial<Name>[];
  readonly json: string | null;
  readonly profile: string | null;
  readonly record: boolean;
}

export const usage = ({
  command,
  names,
  sized,
}: Pick<AloneBench, 'command' | 'names' | 'sized'>): string => `${command} -- [options]
  --quick         small sizes: whether it works, not how fast it is
${sized ? '  --messages N    so many messages instead of what is promised for\n' : ''}\
  --only A,B      some of: ${names.join(', ')}
  --json FILE     writes everything that was measured
  --profile DIR   writes V8 CPU profiles of a node while it is measured, and prints where the time went
  --record        writes what was found to docs/performance.md`;

/** Throws an Error whose message is for the person. */
export function readOptions<Name extends string>(
  { names, sized, trials }: AloneBench<Name>,
  args: readonly string[],
): AloneOptions<Name> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      messages: { type: 'string' },
      only: { type: 'string', default: '' },
      json: { type: 'string' },
      profile: { type: 'string' },
      record: { type: 'boolean', default: false },
    },
  });
  const { quick, record, profile } = values;
  const only = values.only.split(',').filter((word) => word !== '');
  const unknown = only.find((word) => !(names as readonly string[]).includes(word));
  if (unknown !== undefined) throw new Error(`--only knows no ${unknown}`);
  const messages = values.messages === undefined ? null : Number(values.messages);
  if (messages !== null && !sized) throw new Error('--messages is for another bench');
  if (messages !== null && !(Number.isSafeInteger(messages) && messages > 0))
    throw new Error('--messages takes a number');
  const isLess = quick || only.length > 0 || profile !== undefined || messages !== null;
  if (record && isLess)
    throw new Error('--record is for everything in full, and takes nothing that makes it less');
  const all = trials({ quick, messages });
  return {
    trials: names
      .filter((name) => only.length === 0 || only.includes(name))
      .map((name) => all[name]),
    json: values.json === undefined ? null : resolve(values.json),
    profile: profile === undefined ? null : resolve(profile),
    record,
  };
}
