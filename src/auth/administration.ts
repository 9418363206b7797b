/** Acts on accounts under the rules of whoever administers them: what it shuts, what it leaves on record, what it keeps. */
import type { HeldAccount, OnAccount } from '../access/index.ts';
import type { SessionId } from '../contract/index.ts';
import type { AuditFacts, Refuse } from '../kernel/index.ts';
import type { AuthRows } from './store.ts';

/** Shuts an account and ends its sessions; gives which. */
export async function shut(
  rows: AuthRows,
  { id }: HeldAccount,
  status: 'locked' | 'deactivated',
  at: Date,
): Promise<readonly SessionId[]> {
  await rows.people.setStatus(id, status);
  return rows.sessions.endAll(id, 'locked', at);
}

/** What an act on an account leaves in the trail, with what it was before. */
export function actOn(
  { target }: OnAccount,
  { reason }: { readonly reason?: string | undefined },
  details: NonNullable<AuditFacts['details']>,
): AuditFacts {
  return {
    resource: { kind: 'account', id: target.id },
    subjectId: target.id,
    details,
    ...(reason !== undefined && { reason }),
  };
}

/** Refuses what would leave the workspace without an active admin. */
export function keepAnAdmin(
  { leavesAnAdmin }: Pick<OnAccount, 'leavesAnAdmin'>,
  refuse: Refuse<'last_admin'>,
): void {
  if (!leavesAnAdmin) refuse('last_admin');
}
