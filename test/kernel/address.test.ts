/** One client, one spelling: whatever way an address is written, and a /64 for whoever has more of them than can be counted. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalAddress, maskedAddress, networkOf } from '../../src/kernel/index.ts';

describe('an address', () => {
  for (const [text, canonical, network] of [
    ['192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1', '192.0.2.1'],
    ['0:0:0:0:0:ffff:c000:0201', '192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80::1', 'fe80:0:0:0::/64'],
    ['::1', '::1', '0:0:0:0::/64'],
    ['::', '::', '0:0:0:0::/64'],
    ['::1.2.3.4', '::1.2.3.4', '0:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201', '64:ff9b:0:0::/64'],
  ] as const)
    it(`written ${text} is ${canonical}, of ${network}`, () => {
      assert.equal(canonicalAddress(text), canonical);
      assert.equal(networkOf(text), network);
    });

  for (const text of [
    '',
    'unknown',
    '192.0.2',
    '192.0.2.256',
    '01.2.3.4',
    '1.2.3.4:80',
    ':::',
    '%eth0',
    '2001:db8::1::2',
    '_hidden',
    ' 192.0.2.1',
  ])
    it(`is not ${JSON.stringify(text)}, which counts as itself`, () => {
      assert.equal(canonicalAddress(text), null);
      assert.equal(networkOf(text), text);
    });

  it('is in one network with exactly those that share its first 64 bits', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    const half = fc.tuple(group, group, group, group);
    const write = (groups: number[]) => groups.map((part) => part.toString(16)).join(':');
    fc.assert(
      fc.property(half, half, half, half, (net, other, a, b) => {
        assert.equal(networkOf(write([...net, ...a])), `${write(net)}::/64`);
        assert.equal(networkOf(write([...net, ...a])), networkOf(write([...net, ...b])));
        const apart = networkOf(write([...net, ...a])) !== networkOf(write([...other, ...a]));
        assert.equal(apart, write(net) !== write(other));
      }),
    );
  });

  for (const [text, masked] of [
    ['203.0.113.77', '203.0.113.*'],
    ['::ffff:203.0.113.77', '203.0.113.*'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:*'],
    ['2001:db8::1', '2001:db8:0:*'],
    ['somewhere', null],
  ] as const)
    it(`is shown to people without its end: ${text} as ${masked ?? 'nothing'}`, () => {
      assert.equal(maskedAddress(text), masked);
    });
});
