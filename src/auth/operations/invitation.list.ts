/** Shows invitations that can still be redeemed: to everybody their own, to who administers accounts all; never a code. */
import { z } from 'zod';
import { mayInWorkspace, onServer } from '../../access/index.ts';
import {
  InvitationId,
  PAGE_ENTRIES,
  Timestamp,
  UserId,
  WorkspaceRole,
} from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

export const invitationList = operationsFor<AuthServices, AuthDomain>()({
  name: 'invitation.list',
  summary:
    'Invitations that can still be redeemed, the newest first: the own ones, or all for admins.',
  on: { http: 'GET /v1/invitations', socket: true },
  commit: 'read',
  input: z.strictObject({
    /** The last id of the page before. */
    after: InvitationId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({
    invitations: z.array(
      z.strictObject({
        id: InvitationId,
        role: WorkspaceRole,
        /** Null: the operator of the server. */
        invitedBy: UserId.nullable(),
        /** Whether it is good for one address only. */
        bound: z.boolean(),
        createdAt: Timestamp,
        expiresAt: Timestamp,
      }),
    ),
    /** Where the next page begins, as its `after`; null on the last. */
    next: InvitationId.nullable(),
  }),
  access: onServer('user.invite'),
  limit: 'read',
  audit: { skip: 'tells of no person but who invited, and no code' },
  refuses: [],
  async handle({ input: { after, limit }, subject: role, caller, services, now }) {
    const invitedBy = mayInWorkspace(role, 'user.write') ? null : caller.userId;
    const query = { at: now, invitedBy, before: after ?? null, limit: limit + 1 };
    const found = await services.invitations.open(query);
    const invitations = found
      .slice(0, limit)
      .map(({ emailDigest, createdAt, expiresAt, ...rest }) => ({
        ...rest,
        bound: emailDigest !== null,
        createdAt: createdAt.getTime(),
        expiresAt: expiresAt.getTime(),
      }));
    return reply({
      invitations,
      next: found.length > limit ? (invitations.at(-1)?.id ?? null) : null,
    });
  },
});
