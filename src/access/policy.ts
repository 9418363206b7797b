/** Who may do what, as data: nothing here is code that could decide differently at a second place. */
import type { ChannelRole, WorkspaceRole } from '../contract/index.ts';

export const RESOURCES = [
  'channel',
  'message',
  'user',
  'setting',
  'report',
  'audit',
  'incident',
] as const;
export const ACTIONS = ['read', 'write', 'delete', 'administer'] as const;
type Resource = (typeof RESOURCES)[number];
type Action = (typeof ACTIONS)[number];
/**
 * `channel.create` stands apart: a workspace may leave it to its users without letting them write to all channels.
 * Talking to each other (`channel.open-direct`) is not making a place for others, and is held without it.
 * So does `user.find`: whoever invites people must find them, and whoever audits reads accounts without looking
 * for anybody by their address.
 */
export type WorkspacePermission =
  | `${Resource}.${Action}`
  | 'channel.create'
  | 'channel.open-direct'
  | 'user.find'
  /** To let others register; as far as the workspace leaves it to the role, see `leftTo`. */
  | 'user.invite';

export const WORKSPACE_PERMISSIONS = [
  ...RESOURCES.flatMap((resource) => ACTIONS.map((action) => `${resource}.${action}` as const)),
  'channel.create',
  'channel.open-direct',
  'user.find',
  'user.invite',
] as const satisfies readonly WorkspacePermission[];

export const WORKSPACE_POLICY = {
  admin: WORKSPACE_PERMISSIONS,
  moderator: [
    'channel.read',
    'channel.write',
    'channel.create',
    'channel.open-direct',
    'message.read',
    'message.write',
    'message.delete',
    'user.read',
    'user.find',
    'user.invite',
    'setting.read',
    'report.read',
    'report.write',
  ],
  user: [
    'channel.read',
    'channel.create',
    'channel.open-direct',
    'message.read',
    'message.write',
    'user.read',
    'user.find',
    'user.invite',
    'setting.read',
    'report.write',
  ],
  // Reads what an audit needs, changes nothing.
  auditor: [
    'channel.read',
    'message.read',
    'user.read',
    'setting.read',
    'report.read',
    'audit.read',
    'incident.read',
  ],
  // Sees only the channels it was added to: it lacks channel.read.
  guest: ['message.read', 'message.write'],
  // Jobs act with what each job is given, never with a role.
  system: [],
} as const satisfies Record<WorkspaceRole, readonly WorkspacePermission[]>;

export interface ChannelRule {
  /** Channel roles that hold the permission. */
  readonly channel: readonly ChannelRole[];
  /** Workspace roles that hold it in every channel they can see. */
  readonly workspace: readonly WorkspaceRole[];
  /** The workspace roles hold it only where history is open: elsewhere it takes being in the channel. */
  readonly whereHistoryIsOpen?: true;
  /** In a read-only channel, only these of the channel roles hold it. */
  readonly whereReadOnly?: readonly ChannelRole[];
  /** Nobody holds it in a direct channel, which is its people and nothing else. */
  readonly notInDirect?: true;
  /** The workspace roles hold it in channels, too, that they do not see: what it is about was brought to them. */
  readonly whereUnseen?: true;
  /** What the workspace role must allow in any case: an auditor who is a member still changes nothing. */
  readonly needs: WorkspacePermission | null;
}

const EVERYONE = ['owner', 'moderator', 'member', 'guest'] as const;
const WRITERS = ['owner', 'moderator', 'member'] as const;
const KEEPERS = ['owner', 'moderator'] as const;
const STAFF = ['admin', 'moderator'] as const;
/** A public channel can be looked at, read where its history is open, and joined, by whoever can see channels. */
const VIEWERS = ['admin', 'moderator', 'user', 'auditor'] as const;

export const CHANNEL_POLICY = {
  'channel.read': { channel: EVERYONE, workspace: VIEWERS, needs: null },
  'message.read': {
    channel: EVERYONE,
    workspace: VIEWERS,
    whereHistoryIsOpen: true,
    needs: 'message.read',
  },
  'receipt.mark': { channel: EVERYONE, workspace: [], needs: 'message.read' },
  'message.send': {
    channel: WRITERS,
    workspace: [],
    whereReadOnly: KEEPERS,
    needs: 'message.write',
  },
  'message.edit.own': {
    channel: WRITERS,
    workspace: [],
    whereReadOnly: KEEPERS,
    needs: 'message.write',
  },
  'message.edit.any': { channel: [], workspace: [], needs: 'message.write' },
  'message.edit-history': { channel: KEEPERS, workspace: STAFF, needs: 'message.read' },
  'message.react': { channel: WRITERS, workspace: [], needs: 'message.write' },
  'message.pin': { channel: KEEPERS, workspace: STAFF, needs: 'message.write' },
  'message.delete.own': { channel: WRITERS, workspace: STAFF, needs: 'message.write' },
  'message.delete.any': { channel: KEEPERS, workspace: STAFF, needs: 'message.write' },
  'channel.update': {
    channel: KEEPERS,
    workspace: STAFF,
    notInDirect: true,
    needs: 'message.write',
  },
  // Who may see the channel, and what newcomers may read: for whoever it belongs to.
  'channel.expose': {
    channel: ['owner'],
    workspace: ['admin'],
    notInDirect: true,
    needs: 'message.write',
  },
  'channel.archive': {
    channel: ['owner'],
    workspace: ['admin'],
    notInDirect: true,
    needs: 'message.write',
  },
  'override.set': {
    channel: ['owner'],
    workspace: ['admin'],
    notInDirect: true,
    needs: 'message.write',
  },
  'member.join': {
    channel: [],
    workspace: ['admin', 'moderator', 'user'],
    notInDirect: true,
    needs: 'channel.read',
  },
  'member.leave': { channel: EVERYONE, workspace: [], notInDirect: true, needs: null },
  'member.add': {
    channel: KEEPERS,
    workspace: ['admin'],
    notInDirect: true,
    needs: 'message.write',
  },
  'member.remove': {
    channel: KEEPERS,
    workspace: STAFF,
    notInDirect: true,
    needs: 'message.write',
  },
  'member.set-role': {
    channel: ['owner'],
    workspace: ['admin'],
    notInDirect: true,
    needs: 'message.write',
  },
  'member.mute': {
    channel: KEEPERS,
    workspace: STAFF,
    notInDirect: true,
    needs: 'message.write',
  },
  'member.ban': {
    channel: KEEPERS,
    workspace: STAFF,
    notInDirect: true,
    needs: 'message.write',
  },
  'channel.pace': {
    channel: KEEPERS,
    workspace: STAFF,
    notInDirect: true,
    needs: 'message.write',
  },
  'filter.write': {
    channel: KEEPERS,
    workspace: STAFF,
    notInDirect: true,
    needs: 'message.write',
  },
  'moderation.read': {
    channel: KEEPERS,
    workspace: ['admin', 'moderator', 'auditor'],
    needs: 'message.read',
  },
  'report.create': {
    channel: EVERYONE,
    workspace: ['admin', 'moderator', 'user'],
    whereHistoryIsOpen: true,
    needs: 'message.write',
  },
  'report.read': {
    channel: KEEPERS,
    workspace: ['admin', 'moderator', 'auditor'],
    whereUnseen: true,
    needs: 'message.read',
  },
  'report.handle': {
    channel: KEEPERS,
    workspace: STAFF,
    whereUnseen: true,
    needs: 'message.write',
  },
} as const satisfies Record<string, ChannelRule>;

export type ChannelPermission = keyof typeof CHANNEL_POLICY;
export const CHANNEL_PERMISSIONS = Object.keys(CHANNEL_POLICY) as readonly ChannelPermission[];
