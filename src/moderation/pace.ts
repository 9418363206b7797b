/** How much a step takes on while others want the same channel: what it may hold them up for decides, not what there is. */

/**
 * How long a step should hold the channel: less than what a commit of its own takes those who write there, so that
 * waiting for one and for its neighbour in the pool doubles no more than that (docs/performance.md, npm run bench:chat:
 * with 20 ms sends took 2.05 of what they take in quiet, at the 99th percentile).
 */
const STEP_MS = 12;
/** The shortest pause. */
const PAUSE_MS = 20;
/** By how much the next step may be larger; it may be as much smaller as the last one took too long. */
const GROWTH = 1.5;

export class Pace {
  readonly #least: number;
  readonly #most: number;
  #size: number;

  /** Steps of `least` to `most`, the first of them of `least`. */
  constructor(least: number, most: number) {
    this.#least = least;
    this.#most = most;
    this.#size = least;
  }

  /** What the next step may take on. */
  get size(): number {
    return Math.round(this.#size);
  }

  /**
   * Takes how long a step took, waiting included, in milliseconds: where others wait as well, the steps get shorter.
   * Gives how long to pause: as long, so that the others have half of the time at least.
   */
  took(milliseconds: number): number {
    const factor = Math.min(GROWTH, STEP_MS / Math.max(1, milliseconds));
    this.#size = Math.min(this.#most, Math.max(this.#least, this.#size * factor));
    return Math.max(PAUSE_MS, milliseconds);
  }
}
