/** Declares who may act on whose account: never on somebody above the caller, and the last active admin is told apart. */
import { z } from 'zod';
import { REASON_CHARACTERS, type UserId, type WorkspaceRole } from '../contract/index.ts';
import { Refusal, type Access, type Actor } from '../kernel/index.ts';
import { covers, mayInWorkspace } from './decide.ts';
import type { WorkspacePermission } from './policy.ts';
import type { WorkspaceStanding } from './standing.ts';
import type { Standings } from './store.ts';

/** What an admin writes down with an act; sealed where it is kept. One line that a screen can show. */
export const Reason = z
  .string()
  .trim()
  .min(1)
  .max(REASON_CHARACTERS)
  .regex(/^[^\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]+$/u);

/** As it is now and unchanged until the transaction ends. */
export interface HeldAccount {
  readonly id: UserId;
  readonly role: WorkspaceRole;
  readonly status: 'active' | 'locked' | 'deactivated' | 'erased';
}

/** All admins, and whoever was asked for. */
export type HeldAccounts = ReadonlyMap<UserId, HeldAccount>;

/** Held, so that what was decided on them is still so at the commit. */
export interface OnAccount {
  readonly actor: HeldAccount;
  readonly target: HeldAccount;
  /** What the actor holds in the workspace. */
  readonly holds: WorkspaceStanding;
  /** Whether the workspace would have an active admin without the target. */
  readonly leavesAnAdmin: boolean;
}

interface OnAccountServices {
  readonly standings: Standings;
  /** Of these accounts, and of all admins. */
  readonly holdAccounts: (ids: readonly UserId[]) => Promise<HeldAccounts>;
}

/**
 * The account named by `userId`, for callers who hold the permission and everything that its role carries. Their own
 * is left to them only by operations that say so.
 */
export function onAccount(
  permission: WorkspacePermission,
  self: 'own-too' | 'not-own',
): Access<{ readonly userId: UserId }, Actor, OnAccount, OnAccountServices> {
  return {
    describe: `workspace permission ${permission}, on accounts that are not above the caller${self === 'not-own' ? ' and not their own' : ''}`,
    asks: { of: 'workspace', permission },
    audience: 'signed-in',
    workspace: null,
    about: ({ userId: id }) => ({ kind: 'account', id }),
    async resolve({ input: { userId }, caller, services: { standings, holdAccounts } }) {
      // Before anything is held: who may not do this at all holds up nobody.
      const before = await standings.inWorkspace(caller.userId);
      if (before === null) throw new Refusal('unauthenticated');
      if (!mayInWorkspace(before, permission)) throw new Refusal('forbidden');
      const held = await holdAccounts([caller.userId, userId]);
      const actor = held.get(caller.userId);
      if (actor?.status !== 'active') throw new Refusal('unauthenticated');
      const standing = await standings.ofAccounts([caller.userId, userId]);
      const holds = standing.get(caller.userId);
      if (!holds || !mayInWorkspace(holds, permission)) throw new Refusal('forbidden');
      const target = held.get(userId);
      if (!target || target.status === 'erased') throw new Refusal('not_found');
      const theirs = standing.get(userId);
      if (!theirs || !covers(holds, theirs)) throw new Refusal('forbidden');
      if (self === 'not-own' && actor.id === target.id) throw new Refusal('forbidden');
      return { actor, target, holds, leavesAnAdmin: leavesAnAdmin(held, target) };
    },
  };
}

/** Whether those who are held have an active admin without the target. */
export function leavesAnAdmin(held: HeldAccounts, target: HeldAccount): boolean {
  return (
    !isActiveAdmin(target) || [...held.values()].some((one) => one !== target && isActiveAdmin(one))
  );
}

function isActiveAdmin({ role, status }: HeldAccount): boolean {
  return role === 'admin' && status === 'active';
}
