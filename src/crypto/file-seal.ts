/** Seals files of any length in chunks: cut short, reordered, joined or changed in one bit, a file does not open. */
import sodium from 'libsodium-wrappers';
import { associatedData, type Place } from './envelope.ts';

await sodium.ready;

/** Bytes of plaintext in a chunk. */
const CHUNK_BYTES = 64 * 1024;
/** Layout: format (1) | header of the stream (24) | chunks of at most `CHUNK_BYTES` with 17 bytes more each. */
const FORMAT = 1;
const HEADER_BYTES = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES;
const SEALED_BYTES = CHUNK_BYTES + sodium.crypto_secretstream_xchacha20poly1305_ABYTES;

/** Thrown in the middle of a file: what came before was genuine, and is not all of it. */
export class BrokenFile extends Error {
  constructor() {
    super('a sealed file does not open in its place');
  }
}

/**
 * libsodium's secretstream (XChaCha20-Poly1305): each chunk is bound to all before it, the last one says that it is,
 * and `place` is bound to each.
 */
export function* sealFile(key: Uint8Array, plaintext: Uint8Array, place: Place): Generator<Buffer> {
  const ad = associatedData(place);
  const { state, header } = sodium.crypto_secretstream_xchacha20poly1305_init_push(key);
  yield Buffer.concat([Buffer.of(FORMAT), header]);
  for (let at = 0; ; at += CHUNK_BYTES) {
    const chunk = plaintext.subarray(at, at + CHUNK_BYTES);
    const isLast = at + CHUNK_BYTES >= plaintext.length;
    const tag = isLast
      ? sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
      : sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    yield Buffer.from(sodium.crypto_secretstream_xchacha20poly1305_push(state, chunk, ad, tag));
    if (isLast) return;
  }
}

/** The plaintext, chunk by chunk, of a file that comes in pieces of any size. Throws BrokenFile. */
export async function* openFile(
  key: Uint8Array,
  pieces: AsyncIterable<Uint8Array>,
  place: Place,
): AsyncGenerator<Buffer> {
  const ad = associatedData(place);
  let held = Buffer.alloc(0);
  let state: ReturnType<typeof sodium.crypto_secretstream_xchacha20poly1305_init_pull> | null =
    null;
  const seen = { last: false };
  const opened = (chunk: Uint8Array): Buffer => {
    if (!state || seen.last) throw new BrokenFile();
    const pulled = pull(state, chunk, ad);
    seen.last = pulled.tag === sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return Buffer.from(pulled.message);
  };
  for await (const piece of pieces) {
    held = Buffer.concat([held, piece]);
    if (!state) {
      if (held.length < 1 + HEADER_BYTES) continue;
      if (held[0] !== FORMAT) throw new BrokenFile();
      const header = held.subarray(1, 1 + HEADER_BYTES);
      state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(header, key);
      held = held.subarray(1 + HEADER_BYTES);
    }
    while (held.length >= SEALED_BYTES) {
      yield opened(held.subarray(0, SEALED_BYTES));
      held = held.subarray(SEALED_BYTES);
    }
  }
  if (held.length > 0) yield opened(held);
  if (!seen.last) throw new BrokenFile();
}

function pull(
  state: ReturnType<typeof sodium.crypto_secretstream_xchacha20poly1305_init_pull>,
  chunk: Uint8Array,
  ad: Uint8Array,
): { message: Uint8Array; tag: number } {
  try {
    const pulled = sodium.crypto_secretstream_xchacha20poly1305_pull(state, chunk, ad);
    if (pulled) return pulled;
  } catch {
    // too short to hold a tag
  }
  throw new BrokenFile();
}
