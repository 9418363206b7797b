/** Versioned keys from the environment or a file: the current one for new work, the old ones for what exists. */
import { createHash, hkdfSync } from 'node:crypto';
import { Refusal, Secret } from '../kernel/index.ts';

/** Bytes of every symmetric key here (XChaCha20-Poly1305, HMAC-SHA-256). */
export const KEY_BYTES = 32;

export interface Keyring {
  /** Name of the key that new work uses. */
  readonly current: string;
  /** The key of that name; a name that is not in the ring is an integrity failure, not a bug. */
  readonly key: (name: string) => Buffer;
  readonly names: readonly string[];
}

/** What a keyring looks like in configuration: `{ "current": "2", "keys": { "1": "<base64>", "2": "<base64>" } }`. */
export interface KeyringText {
  readonly current: string;
  readonly keys: Readonly<Record<string, string>>;
}

/** Holds the decoded keys where neither a log nor an error can print them. */
export function keyring(text: Secret<KeyringText>): Keyring {
  const { current, keys } = text.reveal();
  const decoded = new Map(
    Object.entries(keys).map(([name, base64]) => [name, new Secret(Buffer.from(base64, 'base64'))]),
  );
  return {
    current,
    names: [...decoded.keys()],
    key: (name) => {
      const secret = decoded.get(name);
      if (!secret)
        throw new Refusal('internal', { cause: new Error('a key of the ring is missing') });
      return secret.reveal();
    },
  };
}

/** A ring of the same names whose keys serve this purpose only: HKDF-SHA-256 (RFC 5869) of each key of `ring`. */
export function derivedRing(
  ring: Keyring,
  purpose: 'backup' | 'bus' | 'documents' | 'signing-keys',
): Keyring {
  const derive = (name: string) =>
    Buffer.from(hkdfSync('sha256', ring.key(name), '', `conclave ${purpose}`, KEY_BYTES));
  const derived = new Map(ring.names.map((name) => [name, new Secret(derive(name))]));
  const key = (name: string) => derived.get(name)?.reveal() ?? ring.key(name); // which refuses an unknown name
  return { current: ring.current, names: ring.names, key };
}

/** SHA-256, for names that must not be readable where they are used; it hides no secret. */
export function digestOf(name: string): Buffer {
  return createHash('sha256').update(name).digest();
}
