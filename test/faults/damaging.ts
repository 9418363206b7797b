/** Puts one thing wrong in a history, and throws when there is nothing of the kind to put wrong. */
import assert from 'node:assert/strict';
import type { Damageable } from './sound-history.ts';

export type Frame = Extract<Damageable['views'][number], { is: 'frame' }>;
type Ok = Extract<Damageable['sends'][number], { is: 'ok' }>;

/** Puts another entry in the place of the first that fits; throws when none does, so that no damage is imagined. */
export function replace<T, S extends T>(
  list: T[],
  fits: (entry: T) => entry is S,
  change: (entry: S) => T | null,
): void {
  const at = list.findIndex(fits);
  const entry = list[at];
  assert.ok(entry !== undefined && fits(entry), 'there is nothing to damage');
  const changed = change(entry);
  list.splice(at, 1, ...(changed === null ? [] : [changed]));
}

export const post =
  (channel: string, seq: number) =>
  (entry: Damageable['log'][number]): entry is typeof entry =>
    entry.channel === channel && entry.seq === seq;
export const ok =
  (clientId: string) =>
  (entry: Damageable['sends'][number]): entry is Ok =>
    entry.is === 'ok' && entry.clientId === clientId;
export const frame =
  (user: string, channel: string, last: number) =>
  (entry: Damageable['views'][number]): entry is Frame =>
    entry.is === 'frame' && entry.user === user && entry.channel === channel && entry.last === last;
export const view =
  (user: string, channel: string) =>
  (entry: Damageable['finalViews'][number]): entry is typeof entry =>
    entry.user === user && entry.channel === channel;

/** A frame of `hall` to Cid at a moment and revision of the test's choice, on a connection that stands before it. */
export function toCid(history: Damageable, at: number, rev: number): void {
  const to = { connection: 'cid-2', user: 'cid', channel: 'hall' };
  history.views.push({ is: 'placed', at: at - 1, ...to, rev: rev - 1 });
  history.views.push({ is: 'frame', at, ...to, epoch: 1, prev: rev - 1, last: rev, revs: [rev] });
}
