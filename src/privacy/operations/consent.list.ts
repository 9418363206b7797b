/** Shows people what they can agree to, in words, and how each stands for them: nothing is on that they did not give. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { ConsentChoice } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';

export const consentList = operation({
  name: 'consent.list',
  summary: 'What takes consent, with the text and its version, and how each stands for the caller.',
  on: { http: 'GET /v1/me/consents', socket: true },
  commit: 'read',
  input: z.strictObject({}),
  output: z.strictObject({ consents: z.array(ConsentChoice) }),
  access: signedIn(),
  limit: 'read',
  audit: { skip: 'reading what is the caller’s own' },
  refuses: [],
  async handle({ caller: { userId }, services }) {
    return reply({ consents: await services.consents.choices(userId) });
  },
});
