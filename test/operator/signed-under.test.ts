/** What was signed under an old root key keeps it in the ring, and is named by the key that signed it. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentSigner, keyring } from '../../src/crypto/index.ts';
import { Secret } from '../../src/kernel/index.ts';
import { signedUnder } from '../../src/operator/signed-under.ts';
import { someFolder } from '../support/restorable.ts';

describe('what root keys signed', () => {
  const folder = someFolder();
  const path = join(folder.path, 'ledger.jsonl');
  after(() => folder.remove());

  const key = (of: number) => Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 7 + of) % 256));
  const ring = (current: string, ...names: string[]) => {
    const keys = names.map((name) => [name, key(Number(name)).toString('base64')]);
    return keyring(
      new Secret({ current, keys: Object.fromEntries(keys) as Record<string, string> }),
    );
  };
  const line = (current: string) =>
    JSON.stringify(documentSigner(ring(current, current)).sign('erasure-ledger', { seq: 1 }));
  const kid = (of: string) => documentSigner(ring(of, of)).current.kid;
  async function* receipts(...by: string[]) {
    for (const of of by) yield await Promise.resolve({ key: kid(of), count: 2 });
  }

  it('is counted by root key, and by thumbprint where the ring has it no more', async () => {
    writeFileSync(path, ['1', '2', '1', '3'].map((of) => `${line(of)}\n`).join(''));
    const found = await signedUnder(ring('2', '1', '2'), { path, receipts: receipts('1', '1') });
    assert.deepEqual(Object.fromEntries(found), {
      1: { ledgerLines: 2, receipts: 4 },
      2: { ledgerLines: 1, receipts: 0 },
      [kid('3')]: { ledgerLines: 1, receipts: 0 },
    });
  });

  it('is nothing where there is no ledger yet, and unknown where it cannot be read', async () => {
    const of = async (place: string) => {
      const found = await signedUnder(ring('1', '1'), { path: place, receipts: receipts() });
      return found.get('1')?.ledgerLines;
    };
    assert.equal(await of(join(folder.path, 'none')), 0);
    assert.equal(await of(folder.path), null, 'a folder');
    writeFileSync(path, 'no JSON\n');
    assert.equal(await of(path), null);
  });
});
