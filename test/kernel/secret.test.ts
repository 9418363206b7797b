/** A secret is not printed by anything that prints things; it takes a word to get it out. */
import assert from 'node:assert/strict';
import { format, inspect } from 'node:util';
import { Secret } from '../../src/kernel/index.ts';

describe('a secret', () => {
  const VALUE = 'the-canary-itself';
  const secret = new Secret(VALUE);
  const nested = {
    deep: [{ secret, keys: new Secret({ d: VALUE }) }],
    map: new Map([[1, secret]]),
  };

  it('gives itself up when it is asked to', () => {
    assert.equal(secret.reveal(), VALUE);
    assert.deepEqual(new Secret({ a: 1 }).reveal(), { a: 1 });
  });

  const ways: readonly [string, () => string][] = [
    ['a template', () => String(secret)],
    ['concatenation', () => ['x', secret].join('')],
    ['JSON', () => JSON.stringify(nested)],
    ['inspection', () => inspect(nested, { depth: 9, showHidden: true, getters: true })],
    ['inspection that ignores what objects say', () => inspect(nested, { customInspect: false })],
    ['formatting', () => format('%s %o %O %j', secret, secret, nested, nested)],
    ['an error', () => inspect(new Error('x', { cause: nested }), { depth: 9 })],
    ['a list of its properties', () => JSON.stringify(Object.getOwnPropertyNames(secret))],
    ['a list of its entries', () => JSON.stringify(Object.entries(secret))],
    ['a copy', () => JSON.stringify(Object.assign({}, secret))],
    ['a structured clone', () => inspect(structuredClone(secret))],
  ];
  for (const [what, way] of ways)
    it(`stays one in ${what}`, () => {
      const printed = way();
      assert.ok(!printed.includes('canary'), printed);
    });

  it('says that it is one', () => {
    assert.equal(String(secret), '[secret]');
    assert.equal(JSON.stringify({ secret }), '{"secret":"[secret]"}');
    assert.equal(inspect(secret), '[secret]');
  });

  it('is not equal to what it holds', () => {
    assert.notEqual(secret, VALUE);
    assert.throws(() => assert.deepEqual(secret, VALUE));
  });
});
