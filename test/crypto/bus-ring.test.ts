/** The bus has keys of its own where it is given some: nodes that share one understand each other, and no others. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { busRing, keyring, packets, type KeyringText } from '../../src/crypto/index.ts';
import { Refusal, Secret } from '../../src/kernel/index.ts';
import { systemClock, systemEntropy } from '../../src/platform/system.ts';

const [rootKey, rootKey2, first, second] = Array.from({ length: 4 }, () =>
  randomBytes(32).toString('base64'),
) as [string, string, string, string];
const DERIVED: KeyringText = { current: 'root', keys: { root: 'derived' } };
const ring = (own?: KeyringText, root: KeyringText = { current: '1', keys: { '1': rootKey } }) =>
  busRing(keyring(new Secret(root)), own && new Secret(own));

describe('the keyring of the bus', () => {
  const entropy = systemEntropy(systemClock);
  let nodes = 0;
  const node = (own?: KeyringText, root?: KeyringText) =>
    packets({ ring: ring(own, root), node: `n${(nodes += 1)}`, clock: systemClock, entropy });
  type Node = ReturnType<typeof node>;
  /** What the other makes of a packet: its payload, or the fault. */
  const says = (one: Node, other: Node) =>
    other.open('channel', one.seal('channel', Buffer.from('hello'))).toString();
  const both = (one: Node, other: Node) => [says(one, other), says(other, one)];

  /** A rotation as operators do it: each step is on every node before the next begins. */
  const steps: readonly (KeyringText | undefined)[] = [
    undefined,
    DERIVED,
    { current: 'root', keys: { root: 'derived', a: first } },
    { current: 'a', keys: { root: 'derived', a: first } },
    { current: 'a', keys: { a: first } },
    { current: 'a', keys: { a: first, b: second } },
    { current: 'b', keys: { a: first, b: second } },
    { current: 'b', keys: { b: second } },
  ];

  it('lets nodes of two steps that follow on each other understand each other, from derived keys to the last', () => {
    for (const [i, step] of steps.entries()) {
      assert.deepEqual(both(node(step), node(step)), ['hello', 'hello'], `step ${i}`);
      if (i > 0)
        assert.deepEqual(both(node(steps[i - 1]), node(step)), ['hello', 'hello'], `to step ${i}`);
    }
  });

  it('drops what is sealed by a key that was removed, or not added yet, and says which fault it is', () => {
    const last = node(steps[7]);
    assert.deepEqual(both(node(steps[4]), last), ['unknown-key', 'unknown-key']);
    assert.deepEqual(both(node(steps[5]), last), ['unknown-key', 'hello']);
    assert.deepEqual(both(node(undefined), node(steps[4])), ['unknown-key', 'unknown-key']);
  });

  it('takes a key of the ring for no derived one of the same name', () => {
    const named = { current: '1', keys: { '1': first } };
    assert.deepEqual(both(node(undefined), node(named)), ['unknown-key', 'unknown-key']);
    const mixed = { current: '1', keys: { '1': first, root: 'derived' } };
    assert.deepEqual(both(node(named), node(mixed)), ['hello', 'hello']);
    assert.equal(says(node(undefined), node(mixed)), 'hello');
  });

  it('lets nobody name another key than the one that a packet was sealed with', () => {
    const [old, current] = [node(steps[5]), node(steps[6])];
    const [byOld, byNew] = [old, current].map((one) => one.seal('channel', Buffer.from('hello')));
    assert.ok(byOld && byNew);
    byNew.copy(byOld, 1, 1, 5);
    assert.equal(node(steps[6]).open('channel', byOld), 'forged');
  });

  it('rotates with the root keys where it is derived', () => {
    const two = { '1': rootKey, '2': rootKey2 };
    const one = node(undefined, { current: '1', keys: two });
    const other = node(undefined, { current: '2', keys: two });
    assert.deepEqual(both(one, other), ['hello', 'hello']);
    assert.deepEqual(both(node(undefined), other), ['hello', 'unknown-key']);
  });

  it('refuses a name that it does not have, and prints none of its keys', () => {
    const own = ring(steps[3]);
    for (const name of ['a', 'root', '', '__proto__']) assert.throws(() => own.key(name), Refusal);
    const printed = inspect(own, { depth: 9, showHidden: true }) + JSON.stringify(own);
    for (const name of own.names)
      for (const form of ['base64', 'hex'] as const)
        assert.ok(!printed.includes(own.key(name).toString(form)));
  });
});
