/** What roles of a workspace's own making add: within their scope, to who could have it, and never past what denies. */
import type { ChannelId } from '../contract/index.ts';
import type { ChannelPermission, ChannelRule } from './policy.ts';
import type { RoleRow } from './role-store.ts';
import type { CustomRole, Standing, WorkspaceStanding } from './standing.ts';

/** Either of them in a channel that the role names opens the channel to who is not in it. */
export const OPENS = ['channel.read', 'message.read'] as const satisfies ChannelPermission[];
/** What a role that reaches reports alone may carry. */
export const OF_REPORTS = ['report.read', 'report.handle'] as const satisfies ChannelPermission[];

type Reach = Pick<RoleRow, 'scope' | 'permissions' | 'channelIds'>;

/** The role that carries the permission in the workspace as a whole; null where none does. */
export function carriesInWorkspace(
  { customRoles }: WorkspaceStanding,
  permission: string,
): CustomRole | null {
  const carries = (role: CustomRole) =>
    role.scope === 'workspace' && role.permissions.includes(permission);
  return customRoles?.find(carries) ?? null;
}

/**
 * The role that carries the permission in the channel of the standing; null where none does. What takes being in the
 * channel, no role gives to who is not; and a direct channel is its people, whom no role adds to.
 */
export function carriesInChannel(
  { customRoles, channelRole, kind }: Standing,
  permission: ChannelPermission,
  rule: ChannelRule,
): CustomRole | null {
  if (!customRoles || (kind === 'direct' && !rule.whereUnseen)) return null;
  if (channelRole === null && rule.workspace.length === 0) return null;
  const isOfReports = (OF_REPORTS as readonly string[]).includes(permission);
  const carries = (role: CustomRole) =>
    role.permissions.includes(permission) && (role.scope !== 'reports' || isOfReports);
  return customRoles.find(carries) ?? null;
}

/** The role that names the channel and makes it visible to who would not see it. */
export function opens({ customRoles, kind }: Standing): CustomRole | null {
  if (!customRoles || kind === 'direct') return null;
  const lets = ({ scope, permissions }: CustomRole) =>
    scope === 'channels' && OPENS.some((permission) => permissions.includes(permission));
  return customRoles.find(lets) ?? null;
}

const letting = ({ permissions }: Reach) => OPENS.filter((one) => permissions.includes(one));

/** The channels in which a role that was the one and is the other lets its holders read what it did not before. */
export function newlyOpened(before: Reach, after: Reach): readonly ChannelId[] {
  if (after.scope !== 'channels') return [];
  const isMore = letting(after).some((permission) => !before.permissions.includes(permission));
  return after.channelIds.filter(
    (id) => (isMore || !before.channelIds.includes(id)) && letting(after).length > 0,
  );
}

/** Whether it lets who would not see public channels read there, and did not as it was before (null: it was not held). */
export function opensPublic(before: Reach | null, after: Reach): boolean {
  if (after.scope !== 'workspace') return false;
  const had = before?.scope === 'workspace' ? letting(before) : [];
  return letting(after).some((permission) => !had.includes(permission));
}

/** Whether a role gives its holder a say about others in the channel: then it reaches as far as members. */
export function givesASay(standing: Standing, about: readonly string[]): boolean {
  return (
    standing.kind !== 'direct' &&
    standing.customRoles?.some(({ scope, permissions }) => {
      return scope !== 'reports' && permissions.some((permission) => about.includes(permission));
    }) === true
  );
}
