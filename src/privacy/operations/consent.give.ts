/** Lets people agree to one purpose, in the words that they have read: to no other, and for nobody else. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { ConsentPurpose, ConsentSource, TextVersion } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';

export const consentGive = operation({
  name: 'consent.give',
  summary:
    'Agrees to a purpose, in the version of its text that consent.list shows. May be said again.',
  on: { http: 'POST /v1/me/consents', socket: true },
  commit: 'own',
  input: z.strictObject({
    purpose: ConsentPurpose,
    version: TextVersion,
    source: ConsentSource.default('sdk'),
  }),
  output: z.strictObject({
    /** False where it stood like that before: nothing was written. */
    changed: z.boolean(),
  }),
  access: signedIn(),
  limit: 'state.write',
  audit: {
    record: ({ input: { purpose, version, source }, reply: { changed } }) => ({
      resource: { kind: 'consent', id: null },
      details: { purpose, version, source, changed },
    }),
  },
  refuses: ['text_changed'],
  async handle({ input, caller: { userId, origin }, services, now, refuse }) {
    const said = { ...input, userId, address: origin.address, at: now };
    const settled = await services.consents.give(said);
    if (!settled) return refuse('text_changed');
    // Held by now: an account that was locked or erased meanwhile agrees to nothing any more.
    if (!settled.consented) return refuse('unauthenticated');
    return reply({ changed: settled.isNew });
  },
});
