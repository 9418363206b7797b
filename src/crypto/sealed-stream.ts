/** Seals streams of any length in bounded memory: changed, cut short, continued or moved elsewhere, they do not open. */
import { Transform, type TransformCallback } from 'node:stream';
import sodium, { type StateAddress } from 'libsodium-wrappers';
import { associatedData, type Place } from './envelope.ts';

await sodium.ready;

/** Layout: format (1 byte) | header of the stream (24) | pieces of 64 KiB and 17 bytes each, of which the last is final. */
const FORMAT = 1;
const PIECE_BYTES = 64 * 1024;
const SEALED_PIECE_BYTES = PIECE_BYTES + sodium.crypto_secretstream_xchacha20poly1305_ABYTES;
const HEAD_BYTES = 1 + sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES;

/** What was read is not what was sealed there under that key. */
export class BrokenStream extends Error {
  constructor() {
    super('sealed bytes do not open: they were changed or cut short, or the key is another one');
  }
}

/**
 * Plaintext in, sealed bytes out. libsodium's secretstream (XChaCha20-Poly1305): pieces open only in their order, and
 * only the last is marked final (https://doc.libsodium.org/secret-key_cryptography/secretstream). `place` is bound to
 * each of them.
 */
export function sealingStream(key: Uint8Array, place: Place): Transform {
  const { state, header } = sodium.crypto_secretstream_xchacha20poly1305_init_push(key);
  const bound = associatedData(place);
  const pieces = new Pieces(PIECE_BYTES);
  let isBegun = false;
  const push = (to: Transform, piece: Uint8Array, isLast: boolean) => {
    if (!isBegun) to.push(Buffer.concat([Buffer.of(FORMAT), header]));
    isBegun = true;
    const tag = isLast
      ? sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
      : sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    to.push(sodium.crypto_secretstream_xchacha20poly1305_push(state, piece, bound, tag));
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (const piece of pieces.take(chunk)) push(this, piece, false);
      done();
    },
    flush(done) {
      push(this, pieces.rest(), true);
      done();
    },
  });
}

/** Sealed bytes in, plaintext out; fails with BrokenStream, at the end at the latest. */
export function openingStream(key: Uint8Array, place: Place): Transform {
  const bound = associatedData(place);
  const pieces = new Pieces(SEALED_PIECE_BYTES);
  let head: Buffer | null = Buffer.alloc(0);
  let state: StateAddress | null = null;
  let isOver = false;

  function begun(chunk: Buffer): Buffer {
    if (head === null) return chunk;
    head = Buffer.concat([head, chunk]);
    if (head.length < HEAD_BYTES) return Buffer.alloc(0);
    if (head[0] !== FORMAT) throw new BrokenStream();
    state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(
      head.subarray(1, HEAD_BYTES),
      key,
    );
    const rest = head.subarray(HEAD_BYTES);
    head = null;
    return rest;
  }

  function pulled(piece: Uint8Array): Uint8Array {
    if (state === null || isOver) throw new BrokenStream();
    const found = pull(state, piece, bound);
    if (!found) throw new BrokenStream();
    isOver = found.tag === sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return found.message;
  }

  /** A failure is the stream's own; anything else that is thrown would end the process. */
  function attempt(done: TransformCallback, work: () => void): void {
    try {
      work();
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  }

  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      attempt(done, () => {
        for (const piece of pieces.take(begun(chunk))) this.push(pulled(piece));
      });
    },
    flush(done) {
      attempt(done, () => {
        const rest = pieces.rest();
        if (rest.length > 0) this.push(pulled(rest));
        if (!isOver) throw new BrokenStream();
      });
    },
  });
}

function pull(state: StateAddress, piece: Uint8Array, bound: Uint8Array) {
  try {
    // It gives false for what does not open, whatever its type says.
    return sodium.crypto_secretstream_xchacha20poly1305_pull(state, piece, bound) || null;
  } catch {
    return null; // shorter than any piece is
  }
}

/** Cuts what comes into pieces of one length. The last is kept back, however long: it may be the end. */
class Pieces {
  readonly #length: number;
  #held: Buffer[] = [];
  #bytes = 0;

  constructor(length: number) {
    this.#length = length;
  }

  *take(chunk: Buffer): Generator<Buffer> {
    this.#held.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#length) return;
    const all = Buffer.concat(this.#held);
    let at = 0;
    for (; all.length - at > this.#length; at += this.#length)
      yield all.subarray(at, at + this.#length);
    this.#held = [all.subarray(at)];
    this.#bytes = all.length - at;
  }

  rest(): Buffer {
    return Buffer.concat(this.#held);
  }
}
