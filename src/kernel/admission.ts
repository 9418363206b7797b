/** What the door says to a client address before anything that it sent is read. */
import type { LimitOnWire } from '../contract/index.ts';
import type { Refusal } from './refusal.ts';

export interface Admission {
  /** What is left for this address, whether or not it may pass. */
  readonly limit: LimitOnWire;
  /** How much there is in `windowMs` milliseconds. */
  readonly quota: number;
  readonly windowMs: number;
  /** Null for whoever may pass. */
  readonly refusal: Refusal | null;
}
