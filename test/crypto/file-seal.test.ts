/** A sealed file opens whole, in its place, in pieces of any size; anything else fails, at the latest at its end. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { BrokenFile, openFile, sealFile } from '../../src/crypto/index.ts';

const key = randomBytes(32);
const PLACE = ['export-file', 'a', 'b'] as const;
const CHUNK = 64 * 1024;
const SEALED = CHUNK + 17;

const sealed = (text: Buffer) => Buffer.concat([...sealFile(key, text, PLACE)]);

async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

async function opened(
  bytes: Buffer,
  {
    size = 5_000,
    with: by = key,
    place = PLACE,
  }: { size?: number; with?: Buffer; place?: readonly string[] } = {},
) {
  const chunks: Buffer[] = [];
  for await (const chunk of openFile(by, pieces(bytes, size), place)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('a sealed file', () => {
  it('opens as what was sealed, whatever its length and however it comes', async () => {
    for (const length of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK]) {
      const text = randomBytes(length);
      for (const size of [1_000, 65_536, 1_000_000])
        assert.deepEqual(await opened(sealed(text), { size }), text, `${length} by ${size}`);
    }
  });

  it('does not open under another key or in another place', async () => {
    const file = sealed(randomBytes(100));
    await assert.rejects(opened(file, { with: randomBytes(32) }), BrokenFile);
    await assert.rejects(opened(file, { place: ['export-file', 'b', 'a'] }), BrokenFile);
  });

  it('does not open with any of its bytes changed', async () => {
    const file = sealed(randomBytes(40));
    for (let at = 0; at < file.length; at += 1) {
      const bent = Buffer.from(file);
      bent.writeUInt8(bent.readUInt8(at) ^ 1, at);
      await assert.rejects(opened(bent), BrokenFile, `byte ${at}`);
    }
  });

  it('does not open cut short anywhere, not even between two chunks, nor with something after its end', async () => {
    const file = sealed(randomBytes(2 * CHUNK + 10));
    for (const end of [0, 10, 25, 25 + SEALED, 25 + 2 * SEALED, file.length - 1])
      await assert.rejects(opened(file.subarray(0, end)), BrokenFile, `cut at ${end}`);
    await assert.rejects(opened(Buffer.concat([file, Buffer.alloc(1)])), BrokenFile);
    await assert.rejects(opened(Buffer.concat([file, file.subarray(25)])), BrokenFile);
  });

  it('does not open with two chunks in each other’s place', async () => {
    const file = sealed(randomBytes(3 * CHUNK));
    const [a, b] = [file.subarray(25, 25 + SEALED), file.subarray(25 + SEALED, 25 + 2 * SEALED)];
    const swapped = Buffer.concat([file.subarray(0, 25), b, a, file.subarray(25 + 2 * SEALED)]);
    await assert.rejects(opened(swapped), BrokenFile);
  });
});
