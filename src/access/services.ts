/** What this domain's operations work with inside a transaction. */
import type { Standings } from './store.ts';

export interface AccessServices {
  readonly standings: Standings;
}
