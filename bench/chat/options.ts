/** The trials of `npm run bench:chat`, in full and in small. */
import type { AloneBench } from '../alone/trial.ts';
import { deletion } from './delete.ts';
import { bulkDeletion } from './delete-many.ts';
import { history } from './history.ts';
import { reactions } from './reactions.ts';
import { CHAT_TRIALS, type ChatTrialName } from './trial.ts';

export const CHAT: AloneBench<ChatTrialName> = {
  command: 'npm run bench:chat',
  names: CHAT_TRIALS,
  sized: false,
  trials: ({ quick }) => ({
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
  }),
};
