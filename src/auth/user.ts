/** What people of a workspace look like to each other. */
import { z } from 'zod';
import { Timestamp, UserId, WorkspaceRole } from '../contract/index.ts';
import type { ListedAccount } from './people-store.ts';

export const User = z.strictObject({
  userId: UserId,
  /** Null where what is stored does not open under the person's key. */
  displayName: z.string().nullable(),
  role: WorkspaceRole,
  status: z.enum(['active', 'locked', 'deactivated', 'erased']),
  createdAt: Timestamp,
});

export function shownUser(
  { id: userId, role, status, createdAt }: ListedAccount,
  displayName: string | null,
): z.input<typeof User> {
  return { userId, displayName, role, status, createdAt: createdAt.getTime() };
}
