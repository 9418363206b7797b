/** What `npm run bench:chat -- …` can be told; a word that it does not know ends it before anything is started. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { deletion } from './delete.ts';
import { bulkDeletion } from './delete-many.ts';
import { history } from './history.ts';
import { reactions } from './reactions.ts';
import { CHAT_TRIALS, type ChatTrial, type ChatTrialName } from './trial.ts';

export interface ChatOptions {
  readonly trials: readonly ChatTrial[];
  readonly json: string | null;
  readonly profile: string | null;
  readonly record: boolean;
}

export const USAGE = `npm run bench:chat -- [options]
  --quick         small sizes: whether it works, not how fast it is
  --only A,B      some of: ${CHAT_TRIALS.join(', ')}
  --json FILE     writes everything that was measured
  --profile DIR   writes V8 CPU profiles of a node while it is measured, and prints where the time went
  --record        writes what was found to docs/performance.md`;

/** Throws an Error whose message is for the person. */
export function readChatOptions(args: readonly string[]): ChatOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      json: { type: 'string' },
      profile: { type: 'string' },
      record: { type: 'boolean', default: false },
    },
  });
  const { quick, record } = values;
  const only = values.only.split(',').filter((word) => word !== '');
  const unknown = only.find((word) => !(CHAT_TRIALS as readonly string[]).includes(word));
  if (unknown !== undefined) throw new Error(`--only knows no ${unknown}`);
  if (record && (quick || only.length > 0 || values.profile !== undefined))
    throw new Error('--record is for everything in full, and takes nothing that makes it less');
  const all = trials(quick);
  return {
    trials: CHAT_TRIALS.filter((name) => only.length === 0 || only.includes(name)).map(
      (name) => all[name],
    ),
    json: values.json === undefined ? null : resolve(values.json),
    profile: values.profile === undefined ? null : resolve(values.profile),
    record,
  };
}

function trials(quick: boolean): Readonly<Record<ChatTrialName, ChatTrial>> {
  return {
    history: history(
      quick
        ? { sizes: [2_500, 5_000], each: 10, authors: 20, reads: 100 }
        : { sizes: [10_000, 100_000, 1_000_000], each: 20, authors: 100, reads: 250 },
    ),
    delete: deletion(quick ? { screens: 20, messages: 40 } : { screens: 200, messages: 300 }),
    'delete-many': bulkDeletion(
      quick
        ? { messages: 5_000, perSecond: 50, seconds: 5 }
        : { messages: 100_000, perSecond: 100, seconds: 10 },
    ),
    reactions: reactions(
      quick
        ? { perSecond: 100, seconds: 2, people: 60, says: 20 }
        : { perSecond: 1_000, seconds: 10, people: 500, says: 50 },
    ),
  };
}
