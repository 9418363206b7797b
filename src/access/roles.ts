/** Who may define, give and take roles of a workspace's own making: nobody what they do not hold themselves. */
import { z } from 'zod';
import {
  ChannelId,
  ROLE_CHANNELS,
  RoleId,
  RoleName,
  RoleScope,
  type UserId,
} from '../contract/index.ts';
import { Refusal } from '../kernel/index.ts';
import { OF_REPORTS } from './custom-roles.ts';
import { mayInChannel, mayInWorkspace, sees } from './decide.ts';
import {
  CHANNEL_PERMISSIONS,
  WORKSPACE_PERMISSIONS,
  type ChannelPermission,
  type WorkspacePermission,
} from './policy.ts';
import type { RoleRow } from './role-store.ts';
import type { AccessServices } from './services.ts';
import type { WorkspaceStanding } from './standing.ts';

/** Whoever administers accounts defines roles and gives them, as far as they hold what is in them. */
export const OF_ROLES = 'user.administer' satisfies WorkspacePermission;

/** Of the workspace and of channels; some names are of both, and stand for both. */
export const PERMISSIONS = [...new Set<string>([...WORKSPACE_PERMISSIONS, ...CHANNEL_PERMISSIONS])];
const isOfWorkspace = (name: string): name is WorkspacePermission =>
  (WORKSPACE_PERMISSIONS as readonly string[]).includes(name);
const isOfChannel = (name: string): name is ChannelPermission =>
  (CHANNEL_PERMISSIONS as readonly string[]).includes(name);

const isUnique = (all: readonly string[]) => new Set(all).size === all.length;

/** What a role is, as it is defined. */
export const ROLE_SHAPE = {
  name: RoleName,
  permissions: z.array(z.enum(PERMISSIONS)).min(1).max(PERMISSIONS.length).refine(isUnique),
  scope: RoleScope,
  /** Those that a role of that scope names: some there, none elsewhere. */
  channelIds: z.array(ChannelId).max(ROLE_CHANNELS).refine(isUnique),
} as const;

/** What a role is, as it is shown. */
export const Role = z.strictObject({
  id: RoleId,
  name: RoleName,
  permissions: z.array(z.string()),
  scope: RoleScope,
  channelIds: z.array(ChannelId),
});

type Definition = Omit<RoleRow, 'id' | 'name'>;

/** Any channel that one is not in: who holds something there holds it wherever they see a channel. */
const ANYWHERE = {
  channelRole: null,
  kind: 'public',
  historyPolicy: 'all',
  readOnly: false,
} as const;

/** Refuses `invalid_input` for a role whose parts do not go together. */
export function refuseUnfit({ scope, permissions, channelIds }: Definition): void {
  const isMeant = (name: string) => {
    if (scope === 'reports') return (OF_REPORTS as readonly string[]).includes(name);
    return scope === 'workspace' || isOfChannel(name);
  };
  const detail = [
    ...(permissions.every(isMeant) ? [] : [{ path: 'permissions', problem: 'not_of_this_scope' }]),
    ...((scope === 'channels') === channelIds.length > 0
      ? []
      : [{ path: 'channelIds', problem: 'not_of_this_scope' }]),
  ];
  if (detail.length > 0) throw new Refusal('invalid_input', { detail });
}

/**
 * Holds the channels and then the accounts of the caller and of `others`, and decides anew: whoever waited may have
 * lost what they held. Gives what the caller holds in the workspace.
 */
export async function hold(
  { roles, standings }: AccessServices,
  callerId: UserId,
  channelIds: readonly ChannelId[],
  others: readonly UserId[] = [],
): Promise<WorkspaceStanding> {
  await roles.holdChannels(channelIds);
  await roles.holdAccounts([callerId, ...others]);
  const holds = await standings.inWorkspace(callerId);
  if (holds === null) throw new Refusal('unauthenticated');
  if (!mayInWorkspace(holds, OF_ROLES)) throw new Refusal('forbidden');
  return holds;
}

/**
 * Refuses `forbidden` where the caller does not hold all that the role carries, in all of its scope; `not_found` for a
 * channel that is not there for them, and `invalid_input` for a direct one, which is its people.
 */
export async function refuseUnheld(
  { standings }: AccessServices,
  callerId: UserId,
  holds: WorkspaceStanding,
  role: Definition,
): Promise<void> {
  if (role.scope !== 'channels') {
    if (!holdsEverywhere(holds, role)) throw new Refusal('forbidden');
    return;
  }
  const found = await standings.inChannels(callerId, role.channelIds);
  for (const id of role.channelIds) {
    const standing = found.get(id);
    if (!standing || !sees(standing)) throw new Refusal('not_found');
    if (standing.kind === 'direct')
      throw new Refusal('invalid_input', {
        detail: [{ path: 'channelIds', problem: 'direct_channel' }],
      });
    const lacks = (name: string) => !isOfChannel(name) || !mayInChannel(standing, name);
    if (role.permissions.some(lacks)) throw new Refusal('forbidden');
  }
}

/**
 * Refuses `forbidden` to take what is above the caller. Whatever opens channels they may always take: it is given by
 * who is in them, and must not outlive them.
 */
export function refuseAbove(holds: WorkspaceStanding, role: Definition): void {
  if (role.scope !== 'channels' && !holdsEverywhere(holds, role)) throw new Refusal('forbidden');
}

/** Of one that reaches further than to named channels. */
function holdsEverywhere(holds: WorkspaceStanding, { scope, permissions }: Definition): boolean {
  return permissions.every(
    (name) =>
      (scope === 'reports' || !isOfWorkspace(name) || mayInWorkspace(holds, name)) &&
      (!isOfChannel(name) || mayInChannel({ ...holds, ...ANYWHERE }, name)),
  );
}

/** Whether anybody who held the one would lack something with the other. */
export function isNarrower(before: Definition, after: Definition): boolean {
  const keeps = (all: readonly string[], rest: readonly string[]) =>
    all.every((one) => rest.includes(one));
  return (
    before.scope !== after.scope ||
    !keeps(before.permissions, after.permissions) ||
    !keeps(before.channelIds, after.channelIds)
  );
}

/** Refuses `invalid_input` for a name that another role has. */
export function refuseTaken(named: RoleId | null, id: RoleId | null = null): void {
  if (named !== null && named !== id)
    throw new Refusal('invalid_input', { detail: [{ path: 'name', problem: 'taken' }] });
}

/** What the trail says a role is from then on. */
export const roleRecorded = {
  record: ({ reply: { id, ...role } }: { readonly reply: z.output<typeof Role> }) => ({
    resource: { kind: 'role', id } as const,
    details: {
      name: role.name,
      scope: role.scope,
      permissions: role.permissions.join(' '),
      ...(role.channelIds.length > 0 && { channels: role.channelIds.join(' ') }),
    },
  }),
};
