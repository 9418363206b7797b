/** Publishes a new signing key so that no valid token is refused: every node knows it before the first token bears it. */
import type { SigningKeySeals } from './sealed-signing-key.ts';
import type { SigningKeyRows } from './signing-key-store.ts';

export interface RotationOptions {
  readonly rows: SigningKeyRows;
  readonly seals: SigningKeySeals;
  /** Milliseconds that an access token is valid. */
  readonly accessTokenMs: number;
  /** Tokens of the keys before are refused as soon as the new key signs: for a key that somebody else has. */
  readonly atOnce?: boolean;
}

/** Times are milliseconds since the epoch, by the clock of the database. */
export interface KeyRotation {
  readonly kid: string;
  readonly number: number;
  readonly publishedAt: number;
  readonly signsFrom: number;
  /** From then on, no token of a key before this one is believed. */
  readonly earlierUntil: number;
}

/**
 * A new key signs so much later than it is published. A node serves for at most two seconds on what it read
 * (docs/decisions/0007), so each has read it by then; the rest is for a commit that took its time.
 */
export const LEAD_MS = 5_000;
/**
 * The key before goes on verifying for the life of a token and this: a minute for the clocks of nodes, which may be
 * half a minute apart either way, and for one that signs on what it read two seconds ago.
 */
export const MARGIN_MS = 60_000;
/** Several may rotate at once; each finds its place after the others. */
const ATTEMPTS = 10;

/** Throws an Error when others rotate all the time. Refuses `unavailable` when the database cannot be asked. */
export async function rotateSigningKeys(options: RotationOptions): Promise<KeyRotation> {
  const { rows, seals, accessTokenMs, atOnce = false } = options;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { now: publishedAt, number } = await rows.next();
    const signsFrom = publishedAt + LEAD_MS;
    const earlierUntil = signsFrom + (atOnce ? 0 : accessTokenMs + MARGIN_MS);
    const row = seals.make({ number, signsFrom, earlierUntil });
    if (await rows.publish(row))
      return { kid: row.kid, number, publishedAt, signsFrom, earlierUntil };
  }
  throw new Error('The signing keys are being rotated by others all the time.');
}
