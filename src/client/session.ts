/** The tokens of who is signed in: kept, renewed before they expire, by one refresh at a time, and never lost to a lost answer. */
import type { Delivery } from '../contract/delivery.ts';
import type { Me } from './api.ts';
import { CLOSED, CookieOwner, type Grant } from './cookie-owner.ts';
import type { Http } from './http.ts';
import { KeptSession, meOf, type Kept } from './kept-session.ts';
import { freshNonce } from './platform.ts';
import type { Alone, Storage } from './ports.ts';
import { isJudged, no, refused } from './refusals.ts';
import { backoff, type Timers } from './timers.ts';
import { madeAt } from './token-time.ts';
import type { Outcome, Refused } from './types.ts';

export interface SessionParts {
  readonly delivery: Delivery;
  readonly storage: Storage;
  readonly alone: Alone;
  readonly http: Http;
  readonly timers: Timers;
  readonly now: () => number;
  /** There is a newer access token. */
  readonly renewed: () => void;
  /** Hears of a storage that does not work: the session goes on in memory. */
  readonly failed: (error: unknown) => void;
  /** The server will not renew this session any more. */
  readonly ended: (refusal: Refused) => void;
}

/** `renewed`: there is a newer token. `ended`: there is no session. `failed`: not now; the same one can be renewed later. */
export type Renewal = 'renewed' | 'ended' | 'failed';

/** The token is renewed when a fifth of its life is left, but no more than a minute before its end. */
const LEAD = 0.2;
const LEAD_MS = 60_000;
/** Attempts of one refresh; the next one takes up its nonce. */
const ATTEMPTS = 4;
/** Clocks that differ by less are taken to agree: the answer was on its way for a while. */
const SKEW_MS = 60_000;
/** Pause after a refresh that failed. */
const AGAIN_MS = 15_000;

export class Session {
  readonly #parts: SessionParts;
  readonly #store: KeptSession;
  readonly #cookie: CookieOwner;
  #kept: Kept | null = null;
  #flight: Promise<Renewal> | null = null;
  #paused = false;
  #callOff: () => void = () => undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const store = (this.#store = new KeptSession(parts));
    const refresh = (nonce: string, matters: () => boolean) => this.#ask(null, nonce, matters);
    this.#cookie = new CookieOwner({ ...parts, store, refresh });
  }

  get me(): Me | null {
    return this.#kept && meOf(this.#kept);
  }

  get token(): string | null {
    return this.#kept?.accessToken ?? null;
  }

  /** The time on the server, as far as it is known from when it made the token. */
  serverNow(): number {
    const ahead = this.#kept?.ahead ?? 0;
    return this.#parts.now() + (Math.abs(ahead) < SKEW_MS ? 0 : ahead);
  }

  /** Takes up what is kept, if anything is; where a cookie keeps it, only the server can tell whose it is. */
  async load(): Promise<void> {
    this.#paused = false;
    const kept = this.#kept ?? (await this.#store.read());
    if (kept) this.#hold(kept);
    if (this.#parts.delivery === 'body') return;
    if (kept?.accessToken === '') await this.renew('');
    else if (!kept) await this.inTurn(() => this.#byCookie());
  }

  async open(grant: Grant): Promise<Me> {
    this.#paused = false;
    if (this.#parts.delivery === 'cookie') await this.#cookie.entered();
    await this.#keep(grant);
    return meOf(grant);
  }

  /** Ends it on the server, in bodies by `close`; it is out of the storage before, and forgotten whatever comes of it. */
  async end(close: () => Promise<Outcome<unknown>>): Promise<Outcome<unknown>> {
    const held = this.#kept;
    if (!held) return CLOSED;
    if (this.#parts.delivery === 'cookie') {
      await this.#cookie.leave(held);
      await this.forget();
      return this.inTurn(() => this.#cookie.end(held));
    }
    await this.#store.remove(held.userId);
    const outcome = await close();
    await this.forget();
    return outcome;
  }

  async forget(): Promise<void> {
    const userId = this.#kept?.userId;
    this.#kept = null;
    this.#flight = null;
    this.#callOff();
    if (userId !== undefined) await this.#store.remove(userId);
  }

  /** Runs what changes the cookie while no other window does; `unreachable` where its turn does not come. */
  async inTurn<T>(work: () => Promise<T>): Promise<T | ReturnType<typeof no>> {
    const { delivery, alone, failed } = this.#parts;
    if (delivery === 'body') return work();
    try {
      return await alone(work);
    } catch (error) {
      failed(error);
      return no('unreachable');
    }
  }

  /** Stops the timer and refreshes no more; `load` goes on. */
  pause(): void {
    this.#paused = true;
    this.#callOff();
  }

  /** One refresh for all who ask at the same time; none if `used` is not the newest token any more. */
  renew(used: string): Promise<Renewal> {
    if (!this.#kept) return Promise.resolve('ended');
    if (this.#kept.accessToken !== used) return Promise.resolve('renewed');
    if (this.#paused) return Promise.resolve('failed');
    if (this.#flight) return this.#flight;
    const flight = this.#refreshAlone(this.#kept).finally(() => {
      if (this.#flight === flight) this.#flight = null;
    });
    this.#flight = flight;
    return flight;
  }

  async #refreshAlone(held: Kept): Promise<Renewal> {
    const { alone, failed } = this.#parts;
    try {
      return await alone(() => (this.#paused ? Promise.resolve('failed') : this.#refresh(held)));
    } catch (error) {
      failed(error);
      this.#renewIn(AGAIN_MS);
      return 'failed';
    }
  }

  async #refresh(held: Kept): Promise<Renewal> {
    const { ended } = this.#parts;
    const stored = await this.#store.read();
    if (this.#kept !== held) return this.#overtaken(held);
    if (stored?.sessionId === held.sessionId && stored.refreshToken !== held.refreshToken) {
      this.#hold(stored); // another window with the same storage was faster
      this.#parts.renewed();
      return 'renewed';
    }
    if (this.#parts.delivery === 'cookie' && stored && stored.userId !== held.userId)
      return this.#supplanted();
    const nonce = held.nonce ?? stored?.nonce ?? freshNonce();
    const using: Kept = { ...held, nonce };
    this.#kept = using;
    await this.#store.write(using); // before it is used: whoever comes after a crash must use the same
    const outcome = await this.#ask(using.refreshToken, nonce, () => this.#kept === using);
    if (this.#kept !== using) return this.#overtaken(using);
    // Another refusal, of a proxy set wrongly say, has not judged the token: it may be good.
    if (!isJudged(outcome)) {
      if (!this.#paused) this.#renewIn(AGAIN_MS);
      return 'failed';
    }
    if (outcome.ok && (outcome.data as Grant).userId !== using.userId) {
      await this.#store.remove(using.userId);
      return this.#supplanted();
    }
    if (outcome.ok) {
      await this.#keep(outcome.data as Grant);
      this.#parts.renewed();
      return 'renewed';
    }
    await this.forget();
    ended(outcome.refusal);
    return 'ended';
  }

  /** Somebody else signed in to this browser, and the cookie is theirs: nothing must be said in their name here. */
  #supplanted(): Renewal {
    this.#kept = null;
    this.#callOff();
    this.#parts.ended(refused('signed_out'));
    return 'ended';
  }

  async #byCookie(): Promise<void> {
    const grant = await this.#cookie.owner(() => this.#kept === null);
    if (grant && this.#kept === null) await this.#keep(grant);
  }

  /** Until there is an answer, or nobody to whom it would matter; null where it has to be asked another time. */
  async #ask(
    token: string | null,
    nonce: string,
    matters: () => boolean,
  ): Promise<Outcome<unknown> | null> {
    const { http, timers, delivery } = this.#parts;
    const shown = delivery === 'cookie' ? { delivery } : { refreshToken: token };
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const outcome = await http.call('session.refresh', { ...shown, nonce }, null);
      if (outcome.ok || outcome.refusal.retry !== 'later' || !matters()) return outcome;
      await timers.wait(outcome.refusal.retryAfterMs ?? backoff(attempt));
      if (this.#paused) return null;
    }
    return null;
  }

  /** Somebody signed out or in while the refresh was under way: what it brings is nobody's any more. */
  #overtaken({ sessionId }: Kept): Renewal {
    return this.#kept?.sessionId === sessionId ? 'failed' : 'ended';
  }

  async #keep(grant: Grant): Promise<void> {
    const { accessToken, refreshToken = null, expiresIn } = grant;
    const now = this.#parts.now();
    const ahead = (madeAt(accessToken) ?? now) - now;
    const kept: Kept = {
      ...{ ...meOf(grant), accessToken, refreshToken },
      ...{ expiresAt: now + expiresIn * 1000, nonce: null, ahead },
    };
    this.#hold(kept, expiresIn * 1000);
    await this.#store.write(kept);
  }

  #hold(kept: Kept, life = kept.expiresAt - this.#parts.now()): void {
    this.#kept = kept;
    this.#renewIn(life - Math.min(LEAD_MS, life * LEAD));
  }

  #renewIn(milliseconds: number): void {
    this.#callOff();
    this.#callOff = this.#parts.timers.after(Math.max(milliseconds, 0), () => {
      if (this.#kept) void this.renew(this.#kept.accessToken);
    });
  }
}
