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

export type WorkspaceRole = z.infer<typeof WorkspaceRole>;
export type ChannelRole = z.infer<typeof ChannelRole>;
export type ChannelKind = z.infer<typeof ChannelKind>;
export type HistoryPolicy = z.infer<typeof HistoryPolicy>;
