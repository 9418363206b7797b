/** Proves an e-mail address with the code that was sent to it; it works once. */
import { z } from 'zod';
import { open } from '../../access/index.ts';
import { UserId } from '../../contract/index.ts';
import { operationsFor, Refusal, reply, type WorkspaceHint } from '../../kernel/index.ts';
import { readToken, VerificationToken } from '../opaque-token.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

const input = z.strictObject({ token: VerificationToken });

/** The code carries its workspace. */
function hint({ token }: z.output<typeof input>): WorkspaceHint {
  const read = readToken('cv1', token);
  if (!read) throw new Refusal('invalid_input'); // the schema has let it through: it is one
  return { by: 'id', id: read.workspaceId, otherwise: 'invalid_code' };
}

export const emailVerify = operationsFor<AuthServices, AuthDomain>()({
  name: 'email.verify',
  summary: 'Proves an e-mail address with the code that was sent to it.',
  on: { http: 'POST /v1/email-verifications/redeem' },
  commit: 'own',
  input,
  output: z.strictObject({ verified: z.literal(true), userId: UserId }),
  access: open('the mail may be read on a device that is not signed in', hint),
  limit: 'auth.code',
  audit: {
    record: ({ reply: { userId } }) => ({
      resource: { kind: 'account', id: userId },
      actorId: userId,
    }),
  },
  refuses: ['invalid_code'],
  async handle({ input: { token }, services, now, refuse }) {
    const userId = await services.emailVerification.verify(token, now);
    return userId ? reply({ verified: true as const, userId }) : refuse('invalid_code');
  },
});
