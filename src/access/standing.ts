/** Everything that decides what somebody may do in a channel, and how far that reaches over others. */
import type {
  ChannelKind,
  ChannelRole,
  HistoryPolicy,
  OverrideEffect,
  OverridePermission,
  RoleName,
  RoleScope,
  WorkspaceRole,
} from '../contract/index.ts';

/** Nobody grants, or takes away, a role above their own. */
export const CHANNEL_RANK = {
  owner: 3,
  moderator: 2,
  member: 1,
  guest: 0,
} as const satisfies Record<ChannelRole, number>;

/** The highest role of others that staff may give, take or remove in a channel they see, whatever theirs is there. */
export const STAFF_REACH = {
  bestow: { admin: 'owner' },
  remove: { admin: 'owner', moderator: 'moderator' },
} as const satisfies Record<string, Partial<Record<WorkspaceRole, ChannelRole>>>;

/** What is decided in this channel otherwise, for the role or the person that a standing is of. */
export interface Override {
  readonly permission: OverridePermission;
  readonly effect: OverrideEffect;
}

/** A role of the workspace's own making that somebody holds, where it reaches what is asked about. */
export interface CustomRole {
  readonly name: RoleName;
  /** `channels`: it names the channel of the standing. */
  readonly scope: RoleScope;
  /** Of the workspace or of channels; those that no policy knows any more are nobody's. */
  readonly permissions: readonly string[];
}

/** Everything that decides what somebody may do in the workspace. */
export interface WorkspaceStanding {
  readonly workspaceRole: WorkspaceRole;
  /** Null, or left out, where there are none. */
  readonly customRoles?: readonly CustomRole[] | null;
}

/** Everything that decides what somebody may do in a channel. */
export interface Standing extends WorkspaceStanding {
  /** Null for somebody who is not in the channel. */
  readonly channelRole: ChannelRole | null;
  readonly kind: ChannelKind;
  readonly historyPolicy: HistoryPolicy;
  readonly readOnly: boolean;
  /** Null, or left out, where there are none. */
  readonly overrides?: readonly Override[] | null;
  /** Kept out of the channel, so not in it. */
  readonly banned?: boolean;
}
