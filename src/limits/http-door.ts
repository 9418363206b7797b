/** How often an address may ask over HTTP: each row of the door with its size, and with where its hits are counted. */
import type { Clock, HitStore } from '../kernel/index.ts';
import { addressKey, type Digest } from './address-key.ts';
import type { Breaker } from './breaker.ts';
import { LocalWindows } from './local-window.ts';
import { redisOrLocalStore } from './redis-or-local-store.ts';
import type { AdmissionTable, HttpDoorName } from './table.ts';

export interface HttpDoorOptions {
  readonly clock: Clock;
  readonly admission: AdmissionTable;
  readonly digest: Digest;
  readonly breaker: Breaker;
  /** The store that all nodes share, for windows of that many milliseconds. */
  readonly shared: (milliseconds: number) => HitStore;
}

/** Nodes with the same shared store and digest keys count together. */
export function httpDoor({ clock, admission, digest, breaker, shared }: HttpDoorOptions) {
  // Apart from what is counted of sockets and of those who are signed in: anybody can fill this. By the monotonic
  // clock: nobody gets a fresh start because the wall clock was set forward.
  const local = new LocalWindows(() => Math.floor(clock.monotonic()));
  const row = (name: HttpDoorName) => {
    const { window, milliseconds, calls } = admission[name];
    const store = redisOrLocalStore({
      row: admission[name],
      shared: shared(milliseconds),
      local,
      breaker,
    });
    const hit = (key: string) => store.hit(`limit:{${key}}:${name}:${window}:${milliseconds}`);
    return { calls, milliseconds, hit };
  };
  return {
    keyOf: (address: string) => addressKey(digest, address),
    rows: { 'http.request': row('http.request'), 'http.probe': row('http.probe') },
  };
}
