/** Sets a new password for whoever has the code out of the mail; it works once, and all sessions end. */
import { z } from 'zod';
import { open } from '../../access/index.ts';
import { operationsFor, Refusal, reply, type WorkspaceHint } from '../../kernel/index.ts';
import { UserId } from '../../contract/index.ts';
import { endedSessions } from '../ended-sessions.ts';
import { readToken, ResetToken } from '../opaque-token.ts';
import { PasswordText } from '../passwords.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

const input = z.strictObject({ token: ResetToken, password: PasswordText });

/** The code carries its workspace. */
function hint({ token }: z.output<typeof input>): WorkspaceHint {
  const read = readToken('cp1', token);
  if (!read) throw new Refusal('invalid_input'); // the schema has let it through: it is one
  return { by: 'id', id: read.workspaceId, otherwise: 'invalid_code' };
}

export const passwordReset = operationsFor<AuthServices, AuthDomain>()({
  name: 'password.reset',
  summary: 'Sets a new password with the code out of a mail, and ends all sessions of the account.',
  on: { http: 'POST /v1/password-resets/redeem' },
  commit: 'own',
  input,
  output: z.strictObject({
    reset: z.literal(true),
    userId: UserId,
    /** Sessions that were ended. */
    revoked: z.int().nonnegative(),
  }),
  access: open('the code is the credential', hint),
  limit: 'auth.code',
  audit: {
    record: ({ reply: { userId, revoked } }) => ({
      resource: { kind: 'account', id: userId },
      actorId: userId,
      details: { revoked },
    }),
  },
  refuses: ['invalid_code', 'password_policy'],
  async prepare({ input: wish, caller, domain, now, refuse }) {
    const verdict = await domain.proveReset(caller.workspaceId, wish, now);
    if (verdict.kind === 'invalid') return refuse('invalid_code');
    if (verdict.kind === 'weak') return refuse('password_policy', { rules: verdict.rules });
    return verdict.chosen;
  },
  async handle({ input: { token }, services, prepared: chosen, now, refuse }) {
    const done = await services.passwordResets.apply(token, chosen, now);
    if (!done) return refuse('invalid_code');
    const { userId, ended } = done;
    return reply({ reset: true as const, userId, revoked: ended.length }, ...endedSessions(ended));
  },
});
