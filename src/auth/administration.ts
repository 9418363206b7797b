/** Declares who may act on whose account, and acts: never on somebody above the caller, never on the last admin. */
import { z } from 'zod';
import { covers, mayInWorkspace, type WorkspacePermission } from '../access/index.ts';
import {
  REASON_CHARACTERS,
  type SessionId,
  type UserId,
  type WorkspaceRole,
} from '../contract/index.ts';
import { Refusal, type Access, type Actor, type Refuse } from '../kernel/index.ts';
import type { HeldAccount, ListedAccount } from './people-store.ts';
import type { AuthServices } from './services.ts';
import type { AuthRows } from './store.ts';

/** Held, so that what was decided on them is still so at the commit. */
export interface OnAccount {
  readonly actor: HeldAccount;
  readonly target: HeldAccount;
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
      const role = await services.standings.inWorkspace(caller.userId);
      if (role === null) throw new Refusal('unauthenticated');
      if (!mayInWorkspace(role, permission)) throw new Refusal('forbidden');
      const held = await services.administration.hold([caller.userId, userId]);
      const actor = held.get(caller.userId);
      if (actor?.status !== 'active') throw new Refusal('unauthenticated');
      if (!mayInWorkspace(actor.role, permission)) throw new Refusal('forbidden');
      const target = held.get(userId);
      if (!target || target.status === 'erased') throw new Refusal('not_found');
      if (!covers(actor.role, target.role)) throw new Refusal('forbidden');
      if (self === 'not-own' && actor.id === target.id) throw new Refusal('forbidden');
      const hasOtherAdmin = [...held.values()].some((one) => one !== target && isActiveAdmin(one));
      return { actor, target, hasOtherAdmin };
    },
  };
}

export interface Administration {
  readonly hold: (
    rows: AuthRows,
    ids: readonly UserId[],
  ) => Promise<ReadonlyMap<UserId, HeldAccount>>;
  readonly setRole: (rows: AuthRows, target: HeldAccount, role: WorkspaceRole) => Promise<void>;
  /** Shuts an account and ends its sessions; gives which. */
  readonly shut: (
    rows: AuthRows,
    target: HeldAccount,
    status: 'locked' | 'deactivated',
    at: Date,
  ) => Promise<readonly SessionId[]>;
  readonly reopen: (rows: AuthRows, target: HeldAccount) => Promise<void>;
  readonly page: (
    rows: AuthRows,
    page: {
      readonly after: UserId | null;
      readonly limit: number;
      readonly activeOnly: boolean;
    },
  ) => Promise<readonly ListedAccount[]>;
  readonly one: (rows: AuthRows, id: UserId) => Promise<ListedAccount | null>;
}

export const administration: Administration = {
  hold: (rows, ids) => rows.people.hold(ids),
  setRole: (rows, { id }, role) => rows.people.setRole(id, role),
  async shut(rows, { id }, status, at) {
    await rows.people.setStatus(id, status);
    return rows.sessions.endAll(id, 'locked', at);
  },
  reopen: (rows, { id }) => rows.people.setStatus(id, 'active'),
  page: (rows, page) => rows.people.page(page),
  one: (rows, id) => rows.people.one(id),
};

/** Refuses what would leave the workspace without an active admin. */
export function keepAnAdmin(
  { target, hasOtherAdmin }: OnAccount,
  refuse: Refuse<'last_admin'>,
): void {
  if (isActiveAdmin(target) && !hasOtherAdmin) refuse('last_admin');
}

function isActiveAdmin({ role, status }: HeldAccount): boolean {
  return role === 'admin' && status === 'active';
}
