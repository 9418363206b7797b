/** Changes the caller's password, which takes the present one, and ends their other sessions. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import type { UserId } from '../../contract/index.ts';
import { operationsFor, reply, type Access, type Actor } from '../../kernel/index.ts';
import { endedSessions } from '../ended-sessions.ts';
import { PasswordText } from '../passwords.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

const self = signedIn();

const ownAccount: Access<unknown, Actor, UserId, AuthServices> = {
  ...self,
  async resolve(request) {
    await self.resolve(request);
    return request.caller.userId;
  },
};

export const passwordChange = operationsFor<AuthServices, AuthDomain>()({
  name: 'password.change',
  summary:
    "Changes the caller's password and ends all sessions but, unless told otherwise, this one.",
  on: { http: 'PUT /v1/me/password', socket: true },
  commit: 'own',
  input: z.strictObject({
    present: PasswordText,
    password: PasswordText,
    keepCurrent: z.boolean().default(true),
  }),
  output: z.strictObject({
    changed: z.literal(true),
    /** Sessions that were ended. */
    revoked: z.int().nonnegative(),
  }),
  access: ownAccount,
  limit: 'auth.password',
  audit: {
    record: ({ input: { keepCurrent }, subject: id, reply: { revoked } }) => ({
      resource: { kind: 'account', id },
      details: { keepCurrent, revoked },
    }),
  },
  refuses: ['invalid_credentials', 'password_policy'],
  async prepare({ input: wish, caller: { workspaceId, userId }, domain, refuse }) {
    const verdict = await domain.provePassword(workspaceId, userId, wish);
    if (verdict.kind === 'wrong') return refuse('invalid_credentials');
    if (verdict.kind === 'weak') return refuse('password_policy', { rules: verdict.rules });
    return verdict.proof;
  },
  async handle(call) {
    const { input, caller, subject: userId, services, prepared: proof, now, refuse } = call;
    const but = input.keepCurrent ? caller.sessionId : null;
    const ended = await services.passwords.apply(userId, proof, now, but);
    if (!ended) return refuse('invalid_credentials');
    return reply({ changed: true as const, revoked: ended.length }, ...endedSessions(ended));
  },
});
