/** How long a channel's frames are gathered: not at all where few listen or little happens, and 25 ms at most. */

/**
 * A millisecond's pause after a frame for every ten connections that it went to. Writing a frame to a connection takes
 * about a hundredth of a millisecond of CPU (docs/performance.md): so the frames of one channel take about a tenth of
 * a core at most, until at 250 connections the longest window is reached.
 */
const LISTENERS_PER_MS = 10;
/** Below this a pause gathers next to nothing: such rooms never wait. */
const SHORTEST_MS = 5;
/**
 * What everybody in the largest room may have to wait. With the commit before it and the writing after it a delivery
 * stays below 60 ms at the 99th percentile in a room of 500 (docs/performance.md); with 50 ms it took 80.
 */
const LONGEST_MS = 25;

/** Milliseconds in which, after a frame to so many connections, what comes next is gathered into one frame. */
export function flushWindow(listeners: number): number {
  const pause = Math.min(listeners / LISTENERS_PER_MS, LONGEST_MS);
  return pause < SHORTEST_MS ? 0 : pause;
}

/** The window after a channel's last frame; after a quiet time there is none, and nothing waits. */
export class FlushWindow {
  readonly #later: (milliseconds: number, task: () => void) => () => void;
  #callOff: (() => void) | null = null;

  constructor(later: (milliseconds: number, task: () => void) => () => void) {
    this.#later = later;
  }

  get isOpen(): boolean {
    return this.#callOff !== null;
  }

  /** Begins anew, right after a frame to so many connections; `ended` runs at its end, unless it is closed before. */
  open(listeners: number, ended: () => void): void {
    this.close();
    const milliseconds = flushWindow(listeners);
    if (milliseconds === 0) return;
    this.#callOff = this.#later(milliseconds, () => {
      this.#callOff = null;
      ended();
    });
  }

  close(): void {
    this.#callOff?.();
    this.#callOff = null;
  }
}
