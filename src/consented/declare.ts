/** How operations of this domain are declared, with their services already named. */
import type { Standings } from '../access/index.ts';
import { operationsFor } from '../kernel/index.ts';
import type { UsageStore } from './usage-store.ts';

export interface ConsentedServices {
  readonly standings: Standings;
  readonly usage: UsageStore;
}

export const operation = operationsFor<ConsentedServices, null>();
