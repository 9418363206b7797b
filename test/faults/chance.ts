/** Chance that can be repeated: the same seed gives the same numbers, so a run that failed can be run again. */

export class Chance {
  #state: number;

  /** `about` keeps the numbers of one scenario apart from those of the others. */
  constructor(seed: number, about: string) {
    this.#state = seed >>> 0;
    for (const character of about)
      this.#state = Math.imul(this.#state ^ character.charCodeAt(0), 0x01000193) >>> 0;
  }

  /** At least 0 and below 1; mulberry32 (Tommy Ettinger, public domain). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number, at least `least` and below `below`. */
  between(least: number, below: number): number {
    return least + Math.floor(this.next() * (below - least));
  }

  /** True so often of 100 times. */
  percent(times: number): boolean {
    return this.next() * 100 < times;
  }
}
