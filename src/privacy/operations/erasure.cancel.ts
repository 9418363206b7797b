/** Takes an erasure back, as long as nothing was destroyed for it. */
import { z } from 'zod';
import { ErasureId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onErasure } from '../access.ts';
import { operation } from '../declare.ts';

export const erasureCancel = operation({
  name: 'erasure.cancel',
  summary: 'Takes back an erasure that has not begun.',
  on: { http: 'DELETE /v1/erasures/:erasureId', socket: true },
  commit: 'own',
  input: z.strictObject({ erasureId: ErasureId }),
  output: z.strictObject({ cancelled: z.literal(true) }),
  access: onErasure('cancel'),
  limit: 'state.write',
  audit: {
    record: ({ subject: { id, subjectId, channelId } }) => ({
      resource: { kind: 'erasure', id },
      subjectId,
      details: { channelId },
    }),
  },
  refuses: ['erasure_begun'],
  async handle({ subject: erasure, caller, services, now, refuse }) {
    const { state, startedAt } = erasure;
    // Once it has begun, the ledger may say so, even where the transaction that destroyed was lost.
    if ((state !== 'waiting' && state !== 'held') || startedAt !== null) refuse('erasure_begun');
    const taken = { state: 'cancelled', cancelledBy: caller.userId, endedAt: now } as const;
    await services.erasures.change(erasure, taken);
    return reply({ cancelled: true as const });
  },
});
