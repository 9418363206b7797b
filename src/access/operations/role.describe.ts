/** Tells what somebody may do, from the same tables that decide it: callers of themselves, and who gives roles of others. */
import { z } from 'zod';
import {
  ChannelId,
  ChannelRole,
  RoleName,
  RoleScope,
  UserId,
  WorkspaceRole,
} from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import { channelPermissions, mayInWorkspace, sees, workspacePermissions } from '../decide.ts';
import { signedIn } from '../declare.ts';
import { OF_ROLES } from '../roles.ts';
import type { AccessServices } from '../services.ts';
import type { WorkspaceStanding } from '../standing.ts';

const input = z.strictObject({
  channelId: ChannelId.optional(),
  /** Of somebody else, for who administers accounts; of the caller where it is left out. */
  userId: UserId.optional(),
});
type Input = z.output<typeof input>;
const CustomRoles = z.array(z.strictObject({ name: RoleName, scope: RoleScope }));

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
    /** Roles of the workspace's own making that count in it; they are among what gives `permissions`. */
    customRoles: CustomRoles,
    channel: z
      .strictObject({
        id: ChannelId,
        role: ChannelRole.nullable(),
        permissions: z.array(z.string()),
        /** Those that count in the channel. */
        customRoles: CustomRoles,
      })
      .nullable(),
  }),
  access: {
    ...signedIn(),
    about: ({ channelId: id }: Input) => ({ kind: 'channel', id: id ?? null }),
  },
  limit: 'read',
  audit: {
    record: ({ input: { userId, channelId } }) =>
      userId === undefined
        ? null
        : {
            resource: { kind: 'account', id: userId },
            subjectId: userId,
            details: { channel: channelId ?? null },
          },
  },
  refuses: [],
  async handle({ input, caller, subject, services: { standings }, refuse }) {
    const { channelId, userId = caller.userId } = input;
    if (input.userId !== undefined && !mayInWorkspace(subject, OF_ROLES)) refuse('forbidden');
    const holds = userId === caller.userId ? subject : await standings.inWorkspace(userId);
    if (holds === null) return refuse('not_found');
    const own = {
      role: holds.workspaceRole,
      permissions: [...workspacePermissions(holds)],
      customRoles: shown(holds),
    };
    if (channelId === undefined) return reply({ ...own, channel: null });
    const standing = await standings.inChannel(userId, channelId);
    if (!standing || !sees(standing)) return refuse('not_found');
    const permissions = [...channelPermissions(standing)];
    const channel = { id: channelId, role: standing.channelRole, permissions };
    return reply({ ...own, channel: { ...channel, customRoles: shown(standing) } });
  },
});

function shown({ customRoles }: WorkspaceStanding) {
  return (customRoles ?? []).map(({ name, scope }) => ({ name, scope }));
}
