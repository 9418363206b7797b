/** Lets people take a consent back, as easily as it was given: from the answer on nothing is done for it, on any node. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { ConsentPurpose, ConsentSource } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';

export const consentWithdraw = operation({
  name: 'consent.withdraw',
  summary: 'Takes a consent back, and calls off what waits to be done for it. May be said again.',
  on: { http: 'POST /v1/me/consents/withdrawals', socket: true },
  commit: 'own',
  input: z.strictObject({ purpose: ConsentPurpose, source: ConsentSource.default('sdk') }),
  output: z.strictObject({
    /** False where nothing was granted: nothing was written. */
    changed: z.boolean(),
  }),
  access: signedIn(),
  limit: 'state.write',
  audit: {
    record: ({ input: { purpose, source }, reply: { changed } }) => ({
      resource: { kind: 'consent', id: null },
      details: { purpose, source, changed },
    }),
  },
  refuses: [],
  async handle({ input, caller: { userId, origin }, services, now }) {
    const said = { ...input, userId, address: origin.address, at: now };
    const { isNew } = await services.consents.withdraw(said);
    return reply({ changed: isNew });
  },
});
