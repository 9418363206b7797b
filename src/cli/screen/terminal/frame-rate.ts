/** Lets something happen soon, but no more often than so many times a second, and the last time never left out. */

/** Twenty times a second: faster than anybody reads, slower than a burst of messages arrives. */
const FRAME_MS = 50;

export class FrameRate {
  readonly #frame: () => void;
  /** What was asked for in this turn of the event loop comes in one frame. */
  #soon: ReturnType<typeof setImmediate> | null = null;
  #pause: ReturnType<typeof setTimeout> | null = null;
  #isDue = false;
  #isOver = false;

  constructor(frame: () => void) {
    this.#frame = frame;
  }

  /** There is something new: a frame follows at once, or when the time since the last one is over. */
  ask(): void {
    if (this.#isOver) return;
    if (this.#pause) this.#isDue = true;
    else this.#soon ??= setImmediate(() => this.#run());
  }

  stop(): void {
    this.#isOver = true;
    if (this.#soon) clearImmediate(this.#soon);
    if (this.#pause) clearTimeout(this.#pause);
  }

  #run(): void {
    this.#soon = null;
    this.#isDue = false;
    this.#pause = setTimeout(() => {
      this.#pause = null;
      if (this.#isDue) this.#run();
    }, FRAME_MS);
    this.#frame();
  }
}
