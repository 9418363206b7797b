/** Chance from the kernel's entropy, so that clients that were told to come back do not come in the same instant. */
import type { Entropy } from '../kernel/index.ts';

/** From 0 to just below 1. */
export function chance(entropy: Entropy): number {
  return entropy.bytes(4).readUInt32BE() / 2 ** 32;
}

/** Milliseconds by chance from half to one and a half times as many as these. */
export function around(milliseconds: number, entropy: Entropy): number {
  return Math.floor(milliseconds * (0.5 + chance(entropy)));
}
