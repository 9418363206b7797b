/** What those parts of the client work with that say and hear something while there is a connection, and keep none of it. */
import type { Calls } from './calls.ts';
import type { Timers } from './timers.ts';

export interface Online {
  readonly calls: Pick<Calls, 'call'>;
  readonly timers: Timers;
  readonly online: () => boolean;
  readonly failed: (error: unknown) => void;
}
