/** A packet between nodes opens once, soon, on its channel and under a key of the ring; everything else is dropped. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  derivedRing,
  keyring,
  packets,
  PACKET_BYTES,
  type Packets,
} from '../../src/crypto/index.ts';
import { Secret } from '../../src/kernel/index.ts';
import { systemEntropy } from '../../src/platform/system.ts';
import { HandClock } from '../support/hand-clock.ts';
import { cost } from '../support/processor.ts';

const key = () => randomBytes(32).toString('base64');
const keys = { one: key(), two: key() };
const CHANNEL = 'conclave-1#/#';

describe('a packet between nodes', () => {
  const clock = new HandClock();
  const entropy = systemEntropy(clock);
  const node = (
    name: string,
    current: keyof typeof keys = 'one',
    known: object = keys,
  ): Packets => {
    const text = { current, keys: known as typeof keys };
    const ring = derivedRing(keyring(new Secret(text)), 'bus');
    return packets({ ring, node: name, clock, entropy });
  };
  const payload = Buffer.from('a notice');

  it('is opened by every other node, and shows nothing of what it says', () => {
    const [a, b, c] = [node('a'), node('b'), node('c')];
    const packet = a.seal(CHANNEL, payload);
    assert.deepEqual(b.open(CHANNEL, packet), payload);
    assert.deepEqual(c.open(CHANNEL, packet), payload);
    assert.equal(a.open(CHANNEL, packet), 'own');
    assert.ok(!packet.includes('notice'));
    assert.notDeepEqual(a.seal(CHANNEL, payload).subarray(37), packet.subarray(37));
  });

  it('opens once, also when later ones came first', () => {
    const [a, b] = [node('a'), node('b')];
    const sent = Array.from({ length: 5_000 }, () => a.seal(CHANNEL, payload));
    const [lost, ...rest] = sent;
    for (const packet of rest.slice(0, 1_000).reverse())
      assert.deepEqual(b.open(CHANNEL, packet), payload);
    for (const packet of rest.slice(0, 1_000)) assert.equal(b.open(CHANNEL, packet), 'replayed');
    for (const packet of rest.slice(1_000)) assert.deepEqual(b.open(CHANNEL, packet), payload);
    assert.ok(lost);
    assert.equal(b.open(CHANNEL, lost), 'replayed', 'too far behind to know');
    for (const packet of sent) assert.equal(b.open(CHANNEL, packet), 'replayed');
  });

  it('opens again for nobody after a restart of the sender', () => {
    const b = node('b');
    const before = node('a').seal(CHANNEL, payload);
    assert.deepEqual(b.open(CHANNEL, before), payload);
    assert.deepEqual(b.open(CHANNEL, node('a').seal(CHANNEL, payload)), payload);
    assert.equal(b.open(CHANNEL, before), 'replayed');
  });

  it('is of no use on another channel, later, or with a single bit changed', () => {
    const [a, b] = [node('a'), node('b')];
    const packet = a.seal(CHANNEL, payload);
    assert.equal(b.open('conclave-1#/admin#', packet), 'forged');
    for (let bit = 0; bit < packet.length * 8; bit += 1) {
      const changed = Buffer.from(packet);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(typeof b.open(CHANNEL, changed), 'string', `bit ${bit}`);
    }
    for (let length = 0; length < packet.length; length += 1)
      assert.equal(typeof b.open(CHANNEL, packet.subarray(0, length)), 'string');
    assert.equal(b.open(CHANNEL, Buffer.alloc(PACKET_BYTES + 1, 1)), 'oversized');
    for (let i = 0; i < 1_000; i += 1)
      assert.equal(typeof b.open(CHANNEL, randomBytes(i)), 'string');
    clock.forward(30_001);
    assert.equal(b.open(CHANNEL, packet), 'stale');
    clock.forward(-60_002);
    assert.equal(b.open(CHANNEL, packet), 'stale', 'from a clock too far ahead');
    clock.forward(30_001);
    assert.deepEqual(b.open(CHANNEL, packet), payload, 'and none of that spent it');
  });

  it('opens under every key of the ring, so that keys can be changed one node at a time', () => {
    const [old, renewed] = [node('a', 'one'), node('b', 'two')];
    assert.deepEqual(renewed.open(CHANNEL, old.seal(CHANNEL, payload)), payload);
    assert.deepEqual(old.open(CHANNEL, renewed.seal(CHANNEL, payload)), payload);
    const done = node('c', 'two', { two: keys.two });
    assert.equal(done.open(CHANNEL, old.seal(CHANNEL, payload)), 'unknown-key');
    const stranger = node('d', 'one', { one: key() });
    assert.equal(stranger.open(CHANNEL, old.seal(CHANNEL, payload)), 'forged');
  });

  it('is never sealed under a key that seals anything else', () => {
    const root = keyring(new Secret({ current: 'one', keys }));
    const ring = derivedRing(root, 'bus');
    for (const name of ring.names) assert.notDeepEqual(ring.key(name), root.key(name));
    assert.throws(() => ring.key('three'), /internal/);
  });

  it('costs little', () => {
    const [a, b] = [node('a'), node('b')];
    const text = randomBytes(300);
    const round = () => b.open(CHANNEL, a.seal(CHANNEL, text));
    for (let i = 0; i < 3_000; i += 1) round();
    const rounds = () => {
      for (let i = 0; i < 10_000; i += 1) assert.ok(typeof round() !== 'string');
    };
    const each = cost(rounds) / 10;
    console.log(`      sealing and opening 300 bytes: ${each.toFixed(1)} us`);
    assert.ok(each < 1_000);
  });
});
