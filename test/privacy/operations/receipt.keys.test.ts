/** What receipts are checked with is there for everybody, and holds nothing that could sign one. */
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import type { OutputOf } from '../../support/connection.ts';
import { asked } from '../../support/asked.ts';
import { World } from '../../support/world.ts';

describe('receipt.keys', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  const keys = (query = `workspace=${world.slug}`) =>
    asked<OutputOf<'receipt.keys'>>(world.url, 'GET', `/v1/receipt-keys?${query}`);

  it('gives public keys of Ed25519, the current one first, without their private halves', async () => {
    const found = await keys().accepted();
    const [first] = found.keys;
    assert.ok(first);
    assert.deepEqual(Object.keys(first).sort(), ['crv', 'kid', 'kty', 'x']);
    assert.equal(createPublicKey({ key: first, format: 'jwk' }).asymmetricKeyType, 'ed25519');
  });

  it('is refused as not_found of a workspace that there is not, as invalid_input of anything else', async () => {
    await keys('workspace=nowhere').refused('not_found');
    await keys('workspace=&a=b').refused('invalid_input');
  });
});
