/** What the server signs verifies with the public key alone, as what it was signed, and nothing else does. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { documentSigner, keyring } from '../../src/crypto/index.ts';
import { verifyDocument, type DocumentKind } from '../../src/crypto/signed-document.ts';
import { Secret } from '../../src/kernel/index.ts';

const KEYS = {
  '1': Buffer.alloc(32, 1).toString('base64'),
  '2': Buffer.alloc(32, 2).toString('base64'),
};
const KINDS: readonly DocumentKind[] = [
  'backup-manifest',
  'erasure-ledger',
  'erasure-receipt',
  'export-manifest',
];
const signer = (current: keyof typeof KEYS, names: readonly (keyof typeof KEYS)[] = ['1', '2']) =>
  documentSigner(
    keyring(
      new Secret({ current, keys: Object.fromEntries(names.map((name) => [name, KEYS[name]])) }),
    ),
  );
const said = { rows: 3, of: { b: 1, a: 2 } };

describe('documentSigner', () => {
  it('signs alike on every node and after every start', () => {
    for (const kind of KINDS)
      assert.deepEqual(signer('1').sign(kind, said), signer('1').sign(kind, said));
    assert.deepEqual(signer('1').current, signer('1').published.keys[0]);
  });

  it('verifies with the published keys, however it is ordered, and for this document only', () => {
    const own = signer('1');
    const { published } = own;
    const { rows, of, key, signature } = own.sign('export-manifest', said);
    const by = (document: object) => verifyDocument('export-manifest', document, published);
    assert.equal(by({ signature, of: { a: of.a, b: of.b }, rows, key }), 'valid');
    assert.equal(by({ rows: 4, of, key, signature }), 'forged');
    assert.equal(by({ rows, of, key, signature, more: 1 }), 'forged');
    for (const at of [0, 31, 32, 63]) {
      const bent = Buffer.from(signature, 'base64url');
      bent.writeUInt8(bent.readUInt8(at) ^ 1, at);
      assert.equal(by({ rows, of, key, signature: bent.toString('base64url') }), 'forged');
    }
  });

  it('is valid as the kind that it was signed as, and as no other', () => {
    const own = signer('1');
    for (const kind of KINDS)
      for (const other of KINDS)
        assert.equal(
          verifyDocument(other, own.sign(kind, said), own.published),
          kind === other ? 'valid' : 'forged',
        );
  });

  it('verifies with no other key, and never throws for what is no key, no signature or no document', () => {
    const own = signer('1');
    const { current } = own;
    const document = own.sign('export-manifest', said);
    const by = (given: unknown, ...keys: readonly (typeof current)[]) =>
      verifyDocument('export-manifest', given, { keys });
    const { x } = signer('2').current;
    for (const other of [x, '', 'AAAA', '!'.repeat(43), Buffer.alloc(32).toString('hex')])
      assert.equal(by(document, { ...current, x: other }), 'forged');
    assert.equal(by(document), 'unknown-key');
    assert.equal(by(document, signer('2').current), 'unknown-key');
    for (const key of ['__proto__', 'constructor', ''])
      assert.equal(by({ ...document, key }, current), 'unknown-key', key);
    for (const none of ['', 'AA', `${document.signature}=`, ` ${document.signature}`])
      assert.equal(by({ ...document, signature: none }, current), 'forged');
    for (const none of [null, 7, 'text', [], said, { ...document, key: 7 }])
      assert.equal(by(none, current), 'unsigned');
  });

  it('goes on verifying after a rotation of the root keys, by the key that the document names', () => {
    const before = signer('1', ['1']);
    const after = signer('2');
    assert.notEqual(after.current.kid, before.current.kid);
    assert.equal(after.published.keys[0]?.kid, after.current.kid);
    const document = before.sign('erasure-receipt', said);
    assert.equal(after.verify('erasure-receipt', document), 'valid');
    assert.equal(
      before.verify('erasure-receipt', after.sign('erasure-receipt', said)),
      'unknown-key',
    );
  });

  it('names its keys as RFC 7638 does', async () => {
    const { x, kid } = signer('1').current;
    const members = `{"crv":"Ed25519","kty":"OKP","x":"${x}"}`;
    const digest = await crypto.subtle.digest('SHA-256', Buffer.from(members));
    assert.equal(kid, Buffer.from(digest).toString('base64url'));
  });

  it('is verified by a file that loads node:crypto and canonical JSON, and nothing of the server', async () => {
    const path = new URL('../../src/crypto/signed-document.ts', import.meta.url);
    const found = [...(await readFile(path, 'utf8')).matchAll(/ from '([^']+)'/g)];
    assert.deepEqual(
      found.map(([, name]) => name),
      ['node:crypto', 'canonicalize'],
    );
  });
});
