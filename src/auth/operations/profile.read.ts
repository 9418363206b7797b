/** Tells callers who they are here: their own account, and nobody else's. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { UserId, WorkspaceId, WorkspaceRole } from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

export const profileRead = operationsFor<AuthServices, AuthDomain>()({
  name: 'profile.read',
  summary: "The caller's own account and the workspace that it belongs to.",
  on: { http: 'GET /v1/me', socket: true },
  commit: 'read',
  input: z.strictObject({}),
  output: z.strictObject({
    userId: UserId,
    /** Null, like the e-mail, where what is stored does not open under the caller's key. */
    displayName: z.string().nullable(),
    email: z.string().nullable(),
    /** Whether its owner has proved to read its mail. */
    emailVerified: z.boolean(),
    role: WorkspaceRole,
    workspace: z.strictObject({ id: WorkspaceId, slug: z.string(), name: z.string() }),
  }),
  access: signedIn(),
  limit: 'read',
  audit: { skip: "reads no other person's data" },
  refuses: [],
  async handle({ caller: { userId, workspaceId }, subject: { workspaceRole: role }, services }) {
    const { displayName, email, emailVerified } = await services.ownProfile(userId);
    const { slug, name } = await services.workspace();
    return reply({
      userId,
      displayName,
      email,
      emailVerified,
      role,
      workspace: { id: workspaceId, slug, name },
    });
  },
});
