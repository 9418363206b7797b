/** Frames that arrived while their log could not take them, in order and not without end. */
import type { ChannelFrame } from '../contract/shapes.ts';

/** Events held at most; beyond, all are dropped and read back from the server's log. */
const HELD_EVENTS = 1_000;

export class FrameQueue {
  #frames: ChannelFrame[] = [];
  #events = 0;
  #lost = false;

  get isEmpty(): boolean {
    return this.#frames.length === 0 && !this.#lost;
  }

  add(frame: ChannelFrame): void {
    this.#events += 1 + frame.events.length;
    if (this.#events > HELD_EVENTS) {
      this.clear();
      this.#lost = true;
    } else this.#frames.push(frame);
  }

  /** Hands over what was held; `lost` if it is not everything that arrived. */
  take(): { readonly frames: readonly ChannelFrame[]; readonly lost: boolean } {
    const taken = { frames: this.#frames, lost: this.#lost };
    this.clear();
    return taken;
  }

  clear(): void {
    this.#frames = [];
    this.#events = 0;
    this.#lost = false;
  }
}
