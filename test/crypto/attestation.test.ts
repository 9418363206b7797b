/** What the server signs verifies with the public key alone, and nothing else does. */
import assert from 'node:assert/strict';
import { attestation, isAttested, keyring } from '../../src/crypto/index.ts';
import { Secret } from '../../src/kernel/index.ts';

const KEYS = {
  '1': Buffer.alloc(32, 1).toString('base64'),
  '2': Buffer.alloc(32, 2).toString('base64'),
};
const ring = (current: keyof typeof KEYS, names: readonly (keyof typeof KEYS)[] = ['1', '2']) =>
  keyring(
    new Secret({ current, keys: Object.fromEntries(names.map((name) => [name, KEYS[name]])) }),
  );
const said = Buffer.from('{"rows":3}');

describe('attestation', () => {
  it('is the same on every node and after every start', () => {
    assert.deepEqual(attestation(ring('1')).attest(said), attestation(ring('1')).attest(said));
    assert.equal(attestation(ring('1')).kid, attestation(ring('1')).kid);
  });

  it('verifies with its public key, and for these bytes only', () => {
    const { attest, publicKey } = attestation(ring('1'));
    const signature = attest(said);
    assert.equal(isAttested(publicKey, said, signature), true);
    assert.equal(isAttested(publicKey, Buffer.from('{"rows":4}'), signature), false);
    for (const at of [0, 31, 32, 63]) {
      const bent = Buffer.from(signature);
      bent.writeUInt8(bent.readUInt8(at) ^ 1, at);
      assert.equal(isAttested(publicKey, said, bent), false);
    }
  });

  it('verifies with no other key, and never throws for what is no key or no signature', () => {
    const signature = attestation(ring('1')).attest(said);
    assert.equal(isAttested(attestation(ring('2')).publicKey, said, signature), false);
    for (const key of [
      '',
      'AAAA',
      'x'.repeat(43),
      '!'.repeat(43),
      Buffer.alloc(32).toString('hex'),
    ])
      assert.equal(isAttested(key, said, signature), false);
    const { publicKey } = attestation(ring('1'));
    for (const none of [Buffer.alloc(0), Buffer.alloc(64), Buffer.alloc(65)])
      assert.equal(isAttested(publicKey, said, none), false);
  });

  it('goes on verifying after a rotation of the root keys, by the key that the id names', () => {
    const before = attestation(ring('1', ['1']));
    const after = attestation(ring('2'));
    assert.notEqual(after.kid, before.kid);
    assert.equal(after.publicKeys[0]?.kid, after.kid);
    const named = after.publicKeys.find(({ kid }) => kid === before.kid);
    assert.ok(named && isAttested(named.publicKey, said, before.attest(said)));
  });

  it('is named as RFC 8037 names keys', async () => {
    const { publicKey, kid } = attestation(ring('1'));
    const members = `{"crv":"Ed25519","kty":"OKP","x":"${publicKey}"}`;
    const digest = await crypto.subtle.digest('SHA-256', Buffer.from(members));
    assert.equal(kid, Buffer.from(digest).toString('base64url'));
  });
});
