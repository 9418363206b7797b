/** No packet counts twice: what each sender has sent is remembered over a window, for as long as it could be repeated. */

/** How far packets of one sender may overtake each other. */
const WINDOW = 4_096;
/** Senders remembered at a time; only the proved are. Nodes of a few restarts are far fewer. */
const SENDERS = 1_024;

interface Sender {
  highest: number;
  /** One bit per place of the window. */
  readonly seen: Uint8Array;
  /** Milliseconds since the epoch. */
  heardAt: number;
}

/** The sliding window of RFC 4303, 3.4.3, one per sender. */
export class ReplayWindows {
  readonly #senders = new Map<string, Sender>();
  readonly #keepMs: number;

  /** `keepMs`: after this long without a packet a sender is forgotten; older packets must be refused elsewhere. */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** Whether `take` would take it. Safe to ask about what is not proved: nothing is remembered. */
  isNew(name: string, place: number): boolean {
    const sender = this.#senders.get(name);
    if (!sender) return true;
    if (place <= sender.highest - WINDOW) return false;
    return place > sender.highest || !has(sender.seen, place);
  }

  /** Takes the packet at this place of its sender, once; `now` in milliseconds since the epoch. */
  take(name: string, place: number, now: number): boolean {
    if (!this.isNew(name, place)) return false;
    const sender = this.#senders.get(name) ?? this.#begin(name, place, now);
    if (!sender) return false;
    const passed = Math.min(place - sender.highest, WINDOW);
    for (let i = 1; i <= passed; i += 1) clear(sender.seen, sender.highest + i);
    sender.highest = Math.max(sender.highest, place);
    sender.heardAt = now;
    set(sender.seen, place);
    return true;
  }

  #begin(name: string, place: number, now: number): Sender | null {
    for (const [other, { heardAt }] of this.#senders)
      if (now - heardAt > this.#keepMs) this.#senders.delete(other);
    if (this.#senders.size >= SENDERS) return null;
    const sender = { highest: place, seen: new Uint8Array(WINDOW / 8), heardAt: now };
    this.#senders.set(name, sender);
    return sender;
  }
}

const bit = (place: number) => 1 << (place % 8);
const byte = (place: number) => Math.floor((place % WINDOW) / 8);
const has = (seen: Uint8Array, place: number) => ((seen[byte(place)] ?? 0) & bit(place)) !== 0;
function set(seen: Uint8Array, place: number): void {
  seen[byte(place)] = (seen[byte(place)] ?? 0) | bit(place);
}
function clear(seen: Uint8Array, place: number): void {
  seen[byte(place)] = (seen[byte(place)] ?? 0) & ~bit(place);
}
