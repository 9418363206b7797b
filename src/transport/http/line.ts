/** Requests that come in a crowd wait in line: it has an end, nobody has the whole of it, and probes pass it by. */
import type { IncomingMessage } from 'node:http';
import { networkOf, Refusal, type Entropy } from '../../kernel/index.ts';
import { around } from '../chance.ts';
import { noPlace, turnstile, type TurnstileOptions } from '../turnstile.ts';
import { isProbe, type DoorOptions } from './doorkeeper.ts';

/** A crowd of requests has a quarter of the event loop: nobody who sends one waits for a screen to move. */
const QUIET = 3;
/** Forty a second pass at the least: whoever has a place is answered before clients commonly give up, after 30 s. */
const PLACES = 1_000;
/** Those that one address (IPv6: one /64) may take, which could keep everybody else out with as many as there are. */
const PLACES_OF_ONE = 250;
/** A probe behind the crowd would be late, and the server taken out of service for that. */
const PLACES_OF_PROBES = 100;
/** What whoever has these is told to wait, or so: some of them have passed by then. */
const RETRY_OF_ONE_MS = 5_000;

export interface LineOptions extends TurnstileOptions, Pick<DoorOptions, 'clientAddress'> {
  readonly entropy: Entropy;
}

/**
 * Calls `begin` when it is the turn of that request. Returns null, or why it never will be: `rate_limited` where its
 * address has its share of the line, `overloaded` where nobody finds a place.
 */
export function lines(options: LineOptions) {
  const { clientAddress, entropy } = options;
  const crowd = turnstile(options, { quiet: QUIET, places: PLACES });
  const probes = turnstile(options, { quiet: QUIET, places: PLACES_OF_PROBES });
  /** How many wait of each network, and nothing of a network of which none does. */
  const waiting = new Map<string, number>();

  return (request: IncomingMessage, begin: () => void): Refusal | null => {
    if (isProbe(request)) return probes(begin) ? null : noPlace(entropy);
    const network = networkOf(clientAddress(request));
    const before = waiting.get(network) ?? 0;
    if (before >= PLACES_OF_ONE) {
      const detail = { bucket: 'http.waiting', by: 'address' };
      const retryAfterMs = around(RETRY_OF_ONE_MS, entropy);
      return new Refusal('rate_limited', { detail, retryAfterMs });
    }
    const found = crowd(() => {
      const left = (waiting.get(network) ?? 1) - 1;
      if (left > 0) waiting.set(network, left);
      else waiting.delete(network);
      begin();
    });
    if (!found) return noPlace(entropy);
    waiting.set(network, before + 1);
    return null;
  };
}
