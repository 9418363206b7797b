/** Answers whether a standing carries a permission, from the policy tables alone. */
import type { ChannelRole, WorkspaceRole } from '../contract/index.ts';
import {
  CHANNEL_PERMISSIONS,
  CHANNEL_POLICY,
  CHANNEL_RANK,
  STAFF_REACH,
  WORKSPACE_POLICY,
  type ChannelPermission,
  type ChannelRule,
  type Standing,
  type WorkspacePermission,
} from './policy.ts';

/** True when the workspace role holds the permission anywhere in the workspace. */
export function mayInWorkspace(role: WorkspaceRole, permission: WorkspacePermission): boolean {
  const held: readonly WorkspacePermission[] = WORKSPACE_POLICY[role];
  return held.includes(permission);
}

/**
 * True when whoever holds the one role holds everything that the other carries: nobody grants, takes away or overrules
 * what they lack.
 */
export function covers(held: WorkspaceRole, other: WorkspaceRole): boolean {
  return WORKSPACE_POLICY[other].every((permission) => mayInWorkspace(held, permission));
}

/** True when the channel exists for this person: they are in it, or it is public and they may see channels. */
export function sees({ workspaceRole, channelRole, kind }: Standing): boolean {
  if (channelRole !== null) return true;
  return kind === 'public' && mayInWorkspace(workspaceRole, 'channel.read');
}

/** True when the person sees the channel and holds the permission there. */
export function mayInChannel(standing: Standing, permission: ChannelPermission): boolean {
  const rule: ChannelRule = CHANNEL_POLICY[permission];
  const { workspaceRole, channelRole, historyPolicy } = standing;
  if (!sees(standing)) return false;
  if (rule.needs !== null && !mayInWorkspace(workspaceRole, rule.needs)) return false;
  if (channelRole !== null && rule.channel.includes(channelRole)) return true;
  if (rule.whereHistoryIsOpen && historyPolicy !== 'all') return false;
  return rule.workspace.includes(workspaceRole);
}

/** The same, leaving aside whether the person is in the channel: what staff may do in any channel they can see. */
export function mayFromOutside(standing: Standing, permission: ChannelPermission): boolean {
  return mayInChannel({ ...standing, channelRole: null }, permission);
}

/** Everything the standing carries, in the order of the policy. */
export function channelPermissions(standing: Standing): readonly ChannelPermission[] {
  return CHANNEL_PERMISSIONS.filter((permission) => mayInChannel(standing, permission));
}

/** True when somebody of this standing may give, or take, the role: never one above what they hold. */
export function mayBestow(standing: Standing, role: ChannelRole): boolean {
  return reaches(standing, role, STAFF_REACH.bestow);
}

/** True when somebody of this standing may remove a member of that role. */
export function mayRemove(standing: Standing, role: ChannelRole): boolean {
  return reaches(standing, role, STAFF_REACH.remove);
}

function reaches(
  { workspaceRole, channelRole }: Standing,
  role: ChannelRole,
  asStaff: Partial<Record<WorkspaceRole, ChannelRole>>,
): boolean {
  const held = [channelRole, asStaff[workspaceRole] ?? null];
  return held.some((one) => one !== null && CHANNEL_RANK[role] <= CHANNEL_RANK[one]);
}
