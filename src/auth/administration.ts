/** Declares who may act on whose account, and acts: never on somebody above the caller, never on the last admin. */
import { z } from 'zod';
import {
  covers,
  mayInWorkspace,
  type WorkspacePermission,
  type WorkspaceStanding,
} from '../access/index.ts';
import { REASON_CHARACTERS, type SessionId, type UserId } from '../contract/index.ts';
import { Refusal, type Access, type Actor, type AuditFacts, type Refuse } from '../kernel/index.ts';
import type { HeldAccount } from './people-store.ts';
import type { AuthServices } from './services.ts';
import type { AuthRows } from './store.ts';

/** Held, so that what was decided on them is still so at the commit. */
export interface OnAccount {
  readonly actor: HeldAccount;
  readonly target: HeldAccount;
  /** What the actor holds in the workspace. */
  readonly holds: WorkspaceStanding;
  /** Whether the workspace would have an active admin without the target. */
  readonly hasOtherAdmin: boolean;
}

/** What an admin writes down with an act; sealed under their key in the trail. One line that a screen can show. */
export const Reason = z
  .string()
  .trim()
  .min(1)
  .max(REASON_CHARACTERS)
  .regex(/^[^\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]+$/u);

/**
 * The account named by `userId`, for callers who hold the permission and everything that its role carries. Their own
 * is left to them only by operations that say so.
 */
export function onAccount(
  permission: WorkspacePermission,
  self: 'own-too' | 'not-own',
): Access<{ readonly userId: UserId }, Actor, OnAccount, AuthServices> {
  return {
    describe: `workspace permission ${permission}, on accounts that are not above the caller${self === 'not-own' ? ' and not their own' : ''}`,
    asks: { of: 'workspace', permission },
    audience: 'signed-in',
    workspace: null,
    about: ({ userId: id }) => ({ kind: 'account', id }),
    async resolve({ input: { userId }, caller, services }) {
      // Before anything is held: who may not do this at all holds up nobody.
      const before = await services.standings.inWorkspace(caller.userId);
      if (before === null) throw new Refusal('unauthenticated');
      if (!mayInWorkspace(before, permission)) throw new Refusal('forbidden');
      const held = await services.administration.hold([caller.userId, userId]);
      const actor = held.get(caller.userId);
      if (actor?.status !== 'active') throw new Refusal('unauthenticated');
      const standings = await services.standings.ofAccounts([caller.userId, userId]);
      const holds = standings.get(caller.userId);
      if (!holds || !mayInWorkspace(holds, permission)) throw new Refusal('forbidden');
      const target = held.get(userId);
      if (!target || target.status === 'erased') throw new Refusal('not_found');
      const theirs = standings.get(userId);
      if (!theirs || !covers(holds, theirs)) throw new Refusal('forbidden');
      if (self === 'not-own' && actor.id === target.id) throw new Refusal('forbidden');
      return { actor, target, holds, hasOtherAdmin: hasOtherAdmin(held, target) };
    },
  };
}

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
  { target, hasOtherAdmin }: Pick<OnAccount, 'target' | 'hasOtherAdmin'>,
  refuse: Refuse<'last_admin'>,
): void {
  if (isActiveAdmin(target) && !hasOtherAdmin) refuse('last_admin');
}

/** Whether those who are held have an active admin beside the target; admins are all held. */
export function hasOtherAdmin(
  held: ReadonlyMap<UserId, HeldAccount>,
  target: HeldAccount,
): boolean {
  return [...held.values()].some((one) => one !== target && isActiveAdmin(one));
}

function isActiveAdmin({ role, status }: HeldAccount): boolean {
  return role === 'admin' && status === 'active';
}
