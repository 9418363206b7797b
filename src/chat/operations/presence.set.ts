/** Says how present the caller is on this connection; it is forgotten with the connection. */
import { z } from 'zod';
import { OwnPresence } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { groupedOperation } from '../declare.ts';

const State = z.strictObject({ state: OwnPresence });

export const presenceSet = groupedOperation({
  name: 'presence.set',
  summary:
    'How present the caller is on this connection; of several the most present counts, and invisible is as none.',
  on: { socket: true },
  commit: 'grouped',
  input: State,
  output: State,
  access: {
    describe: 'signed in',
    asks: { of: 'account' },
    audience: 'signed-in',
    demand: null,
  },
  limit: 'signal',
  audit: { skip: 'nothing is stored, and nothing of it is kept' },
  refuses: [],
  prepare: () => Promise.resolve(undefined),
  heldBy: () => '',
  decide: ({ calls }) =>
    Promise.resolve(
      calls.map(({ input: { state }, caller: { workspaceId, userId } }) =>
        reply({ state }, { effect: 'presence-set', workspaceId, userId, state }),
      ),
    ),
});
