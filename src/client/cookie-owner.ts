/** Whose the cookie of this browser is: asked with a nonce that survives the page, and never to sign in who signed out here. */
import type { Http } from './http.ts';
import { KeptText, type Kept, type KeptSession } from './kept-session.ts';
import { freshNonce } from './platform.ts';
import type { Storage } from './ports.ts';
import { isJudged } from './refusals.ts';
import type { Outcome, OutputOf } from './types.ts';

export type Grant = OutputOf<'session.refresh'>;

interface Parts {
  readonly storage: Storage;
  readonly store: KeptSession;
  readonly http: Http;
  readonly failed: (error: unknown) => void;
  /** One refresh by cookie; null where it has to be asked another time. */
  readonly refresh: (nonce: string, matters: () => boolean) => Promise<Outcome<unknown> | null>;
}

/** What ending a session comes to where it is over already. */
export const CLOSED = { ok: true, data: { closed: true } } as const;

const BY_COOKIE = { delivery: 'cookie' } as const;

/** `owner` and `end` ask the server, and belong under the lock that the windows of a browser share. */
export class CookieOwner {
  readonly #parts: Parts;
  /** Of a refresh for whoever the cookie is of: said again until it is answered. */
  readonly #nonce: KeptText;
  /** Who signed out here, until the server has heard of it. */
  readonly #left: KeptText;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#nonce = new KeptText('nonce', parts);
    this.#left = new KeptText('signed-out', parts);
  }

  /** Somebody signed in: the cookie is theirs, and what there was to say of the one before is moot. */
  async entered(): Promise<void> {
    await this.#left.remove();
    await this.#nonce.remove();
  }

  /** To be told before anything of the session is forgotten: from here on the cookie signs them in no more. */
  async leave({ userId, nonce }: Kept): Promise<void> {
    if (await this.#parts.store.isOfAnother(userId)) return;
    await this.#left.write(userId);
    if (nonce !== null) await this.#nonce.write(nonce);
  }

  /** Ends what `leave` left, and the cookie with it unless somebody else signed in since; they keep theirs. */
  async end({ userId, accessToken }: Kept): Promise<Outcome<unknown>> {
    const { store, http } = this.#parts;
    const isOfAnother = await store.isOfAnother(userId);
    const outcome = await http.call('session.close', isOfAnother ? {} : BY_COOKIE, accessToken);
    if (outcome.ok) await this.#left.remove();
    else if (!isOfAnother && outcome.refusal.retry === 'reauthenticate') {
      await this.owner(() => true);
      if ((await this.#left.read()) === null) return CLOSED;
    }
    return outcome;
  }

  /** Null where it is nobody's, cannot be learnt now, or is of who signed out: their session is ended then. */
  async owner(matters: () => boolean): Promise<Grant | null> {
    const { http, refresh } = this.#parts;
    const left = await this.#left.read();
    const nonce = (await this.#nonce.read()) ?? freshNonce();
    await this.#nonce.write(nonce); // before it is used: the page may be loaded again before the answer
    const outcome = await refresh(nonce, matters);
    if (!isJudged(outcome)) return null;
    await this.#nonce.remove();
    const grant = outcome.ok ? (outcome.data as Grant) : null;
    const ofLeft = grant?.userId === left ? grant : null;
    if (ofLeft && !(await http.call('session.close', BY_COOKIE, ofLeft.accessToken)).ok)
      return null;
    await this.#left.remove();
    return ofLeft ? null : grant;
  }
}
