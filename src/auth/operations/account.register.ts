/** Makes an account. The answer and the work are the same whether or not the e-mail already has one. */
import { z } from 'zod';
import { bySlug, open } from '../../access/index.ts';
import { DISPLAY_NAME_CHARACTERS, type UserId } from '../../contract/index.ts';
import {
  operationsFor,
  reply,
  type Access,
  type Caller,
  type WorkspaceHint,
} from '../../kernel/index.ts';
import { Email } from '../email.ts';
import { readToken } from '../opaque-token.ts';
import { PasswordText } from '../passwords.ts';
import type { AuthDomain, AuthServices } from '../services.ts';
import { Slug } from '../workspaces.ts';

/** Neither control characters nor marks that turn the reading direction of what stands beside the name. */
const PLAIN = /^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]+$/u;

const input = z.strictObject({
  workspace: Slug.optional(),
  email: Email,
  password: PasswordText,
  displayName: z.string().trim().normalize('NFC').max(DISPLAY_NAME_CHARACTERS).regex(PLAIN),
  invitation: z.string().max(200).optional(),
});
type Input = z.output<typeof input>;

/** An invitation carries its workspace, so that its holder need not know the slug. */
function hint({ workspace, invitation }: Input): WorkspaceHint {
  const invited = invitation === undefined ? null : readToken('ci1', invitation);
  return workspace === undefined && invited
    ? { by: 'id', id: invited.workspaceId, otherwise: 'registration_closed' }
    : bySlug(workspace);
}

/** The subject is the id that the account gets if there is to be one: the audit row is about it either way. */
const newcomer: Access<Input, Caller, UserId, AuthServices> = {
  ...open('registering is how one gets an account', hint),
  resolve: ({ services }) => Promise.resolve(services.newUserId()),
};

export const accountRegister = operationsFor<AuthServices, AuthDomain>()({
  name: 'account.register',
  summary: 'Asks for an account; the answer does not tell whether the e-mail had one already.',
  on: { http: 'POST /v1/accounts' },
  status: 202,
  commit: 'own',
  input,
  output: z.strictObject({ accepted: z.literal(true) }),
  access: newcomer,
  limit: 'auth.register',
  audit: {
    record: ({ input: { invitation }, subject: id }) => ({
      resource: { kind: 'account', id },
      details: { invited: invitation !== undefined },
    }),
  },
  refuses: ['registration_closed', 'password_policy'],
  async prepare({ input: application, caller, domain, now, refuse }) {
    const admission = await domain.admit(caller.workspaceId, application, now);
    if (admission.kind === 'closed') return refuse('registration_closed');
    if (admission.kind === 'weak') return refuse('password_policy', { rules: admission.rules });
    return admission.password;
  },
  async handle({ input: application, subject: id, services, prepared: password, now, refuse }) {
    const accepted = await services.register({ id, application, password, at: now });
    return accepted ? reply({ accepted }) : refuse('registration_closed');
  },
});
