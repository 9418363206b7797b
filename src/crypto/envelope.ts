/** Seals bytes so that they open only under the same key and in the same place; anything else fails whole. */
import sodium from 'libsodium-wrappers';
import type { Entropy } from '../kernel/index.ts';

await sodium.ready;

/** Layout: format (1 byte) | nonce (24) | ciphertext and tag (16 more than the plaintext). */
const FORMAT = 1;
const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES;
/** Before each part of a place. */
const LENGTH_BYTES = 4;

/** Where sealed bytes belong. Every part is bound: moved to another row, version or epoch, they do not open. */
export type Place = readonly (string | number)[];

export interface Envelope {
  /** XChaCha20-Poly1305 with a fresh random nonce; `place` is the associated data. */
  seal(key: Uint8Array, plaintext: Uint8Array, place: Place): Buffer;
}

/** A 192-bit random nonce needs no counter: a repeat is out of reach at any volume (draft-irtf-cfrg-xchacha, §3.1). */
export function envelope(entropy: Entropy): Envelope {
  return {
    seal(key, plaintext, place) {
      const nonce = entropy.bytes(NONCE_BYTES); // the WASM generator costs 60 microseconds a call
      const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plaintext,
        associatedData(place),
        null,
        nonce,
        key,
      );
      return Buffer.concat([Buffer.of(FORMAT), nonce, sealed]);
    },
  };
}

/** The plaintext, or null when key, place or a single bit differ from when it was sealed. */
export function open(key: Uint8Array, sealed: Uint8Array, place: Place): Buffer | null {
  if (sealed.length < HEAD_BYTES + TAG_BYTES || sealed[0] !== FORMAT) return null;
  try {
    const plaintext = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      null,
      sealed.subarray(HEAD_BYTES),
      associatedData(place),
      sealed.subarray(1, HEAD_BYTES),
      key,
    );
    return Buffer.from(plaintext.buffer, plaintext.byteOffset, plaintext.byteLength);
  } catch {
    return null;
  }
}

/** Each part with its length before it, so that no two places read the same. */
export function associatedData(place: Place): Buffer {
  const parts = place.map(String);
  let length = 0;
  for (const part of parts) length += LENGTH_BYTES + Buffer.byteLength(part, 'utf8');
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const part of parts) {
    const written = bytes.write(part, at + LENGTH_BYTES, 'utf8');
    bytes.writeUInt32BE(written, at);
    at += LENGTH_BYTES + written;
  }
  return bytes;
}
