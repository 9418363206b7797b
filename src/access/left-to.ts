/** What a workspace leaves to a role of its own choice and to those above it: a setting takes away, it never gives. */
import type { WorkspaceRole } from '../contract/index.ts';

/** The least role that may. */
export type LeftTo = 'admin' | 'moderator' | 'user';

const REACH = {
  admin: ['admin'],
  moderator: ['admin', 'moderator'],
  user: ['admin', 'moderator', 'user'],
} as const satisfies Record<LeftTo, readonly WorkspaceRole[]>;

/** Beside the permission, which the role must hold in any case. */
export function leftTo(setting: LeftTo, role: WorkspaceRole): boolean {
  return (REACH[setting] as readonly WorkspaceRole[]).includes(role);
}
