/** So many handshakes are proved at a time and so many wait; the others are told when to come back, spread at the rate that the node keeps. */
import { Refusal, type Clock, type Entropy } from '../../kernel/index.ts';
import { around } from '../chance.ts';

export interface HandshakeQueueOptions {
  /** Handshakes that are proved at a time: fewer than there are connections to the database. */
  readonly proved: number;
  /** Handshakes that may wait for that. */
  readonly waiting: number;
  /** Milliseconds after which whoever waits is given up. */
  readonly patienceMs: number;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Begins a proof when others had their turn. */
  readonly soon: (task: () => void) => void;
}

/** The connection that a handshake is made on. */
export interface Applicant {
  readonly isThere: () => boolean;
  /** Returns how to stop listening. */
  readonly onceGone: (heard: () => void) => () => void;
}

interface Place {
  readonly since: number;
  readonly applicant: Applicant;
  readonly begin: () => void;
  readonly giveUp: (refusal: Refusal | null) => void;
}

/** What a proof is taken to cost until some were measured, and the bounds within which the measure is believed. */
const PACE_MS = { first: 2, least: 1, most: 1_000 };
/** Weight of the newest measure: some thirty proofs are remembered. */
const NEWEST = 1 / 32;
/** Those who come back get this part of the node's rate; the rest is for who comes for the first time. */
const SHARE = 0.8;
/** The least that anybody is sent away for, as when a server drains. */
const AWAY_MS = 250;
/** The mean wait of the last one to come back; longer, and a node that has recovered would be left alone in vain. */
const LAST_MS = 40_000;
/** The part of the patience that a wait may be expected to take: who would be given up is refused at once instead. */
const WORTH = 0.6;

/**
 * A virtual queue stands for those who were sent away (GCRA, ITU-T I.371): each refusal moves its end by the time
 * that one more proof takes, and it drains by itself. Whoever is refused comes back around that end, from half to one
 * and a half times as far away by chance: so the window grows with how many wait and were refused, and the returns
 * come at 1.1 (ln 3) times the share of the rate that they have.
 */
export class HandshakeQueue {
  readonly #options: HandshakeQueueOptions;
  readonly #places = new Set<Place>();
  #underWay = 0;
  /** Milliseconds between two ends of proofs while others waited. */
  #measured = PACE_MS.first;
  #endedAt: number | null = null;
  /** When the last of those who were sent away is expected, by the monotonic clock. */
  #lastReturn = -Infinity;

  constructor(options: HandshakeQueueOptions) {
    this.#options = options;
  }

  /** Handshakes that wait. */
  get waiting(): number {
    return this.#places.size;
  }

  /**
   * What `prove` gives, as soon as it is this one's turn; null when the applicant went before. Throws Refusal
   * `overloaded` with `retryAfterMs` when there is no place, and what `prove` throws.
   */
  pass<T>(applicant: Applicant, prove: () => Promise<T>): Promise<T | null> {
    this.#clear();
    if (this.#isFull()) return Promise.reject(this.#sentAway());
    return new Promise((resolve, reject) => {
      let unhear = (): void => undefined; // what is heard of keeps the proof, and what it proves
      const place: Place = {
        since: this.#options.clock.monotonic(),
        applicant,
        begin: () => {
          unhear();
          void prove()
            .then(resolve, reject)
            .finally(() => this.#ended());
        },
        giveUp(refusal) {
          unhear();
          if (refusal) reject(refusal);
          else resolve(null);
        },
      };
      this.#places.add(place);
      unhear = applicant.onceGone(() => {
        if (this.#places.delete(place)) place.giveUp(null);
      });
      this.#next();
    });
  }

  #isFull(): boolean {
    const { waiting, patienceMs } = this.#options;
    const { size } = this.#places;
    return size >= waiting || size * this.#pace() > patienceMs * WORTH;
  }

  /** Takes out whoever has waited for too long; they stand in the order in which they came. */
  #clear(): void {
    for (const place of this.#places) {
      if (!this.#isLost(place)) return;
      this.#drop(place);
    }
  }

  #isLost({ since, applicant }: Place): boolean {
    const { clock, patienceMs } = this.#options;
    return !applicant.isThere() || clock.monotonic() - since >= patienceMs;
  }

  #drop(place: Place): void {
    this.#places.delete(place);
    place.giveUp(place.applicant.isThere() ? this.#sentAway() : null);
  }

  #next(): void {
    for (const place of this.#places) {
      if (this.#underWay >= this.#options.proved) return;
      if (this.#isLost(place)) {
        this.#drop(place);
        continue;
      }
      this.#places.delete(place);
      this.#underWay += 1;
      this.#options.soon(() => {
        if (place.applicant.isThere()) place.begin();
        else {
          place.giveUp(null);
          this.#release();
        }
      });
    }
  }

  #ended(): void {
    const now = this.#options.clock.monotonic();
    if (this.#endedAt !== null) this.#measured += (now - this.#endedAt - this.#measured) * NEWEST;
    this.#endedAt = this.#places.size > 0 ? now : null;
    this.#release();
  }

  #release(): void {
    this.#underWay -= 1;
    this.#next();
  }

  #pace(): number {
    return Math.min(Math.max(this.#measured, PACE_MS.least), PACE_MS.most);
  }

  #sentAway(): Refusal {
    const { clock, entropy } = this.#options;
    const now = clock.monotonic();
    const pace = this.#pace();
    const served = now + this.#places.size * pace;
    this.#lastReturn = Math.min(Math.max(this.#lastReturn, served) + pace / SHARE, now + LAST_MS);
    const away = this.#lastReturn - now;
    const retryAfterMs = AWAY_MS + around(away, entropy);
    return new Refusal('overloaded', { retryAfterMs });
  }
}
