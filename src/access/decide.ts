/** Answers whether a standing carries a permission, and by which rule, from the policy tables alone. */
import type { ChannelRole, RoleName, WorkspaceRole } from '../contract/index.ts';
import { carriesInChannel, carriesInWorkspace, givesASay, opens, OPENS } from './custom-roles.ts';
import {
  CHANNEL_PERMISSIONS,
  CHANNEL_POLICY,
  WORKSPACE_PERMISSIONS,
  WORKSPACE_POLICY,
  type ChannelPermission,
  type ChannelRule,
  type WorkspacePermission,
} from './policy.ts';
import {
  CHANNEL_RANK,
  STAFF_REACH,
  type CustomRole,
  type Standing,
  type WorkspaceStanding,
} from './standing.ts';

/** Every rule there is, as it is told to people. */
export const RULES = {
  'account-not-active': 'The account is locked or deactivated: nothing is allowed to it.',
  'open-to-all': 'Anyone may call it.',
  'signed-in': 'Everybody with an account may call it, about themselves.',
  'workspace-role': 'The role in the workspace carries the permission.',
  'workspace-role-lacks': 'The role in the workspace does not carry the permission.',
  'channel-not-seen':
    'Not in the channel, which is not public or not to be seen by the role in the workspace.',
  banned: 'Banned from the channel, which is then as if it were not there.',
  'custom-role':
    'A role of the workspace’s own making carries the permission, and reaches as far as this.',
  'direct-channel': 'A direct channel is its people: nobody comes or goes, and nobody changes it.',
  'workspace-role-forbids':
    'The role in the workspace lacks what this takes whatever the role in the channel.',
  'channel-role': 'The role in the channel carries the permission.',
  'override-denies': 'In this channel it is denied to the person, or to their role: that wins.',
  'override-allows': 'In this channel it is allowed to the person, or to their role.',
  'channel-read-only': 'In a read-only channel only its owners and moderators write.',
  'history-since-join': 'The history is for who has joined.',
  'workspace-role-in-channel':
    'The role in the workspace carries the permission in every channel that it sees.',
  'no-role-carries-it':
    'Neither the role in the channel nor the one in the workspace carries the permission.',
} as const;

export type RuleName = keyof typeof RULES;

/** A decision with the rule that made it. */
export interface Verdict {
  readonly allowed: boolean;
  readonly rule: RuleName;
  /** What the custom role is called that decided, where one did. */
  readonly customRole?: RoleName;
}

/** Made once: decisions are made for each event and each frame. */
const verdict = (allowed: boolean, rule: RuleName): Verdict => Object.freeze({ allowed, rule });
const HELD = verdict(true, 'workspace-role');
const LACKED = verdict(false, 'workspace-role-lacks');
const UNSEEN = verdict(false, 'channel-not-seen');
const BANNED = verdict(false, 'banned');
const DIRECT = verdict(false, 'direct-channel');
const FORBIDDEN = verdict(false, 'workspace-role-forbids');
const BY_CHANNEL_ROLE = verdict(true, 'channel-role');
const DENIED = verdict(false, 'override-denies');
const ALLOWED = verdict(true, 'override-allows');
const READ_ONLY = verdict(false, 'channel-read-only');
const HISTORY_CLOSED = verdict(false, 'history-since-join');
const BY_WORKSPACE_ROLE = verdict(true, 'workspace-role-in-channel');
const NO_ROLE = verdict(false, 'no-role-carries-it');

/** Whether the person holds the permission anywhere in the workspace, and by which rule. */
export function judgeInWorkspace(
  standing: WorkspaceStanding,
  permission: WorkspacePermission,
): Verdict {
  const held: readonly WorkspacePermission[] = WORKSPACE_POLICY[standing.workspaceRole];
  if (held.includes(permission)) return HELD;
  const role = carriesInWorkspace(standing, permission);
  return role ? byCustomRole(role) : LACKED;
}

export function mayInWorkspace(
  standing: WorkspaceStanding,
  permission: WorkspacePermission,
): boolean {
  return judgeInWorkspace(standing, permission).allowed;
}

/** Everything that the person holds in the workspace, in the order of the policy. */
export function workspacePermissions(standing: WorkspaceStanding): readonly WorkspacePermission[] {
  return WORKSPACE_PERMISSIONS.filter((permission) => mayInWorkspace(standing, permission));
}

/** Where nobody is by a role of their own: a channel that one sees, and one that one does not. */
const OUTSIDE = [
  { channelRole: null, kind: 'public', historyPolicy: 'all', readOnly: false },
  { channelRole: null, kind: 'private', historyPolicy: 'since-join', readOnly: false },
] as const;

/**
 * True when the one holds everything that the other does by what they are in the workspace, there and in its channels,
 * and reaches over as many there: nobody grants, takes away or overrules what they lack.
 */
export function covers(held: WorkspaceStanding, other: WorkspaceStanding): boolean {
  const [own, theirs] = [everywhere(held), everywhere(other)];
  return (
    workspacePermissions(theirs).every((permission) => mayInWorkspace(own, permission)) &&
    OUTSIDE.every((place) =>
      channelPermissions({ ...theirs, ...place }).every((permission) =>
        mayInChannel({ ...own, ...place }, permission),
      ),
    ) &&
    [STAFF_REACH.bestow, STAFF_REACH.remove].every(
      (reach) => rankOf(reach, own.workspaceRole) >= rankOf(reach, theirs.workspaceRole),
    )
  );
}

/** What somebody is wherever they go, without what is theirs in one channel. */
function everywhere({ workspaceRole, customRoles }: WorkspaceStanding): WorkspaceStanding {
  const all = customRoles?.filter(({ scope }) => scope !== 'channels');
  return { workspaceRole, ...(all && { customRoles: all }) };
}

function rankOf(reach: Partial<Record<WorkspaceRole, ChannelRole>>, role: WorkspaceRole): number {
  const highest = reach[role];
  return highest === undefined ? -1 : CHANNEL_RANK[highest];
}

/**
 * True when the channel exists for this person: they are in it, or it is public and they may see channels, or a custom
 * role opens it to them; and they are not banned from it.
 */
export function sees(standing: Standing): boolean {
  if (standing.banned) return false;
  return seesByItself(standing) || opens(standing) !== null;
}

/** Without a role of the workspace's own making that names the channel. */
function seesByItself(standing: Standing): boolean {
  if (standing.channelRole !== null) return true;
  return standing.kind === 'public' && mayInWorkspace(standing, 'channel.read');
}

/** Whether the person sees the channel and holds the permission there, and by which rule. */
export function judgeInChannel(standing: Standing, permission: ChannelPermission): Verdict {
  const rule: ChannelRule = CHANNEL_POLICY[permission];
  const { workspaceRole, channelRole, kind, historyPolicy } = standing;
  if (!sees(standing) && !rule.whereUnseen) return standing.banned ? BANNED : UNSEEN;
  if (rule.notInDirect && kind === 'direct') return DIRECT;
  if (rule.needs !== null && !mayInWorkspace(standing, rule.needs)) return FORBIDDEN;
  const said = standing.overrides?.filter((one) => one.permission === permission) ?? [];
  if (said.some(({ effect }) => effect === 'deny')) return DENIED;
  if (channelRole !== null) {
    if (standing.readOnly && rule.whereReadOnly?.includes(channelRole) === false) return READ_ONLY;
    if (rule.channel.includes(channelRole)) return BY_CHANNEL_ROLE;
    if (said.length > 0) return ALLOWED;
  } else if (rule.whereHistoryIsOpen && historyPolicy !== 'all') return HISTORY_CLOSED;
  // What a custom role opens, it opens for what it carries: no other role counts there for who is not in it.
  const byItself = rule.whereUnseen === true || seesByItself(standing);
  if (byItself && rule.workspace.includes(workspaceRole)) return BY_WORKSPACE_ROLE;
  const role = carriesInChannel(standing, permission, rule);
  return role ? byCustomRole(role) : NO_ROLE;
}

function byCustomRole({ name }: CustomRole): Verdict {
  return { allowed: true, rule: 'custom-role', customRole: name };
}

export function mayInChannel(standing: Standing, permission: ChannelPermission): boolean {
  return judgeInChannel(standing, permission).allowed;
}

/** The same, leaving aside whether the person is in the channel: what staff may do in any channel they can see. */
export function mayFromOutside(standing: Standing, permission: ChannelPermission): boolean {
  return mayInChannel({ ...standing, channelRole: null }, permission);
}

/** Whether it is a role of the workspace's own making that lets the person see the channel, or read in it. */
export function isLetInByRole(standing: Standing): boolean {
  return OPENS.some((permission) => judgeInChannel(standing, permission).rule === 'custom-role');
}

/** Everything the standing carries, in the order of the policy. */
export function channelPermissions(standing: Standing): readonly ChannelPermission[] {
  return CHANNEL_PERMISSIONS.filter((permission) => mayInChannel(standing, permission));
}

/** True when somebody of this standing may give, or take, the role: never one above what they hold. */
export function mayBestow(standing: Standing, role: ChannelRole): boolean {
  return reaches(standing, role, STAFF_REACH.bestow, [
    'member.add',
    'member.set-role',
    'override.set',
  ]);
}

/** True when somebody of this standing may remove a member of that role. */
export function mayRemove(standing: Standing, role: ChannelRole): boolean {
  return reaches(standing, role, STAFF_REACH.remove, [
    'member.remove',
    'member.mute',
    'member.ban',
  ]);
}

/**
 * True when somebody of this standing may mute, ban or remove somebody of those roles, of whom `channelRole` is null
 * outside the channel: nobody above them in it, and no staff of the workspace but by those who hold as much.
 */
export function mayRestrict(
  standing: Standing,
  other: WorkspaceStanding & Pick<Standing, 'channelRole'>,
): boolean {
  const isStaff = Object.hasOwn(STAFF_REACH.remove, other.workspaceRole);
  if (isStaff && !covers(standing, other)) return false;
  return mayRemove(standing, other.channelRole ?? 'guest');
}

function reaches(
  standing: Standing,
  role: ChannelRole,
  asStaff: Partial<Record<WorkspaceRole, ChannelRole>>,
  about: readonly ChannelPermission[],
): boolean {
  const { workspaceRole, channelRole } = standing;
  const asHolder: ChannelRole | null = givesASay(standing, about) ? 'member' : null;
  const held = [channelRole, asStaff[workspaceRole] ?? null, asHolder];
  return held.some((one) => one !== null && CHANNEL_RANK[role] <= CHANNEL_RANK[one]);
}
