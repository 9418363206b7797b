/** Declares who may act on their own account for good, who may see and take back an erasure, and who decides on holds. */
import {
  leavesAnAdmin,
  mayInWorkspace,
  onServer,
  signedIn,
  type OnAccount,
} from '../access/index.ts';
import type { ErasureId, HoldId } from '../contract/index.ts';
import { Refusal, type Access, type Actor } from '../kernel/index.ts';
import type { ErasureRow } from './erasure/erasure-store.ts';
import type { HoldRow } from './holds/hold-store.ts';
import type { PrivacyServices } from './services.ts';

/** Held, so that what was decided on them is still so at the commit. */
export type Held = Pick<OnAccount, 'target' | 'leavesAnAdmin'>;

/** The caller's own account, held. */
export function onSelf(): Access<unknown, Actor, Held, PrivacyServices> {
  return {
    ...signedIn(),
    async resolve({ caller: { userId }, services }) {
      const held = await services.holdAccounts([userId]);
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
    async resolve({
      input: { erasureId },
      caller,
      services: { standings, erasures, holdAccounts },
    }) {
      const found = await (to === 'see' ? erasures.find(erasureId) : erasures.lock(erasureId));
      const isTheirs = found?.subjectId === caller.userId;
      // In the order in which an erasure holds the two. To take back one's own, no role is needed.
      if (to === 'cancel' && !isTheirs) await holdAccounts([caller.userId]);
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

const keeper = onServer('audit.administer');

/** A hold that is in force, locked, for who keeps the trail. */
export const onHold: Access<{ readonly holdId: HoldId }, Actor, HoldRow, PrivacyServices> = {
  ...keeper,
  about: ({ holdId: id }) => ({ kind: 'hold', id }),
  async resolve(request) {
    await keeper.resolve(request);
    const hold = await request.services.holds.lock(request.input.holdId);
    if (!hold || hold.liftedAt !== null) throw new Refusal('not_found');
    return hold;
  },
};
