/** The port between who counts what an address sends and who lets it in; it names no library and no store. */

export interface Hits {
  /** Hits of the key in the window that is running, this one included. */
  readonly hits: number;
  /** Milliseconds until one more is allowed, or, where there is room, until the window is whole again. */
  readonly resetMs: number;
}

export interface HitStore {
  /** Counts one hit of a key. May reject only where it says so. */
  hit(key: string): Promise<Hits>;
}
