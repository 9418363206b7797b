/** Who may do what: the policy, its decisions, and the declarations that every operation makes. */
import type { AnyOperation, Entropy, Module } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import * as operations from './operations/index.ts';
import { roleStore } from './role-store.ts';
import type { AccessDomain, AccessServices } from './services.ts';
import { standings } from './store.ts';

export {
  leavesAnAdmin,
  onAccount,
  Reason,
  type HeldAccount,
  type HeldAccounts,
  type OnAccount,
} from './accounts.ts';
export { accessErasure } from './erasure-store.ts';
export { accessExports } from './exports.ts';
export { ControlFeed, type Lease } from './control-feed.ts';
export {
  controlRows,
  recordControl,
  recordSessionsEnded,
  type ControlEvent,
} from './control-store.ts';
export {
  channelPermissions,
  covers,
  mayBestow,
  mayFromOutside,
  mayInChannel,
  mayInWorkspace,
  mayRemove,
  mayRestrict,
  sees,
} from './decide.ts';
export { rolesByOperator, type RolePage } from './operator-role-store.ts';
export { mayReadNow } from './opened-store.ts';
export { leftTo, type LeftTo } from './left-to.ts';
export { bySlug, onServer, open, signedIn } from './declare.ts';
export {
  CHANNEL_PERMISSIONS,
  CHANNEL_POLICY,
  WORKSPACE_POLICY,
  type ChannelPermission,
  type WorkspacePermission,
} from './policy.ts';
export type { CustomRole, Standing, WorkspaceStanding } from './standing.ts';
export { asStandings, standingsQuestion } from './store.ts';
export type { ListedRole } from './role-store.ts';
export { standings, type Standings } from './store.ts';

/** The access domain as the composition root takes it in; it explains who may call which of `registry`. */
export function accessModule(registry: readonly AnyOperation[], entropy: Entropy): Module<Tx> {
  const named = new Map(registry.map((operation) => [operation.name, operation]));
  const domain: AccessDomain = { operation: (name) => named.get(name) };
  return {
    name: 'access',
    operations: Object.values(operations),
    domain,
    services: (tx, { workspaceId }): AccessServices => {
      return { standings: standings(tx), roles: roleStore(tx, workspaceId), entropy };
    },
  };
}
