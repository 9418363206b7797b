/** Makes a code with which one person registers; nobody invites to a role that carries more than their own. */
import { z } from 'zod';
import { covers, leftTo, onServer } from '../../access/index.ts';
import { InvitationId, Timestamp, WorkspaceRole } from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import { Email } from '../email.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

const HOUR_MS = 60 * 60 * 1_000;
/** A month: what lies longer in somebody's mail is forgotten, not meant. */
const LONGEST_HOURS = 30 * 24;

export const invitationCreate = operationsFor<AuthServices, AuthDomain>()({
  name: 'invitation.create',
  summary: 'Makes a code with which one person registers. It is shown in this answer only.',
  on: { http: 'POST /v1/invitations', socket: true },
  status: 201,
  commit: 'own',
  input: z.strictObject({
    role: WorkspaceRole.exclude(['system']),
    expiresInHours: z.int().min(1).max(LONGEST_HOURS).default(24),
    /** The only address that may register with it. */
    email: Email.optional(),
  }),
  output: z.strictObject({
    id: InvitationId,
    code: z.string(),
    role: WorkspaceRole,
    expiresAt: Timestamp,
    /** Whether it is good for one address only. */
    bound: z.boolean(),
  }),
  access: onServer('user.invite'),
  limit: 'state.write',
  audit: {
    record: ({ input: { role, expiresInHours }, reply: { id, bound } }) => ({
      resource: { kind: 'invitation', id },
      details: { role, expiresInHours, bound },
    }),
  },
  refuses: ['restricted_by_workspace', 'registration_closed'],
  async handle({ input, subject: own, caller, services, now, refuse }) {
    const { role, expiresInHours, email } = input;
    const { whoInvites, registration } = await services.workspace();
    if (!leftTo(whoInvites, own.workspaceRole)) refuse('restricted_by_workspace');
    if (!covers(own, { workspaceRole: role })) refuse('forbidden');
    if (registration === 'closed') refuse('registration_closed'); // the code would be worth nothing
    const validMs = expiresInHours * HOUR_MS;
    const { id, code, expiresAt } = await services.invitations.make({
      ...{ role, email, validMs, at: now },
      invitedBy: caller.userId,
    });
    const bound = email !== undefined;
    return reply({ id, code, role, expiresAt: expiresAt.getTime(), bound });
  },
});
