/** Signs in with e-mail and password. Whatever is wrong, the answer and the work are the same. */
import { z } from 'zod';
import { bySlug, open } from '../../access/index.ts';
import { Delivery } from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import { Email, sameAddress } from '../email.ts';
import { DeviceToken } from '../known-devices.ts';
import { PasswordText } from '../passwords.ts';
import type { AuthDomain, AuthServices } from '../services.ts';
import { GrantOnWire } from '../sessions.ts';
import { Slug } from '../workspaces.ts';

const input = z.strictObject({
  workspace: Slug.optional(),
  email: Email,
  password: PasswordText,
  /** A name for the list of one's sessions, e.g. `Laptop`. */
  device: z.string().trim().max(100).optional(),
  /** From the last time this account was opened here: strangers who try its password do not keep its bearer out. */
  deviceToken: DeviceToken.optional(),
  delivery: Delivery.default('body'),
});

export const sessionOpen = operationsFor<AuthServices, AuthDomain>()({
  name: 'session.open',
  summary: 'Signs in: an access token, and a refresh token to renew it with.',
  on: { http: 'POST /v1/sessions' },
  status: 201,
  commit: 'own',
  input,
  output: GrantOnWire.extend({
    /** Keep it beside the refresh token, also after signing out, and show it when signing in to this account again. */
    deviceToken: z.string(),
  }),
  access: open(
    'signing in is how a caller stops being anonymous',
    ({ workspace }: z.output<typeof input>) => bySlug(workspace),
  ),
  cookie: { writes: true },
  limit: 'auth.login',
  limitBy: ({ email }) => sameAddress(email),
  known: {
    limit: 'auth.login.known',
    by: ({ input: { email, deviceToken }, caller: { workspaceId }, domain, now }) =>
      domain.recogniseDevice({ workspaceId, email }, deviceToken, now),
  },
  audit: {
    record: ({ reply: { userId, sessionId } }) => ({
      resource: { kind: 'session', id: sessionId },
      actorId: userId,
    }),
  },
  refuses: ['invalid_credentials', 'origin_not_allowed'],
  async prepare({ input: claim, caller, domain, refuse }) {
    return (await domain.prove(caller.workspaceId, claim)) ?? refuse('invalid_credentials');
  },
  async handle({ input, caller: { origin }, services, prepared: proof, now, refuse }) {
    const { device, email, deviceToken: shown } = input;
    const { address, userAgent } = origin;
    const from = { name: device ?? null, address, userAgent };
    const grant = await services.beginSession(proof, from, now);
    if (!grant) return refuse('invalid_credentials');
    return reply({ ...grant, deviceToken: services.deviceToken(email, shown, now) });
  },
});
