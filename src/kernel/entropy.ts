/** Chance as something one asks for; in production it is the operating system's generator. */

export interface Entropy {
  /** Fresh random bytes from a cryptographic source. */
  bytes(length: number): Buffer;
  /** A UUIDv7: its first 48 bits are the time in milliseconds, so that ids sort by age. */
  id(): string;
}
