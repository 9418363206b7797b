/** Tells callers what they may do, from the same tables that decide it. */
import { z } from 'zod';
import { ChannelId, ChannelRole, WorkspaceRole } from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import { channelPermissions, sees } from '../decide.ts';
import { signedIn } from '../declare.ts';
import { WORKSPACE_POLICY } from '../policy.ts';
import type { AccessServices } from '../services.ts';

const input = z.strictObject({ channelId: ChannelId.optional() });
type Input = z.output<typeof input>;

export const roleDescribe = operationsFor<AccessServices, unknown>()({
  name: 'role.describe',
  summary:
    "The caller's role and effective permissions in the workspace, and in a channel if one is named.",
  on: { http: 'GET /v1/me/role', socket: true },
  commit: 'read',
  input,
  output: z.strictObject({
    role: WorkspaceRole,
    permissions: z.array(z.string()),
    channel: z
      .strictObject({
        id: ChannelId,
        role: ChannelRole.nullable(),
        permissions: z.array(z.string()),
      })
      .nullable(),
  }),
  access: {
    ...signedIn(),
    about: ({ channelId: id }: Input) => ({ kind: 'channel', id: id ?? null }),
  },
  limit: 'read',
  audit: { skip: 'reads only what the caller holds' },
  refuses: [],
  async handle({ input, caller, subject: role, services, refuse }) {
    const permissions = [...WORKSPACE_POLICY[role]];
    const { channelId } = input;
    if (channelId === undefined) return reply({ role, permissions, channel: null });
    const standing = await services.standings.inChannel(caller.userId, channelId);
    if (!standing || !sees(standing)) return refuse('not_found');
    const held = [...channelPermissions(standing)];
    const channel = { id: channelId, role: standing.channelRole, permissions: held };
    return reply({ role, permissions, channel });
  },
});
