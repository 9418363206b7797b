/** Shows people all that they ever agreed to or took back: when, to which text, and from about where. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { ConsentAct, PAGE_ENTRIES } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';

export const consentHistory = operation({
  name: 'consent.history',
  summary: 'All that the caller gave and took back, the newest first.',
  on: { http: 'GET /v1/me/consents/history', socket: true },
  commit: 'read',
  input: z.strictObject({
    /** Only those before that one. */
    before: z.int().positive().max(2_147_483_647).optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({ acts: z.array(ConsentAct), more: z.boolean() }),
  access: signedIn(),
  limit: 'read',
  audit: { skip: 'reading what is the caller’s own' },
  refuses: [],
  async handle({ input: { before = null, limit }, caller: { userId }, services }) {
    const acts = await services.consents.history(userId, before, limit + 1);
    return reply({ acts: acts.slice(0, limit), more: acts.length > limit });
  },
});
