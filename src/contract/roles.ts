/** The closed lists of who one can be in a workspace and in a channel, and of what a channel can be. */
import { z } from 'zod';

export const WorkspaceRole = z.enum(['user', 'moderator', 'admin', 'auditor', 'guest', 'system']);
export const ChannelRole = z.enum(['owner', 'moderator', 'member', 'guest']);
export const ChannelKind = z.enum(['public', 'private', 'direct']);
/**
 * What a member may read of the time before they joined: everything, or nothing. In a public channel, `all` is for
 * everybody who can see it, and `since-join` for its members alone.
 */
export const HistoryPolicy = z.enum(['all', 'since-join']);

/** What may be decided in one channel otherwise than everywhere, for a role there or for a person. */
export const OverridePermission = z.enum([
  'message.read',
  'message.send',
  'message.edit.own',
  'message.delete.own',
  'message.delete.any',
  'channel.update',
  'member.add',
  'member.remove',
]);
/** Of several that say something of the same permission, one that denies it wins. */
export const OverrideEffect = z.enum(['allow', 'deny']);

/**
 * How far a role of the workspace's own making reaches: everywhere, some channels that it names, or reports alone,
 * wherever they were made.
 */
export const RoleScope = z.enum(['workspace', 'channels', 'reports']);
/** What such a role is called: an identifier, not a text of people. */
export const RoleName = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
  .max(40);

export type RoleScope = z.infer<typeof RoleScope>;
export type RoleName = z.infer<typeof RoleName>;
export type OverridePermission = z.infer<typeof OverridePermission>;
export type OverrideEffect = z.infer<typeof OverrideEffect>;
export type WorkspaceRole = z.infer<typeof WorkspaceRole>;
export type ChannelRole = z.infer<typeof ChannelRole>;
export type ChannelKind = z.infer<typeof ChannelKind>;
export type HistoryPolicy = z.infer<typeof HistoryPolicy>;
