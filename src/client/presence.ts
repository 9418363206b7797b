/** How present others are, as the server told last, and how present one says to be: said again on every connection. */
import type { Broadcasts } from '../contract/broadcasts.ts';
import type { UserId } from '../contract/ids.ts';
import type { OwnPresence, ShownPresence } from '../contract/presence.ts';
import { PRESENCE_PEOPLE } from '../contract/sizes.ts';
import type { Presence, Unlisten } from './api.ts';
import type { Online } from './online.ts';
import type { Outcome } from './types.ts';
import { Changes } from './watched.ts';

/** People who are asked about again after a reconnect: as many as the server keeps a connection up to date about. */
const KEPT = 500;
/** When saying or asking was put off, the next attempt. */
const AGAIN_MS = 2_000;

export class People implements Presence {
  readonly #parts: Online;
  readonly #changes: Changes;
  /** Whom was asked about, and what they are; those asked about last are last. */
  readonly #people = new Map<UserId, ShownPresence>();
  #own: OwnPresence | null = null;

  constructor(parts: Online) {
    this.#parts = parts;
    this.#changes = new Changes(parts.failed);
  }

  get own(): OwnPresence | null {
    return this.#own;
  }

  of(userId: UserId): ShownPresence | null {
    return this.#people.get(userId) ?? null;
  }

  set(state: OwnPresence): void {
    this.#own = state;
    this.#changes.changed();
    if (this.#parts.online()) this.#say();
  }

  async read(userIds: readonly UserId[]): Promise<Outcome<ReadonlyMap<UserId, ShownPresence>>> {
    const found = new Map<UserId, ShownPresence>();
    const all = [...new Set(userIds)];
    for (let at = 0; at < all.length; at += PRESENCE_PEOPLE) {
      const page = { userIds: all.slice(at, at + PRESENCE_PEOPLE) };
      const outcome = await this.#parts.calls.call('presence.read', page);
      if (!outcome.ok) return outcome;
      for (const { userId, state } of outcome.data.people) found.set(userId, state);
      for (const userId of page.userIds) this.#put(userId, found.get(userId));
    }
    return { ok: true, data: found };
  }

  on(_event: 'changed', listener: () => void): Unlisten {
    return this.#changes.on(listener);
  }

  heard(event: string, payload: unknown): void {
    if (event !== 'presence.changed') return;
    const { userId, state } = payload as Broadcasts['presence.changed'];
    if (!this.#people.has(userId)) return;
    this.#people.set(userId, state);
    this.#changes.changed();
  }

  /** There is a connection, which knows of nothing that was said and asked on the last one. */
  back(): void {
    if (this.#own !== null) this.#say();
    if (this.#people.size > 0) this.#read();
  }

  /** Nobody is known to be anything. */
  lost(): void {
    if (this.#people.size === 0) return;
    for (const userId of this.#people.keys()) this.#people.set(userId, 'unknown');
    this.#changes.changed();
  }

  /** Whom somebody else asked about, and what they said, is not one's own matter. */
  clear(): void {
    this.#people.clear();
    this.#own = null;
    this.#changes.changed();
  }

  #put(userId: UserId, state: ShownPresence | undefined): void {
    this.#people.delete(userId);
    if (state !== undefined) this.#people.set(userId, state);
    for (const oldest of this.#people.keys()) {
      if (this.#people.size <= KEPT) break;
      this.#people.delete(oldest);
    }
    this.#changes.changed();
  }

  #say(): void {
    const state = this.#own;
    if (state === null) return;
    const said = this.#parts.calls.call('presence.set', { state });
    this.#unlessPutOff(said, () => this.#say());
  }

  #read(): void {
    this.#unlessPutOff(this.read([...this.#people.keys()]), () => this.#read());
  }

  #unlessPutOff(task: Promise<Outcome<unknown>>, again: () => void): void {
    const { timers, online, failed } = this.#parts;
    task
      .then((outcome) => {
        if (outcome.ok || outcome.refusal.retry !== 'later' || !online()) return;
        timers.after(outcome.refusal.retryAfterMs ?? AGAIN_MS, () => {
          if (online()) again();
        });
      })
      .catch(failed);
  }
}
