/** Tells how far an erasure is, and gives its receipt once it is over. */
import { z } from 'zod';
import { Erasure, ErasureId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onErasure } from '../access.ts';
import { operation } from '../declare.ts';
import { shownErasure } from '../erasure/request.ts';

export const erasureRead = operation({
  name: 'erasure.read',
  summary: 'How far an erasure is, with its signed receipt once it is over.',
  on: { http: 'GET /v1/erasures/:erasureId', socket: true },
  commit: 'read',
  input: z.strictObject({ erasureId: ErasureId }),
  output: Erasure,
  access: onErasure('see'),
  limit: 'read',
  audit: { skip: 'ids, times and counts, to whom it is about or who keeps accounts' },
  refuses: [],
  handle: ({ subject }) => Promise.resolve(reply(shownErasure(subject))),
});
