/** Takes an invitation back before anybody registered with it: the own ones, or any for who administers accounts. */
import { z } from 'zod';
import { mayInWorkspace, onServer } from '../../access/index.ts';
import { InvitationId } from '../../contract/index.ts';
import { operationsFor, Refusal, reply, type Access, type Actor } from '../../kernel/index.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

const input = z.strictObject({ invitationId: InvitationId });
type Input = z.output<typeof input>;

const inviting = onServer('user.invite');

/** Whether it is still open is decided when it is taken back. */
const madeOrAdministered: Access<Input, Actor, InvitationId, AuthServices> = {
  ...inviting,
  describe: `${inviting.describe}, about an invitation of their own; of others with user.write`,
  about: ({ invitationId: id }) => ({ kind: 'invitation', id }),
  async resolve(request) {
    const role = await inviting.resolve(request);
    const { invitationId } = request.input;
    const { caller, services } = request;
    const found = await services.invitations.one(invitationId);
    const isOwn = found?.invitedBy === caller.userId;
    if (!found || !(isOwn || mayInWorkspace(role, 'user.write'))) throw new Refusal('not_found');
    return invitationId;
  },
};

export const invitationRevoke = operationsFor<AuthServices, AuthDomain>()({
  name: 'invitation.revoke',
  summary: 'Takes back an invitation that nobody has registered with yet.',
  on: { http: 'DELETE /v1/invitations/:invitationId', socket: true },
  commit: 'own',
  input,
  output: z.strictObject({ id: InvitationId, revoked: z.literal(true) }),
  access: madeOrAdministered,
  limit: 'state.write',
  audit: { record: ({ subject: id }) => ({ resource: { kind: 'invitation', id } }) },
  refuses: [],
  async handle({ subject: id, caller, services, now, refuse }) {
    if (!(await services.invitations.revoke(id, caller.userId, now))) refuse('not_found');
    return reply({ id, revoked: true as const });
  },
});
