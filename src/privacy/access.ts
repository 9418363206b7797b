/** Declares who may have whom erased, and who may see and take back that they are: never on somebody above the caller. */
import { z } from 'zod';
import { covers, mayInWorkspace, signedIn } from '../access/index.ts';
import { REASON_CHARACTERS, type ErasureId, type UserId } from '../contract/index.ts';
import { Refusal, type Access, type Actor } from '../kernel/index.ts';
import type { ErasureRow } from './erasure/erasure-store.ts';
import type { HeldPerson } from './ports.ts';
import type { PrivacyServices } from './services.ts';

/** What an administrator writes down with an act. One line that a screen can show. */
export const Reason = z
  .string()
  .trim()
  .min(1)
  .max(REASON_CHARACTERS)
  .regex(/^[^\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]+$/u);

/** Held, so that what was decided on them is still so at the commit. */
export interface OnPerson {
  readonly target: HeldPerson;
  /** Whether the workspace would have an active admin without the target. */
  readonly leavesAnAdmin: boolean;
}

/** The account named by `userId`, for callers who may delete accounts and hold all that its role carries. */
export function onPerson(): Access<{ readonly userId: UserId }, Actor, OnPerson, PrivacyServices> {
  return {
    describe: 'workspace permission user.delete, on accounts that are not above the caller',
    asks: { of: 'workspace', permission: 'user.delete' },
    audience: 'signed-in',
    workspace: null,
    about: ({ userId: id }) => ({ kind: 'account', id }),
    async resolve({ input: { userId }, caller, services }) {
      // Before anything is held: who may not do this at all holds up nobody.
      const standing = await services.standings.inWorkspace(caller.userId);
      if (standing === null) throw new Refusal('unauthenticated');
      if (!mayInWorkspace(standing, 'user.delete')) throw new Refusal('forbidden');
      const held = await services.people([caller.userId, userId]);
      const actor = held.get(caller.userId);
      if (actor?.status !== 'active') throw new Refusal('unauthenticated');
      const holds = await services.standings.ofAccounts([caller.userId, userId]);
      const [own, theirs] = [holds.get(caller.userId), holds.get(userId)];
      if (!own || !mayInWorkspace(own, 'user.delete')) throw new Refusal('forbidden');
      const target = held.get(userId);
      if (!target || !theirs || target.status === 'erased') throw new Refusal('not_found');
      if (!covers(own, theirs)) throw new Refusal('forbidden');
      return { target, leavesAnAdmin: leavesAnAdmin(held, target) };
    },
  };
}

/** The caller's own account, held. */
export function onSelf(): Access<unknown, Actor, OnPerson, PrivacyServices> {
  return {
    ...signedIn(),
    async resolve({ caller: { userId }, services }) {
      const held = await services.people([userId]);
      const target = held.get(userId);
      if (target?.status !== 'active') throw new Refusal('unauthenticated');
      return { target, leavesAnAdmin: leavesAnAdmin(held, target) };
    },
  };
}

/**
 * An erasure, locked, for whom it is about and for who may delete accounts. Whoever asked for it takes it back: what
 * an administrator asked for, any of them. For others it does not exist.
 */
export function onErasure(
  to: 'see' | 'cancel',
): Access<{ readonly erasureId: ErasureId }, Actor, ErasureRow, PrivacyServices> {
  return {
    describe:
      to === 'see'
        ? 'signed in, about an erasure of their own; any of them with user.delete'
        : 'signed in, about an erasure that they asked for; with user.delete, any that an administrator did',
    asks: { of: 'account' },
    audience: 'signed-in',
    workspace: null,
    about: ({ erasureId: id }) => ({ kind: 'erasure', id }),
    async resolve({ input: { erasureId }, caller, services: { standings, erasures, people } }) {
      const found = await (to === 'see' ? erasures.find(erasureId) : erasures.lock(erasureId));
      const isTheirs = found?.subjectId === caller.userId;
      // In the order in which an erasure holds the two. To take back one's own, no role is needed.
      if (to === 'cancel' && !isTheirs) await people([caller.userId]);
      const role = await standings.inWorkspace(caller.userId);
      if (role === null) throw new Refusal('unauthenticated');
      const isAdmin = mayInWorkspace(role, 'user.delete');
      if (!found || !(isAdmin || isTheirs)) throw new Refusal('not_found');
      const isOwn = found.requestedBy === found.subjectId;
      const mayCancel = isOwn ? isTheirs : isAdmin;
      if (to === 'cancel' && !mayCancel) throw new Refusal('forbidden');
      return found;
    },
  };
}

function leavesAnAdmin(held: ReadonlyMap<UserId, HeldPerson>, target: HeldPerson): boolean {
  const isAdmin = ({ role, status }: HeldPerson) => role === 'admin' && status === 'active';
  return !isAdmin(target) || [...held.values()].some((one) => one !== target && isAdmin(one));
}
