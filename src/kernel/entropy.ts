/** Chance as something one asks for; in production it is the operating system's generator. */

export interface Entropy {
  /** Fresh random bytes from a cryptographic source. */
  bytes(length: number): Buffer;
  /** A UUIDv7: its first 48 bits are the time in milliseconds, so that ids sort by age. */
  id(): string;
}

/** 256 bits: out of reach of guessing at any rate (ASVS 7.2.3 asks for 128). */
const SECRET_BYTES = 32;

/** 32 fresh random bytes, as base64url: 43 characters. */
export function newSecret(entropy: Pick<Entropy, 'bytes'>): string {
  return entropy.bytes(SECRET_BYTES).toString('base64url');
}
