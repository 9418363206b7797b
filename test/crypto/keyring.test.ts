/** A ring knows its keys by name, new work takes the current one, and nothing prints any of them. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { digests, keyring } from '../../src/crypto/index.ts';
import { Refusal, Secret } from '../../src/kernel/index.ts';

const [old, current] = [randomBytes(32), randomBytes(32)];
const text = new Secret({
  current: '2',
  keys: { '1': old.toString('base64'), '2': current.toString('base64') },
});

describe('a keyring', () => {
  const ring = keyring(text);

  it('gives each key by its name, old ones too', () => {
    assert.equal(ring.current, '2');
    assert.deepEqual([...ring.names], ['1', '2']);
    assert.deepEqual([ring.key('1'), ring.key('2')], [old, current]);
  });

  it('fails for a name that is not in it, without telling the client which', () => {
    for (const name of ['3', '', '__proto__', 'constructor'])
      assert.throws(
        () => ring.key(name),
        (error) => error instanceof Refusal && error.code === 'internal' && !error.detail,
      );
  });

  it('prints none of its keys', () => {
    const printed = [
      inspect(ring, { depth: 9, showHidden: true }),
      JSON.stringify(ring),
      inspect(text),
      JSON.stringify({ text }),
      String(text),
    ].join('\n');
    for (const key of [old, current])
      for (const form of ['base64', 'hex', 'latin1'] as const)
        assert.ok(!printed.includes(key.toString(form)));
  });
});

describe('digests', () => {
  const known = digests(keyring(text));

  it('are the same for the same purpose, scope, value and key, and for nothing else', () => {
    const digest = known.of('e-mail', 'workspace', 'a@example.org');
    assert.deepEqual(known.of('e-mail', 'workspace', 'a@example.org', '2'), digest);
    for (const other of [
      known.of('e-mail', 'workspace', 'b@example.org'),
      known.of('e-mail', 'elsewhere', 'a@example.org'),
      known.of('limit', 'workspace', 'a@example.org'),
      known.of('e-mail', 'workspace', 'a@example.org', '1'),
    ])
      assert.notDeepEqual(other, digest);
  });
});
