/** What this domain's operations work with: the registry, and who is who inside a transaction. */
import type { AnyOperation, Entropy } from '../kernel/index.ts';
import type { RoleStore } from './role-store.ts';
import type { Standings } from './store.ts';

export interface AccessDomain {
  /** The operation of that name, if there is one. */
  readonly operation: (name: string) => AnyOperation | undefined;
}

export interface AccessServices {
  readonly standings: Standings;
  readonly roles: RoleStore;
  readonly entropy: Entropy;
}
