/** Nobody chooses the address that they are counted by: a header is believed only from proxies that were declared. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { ConfigError, readConfig } from '../../src/config.ts';
import { clientAddresses } from '../../src/transport/client-address.ts';
import { cost } from '../support/processor.ts';

const PROXIES = ['10.0.0.0/8', '192.0.2.1', '2001:db8:a::/48', '::ffff:172.16.0.0/108'];

function from(peer: string | undefined, forwarded?: string | string[], headers: object = {}) {
  return {
    socket: { remoteAddress: peer },
    headers: { ...headers, ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }) },
  } as unknown as IncomingMessage;
}

describe('the address of a client', () => {
  const address = clientAddresses(PROXIES);

  it('is the peer when no proxy is declared, whatever the headers say', () => {
    const bare = clientAddresses([]);
    assert.equal(bare(from('198.51.100.7', '203.0.113.1')), '198.51.100.7');
    assert.equal(bare(from('::ffff:198.51.100.7', '203.0.113.1')), '198.51.100.7');
    assert.equal(bare(from(undefined, '203.0.113.1')), 'unknown');
  });

  it('is the peer when that is no declared proxy: its header is spoofed', () => {
    assert.equal(address(from('198.51.100.7', '203.0.113.1')), '198.51.100.7');
    assert.equal(address(from('11.0.0.1', '203.0.113.1')), '11.0.0.1');
    assert.equal(address(from('2001:db8:b::1', '203.0.113.1')), '2001:db8:b::1');
    assert.equal(address(from(undefined, '203.0.113.1')), 'unknown');
  });

  for (const [what, peer, forwarded, client] of [
    ['one proxy', '10.1.2.3', '203.0.113.1', '203.0.113.1'],
    ['a mapped proxy', '::ffff:10.1.2.3', '203.0.113.1', '203.0.113.1'],
    ['a proxy of a network written as mapped', '172.20.0.1', '203.0.113.1', '203.0.113.1'],
    ['an IPv6 proxy', '2001:db8:a:1::2', '2001:DB8:0:0::9', '2001:db8::9'],
    ['two proxies', '10.1.2.3', '203.0.113.1, 192.0.2.1', '203.0.113.1'],
    ['a claim before what the proxy saw', '10.1.2.3', '1.1.1.1, 203.0.113.1', '203.0.113.1'],
    ['a claim of a proxy', '10.1.2.3', '10.9.9.9, 203.0.113.1', '203.0.113.1'],
    ['a mapped client', '10.1.2.3', '::ffff:203.0.113.1', '203.0.113.1'],
    ['a port', '10.1.2.3', '203.0.113.1:4711', '203.0.113.1'],
    ['brackets', '10.1.2.3', '[2001:db8::9]', '2001:db8::9'],
    ['brackets and a port', '10.1.2.3', '[2001:db8::9]:4711', '2001:db8::9'],
    ['proxies alone', '10.1.2.3', '10.0.0.5, 192.0.2.1', '10.0.0.5'],
    ['no header', '10.1.2.3', undefined, '10.1.2.3'],
    ['an empty header', '10.1.2.3', '', '10.1.2.3'],
    ['garbage', '10.1.2.3', 'unknown', '10.1.2.3'],
    ['garbage behind a second proxy', '10.1.2.3', '1.1.1.1, <script>, 192.0.2.1', '192.0.2.1'],
    ['an address with a tail', '10.1.2.3', '203.0.113.1 OR 1=1', '10.1.2.3'],
    ['commas', '10.1.2.3', ',,,', '10.1.2.3'],
  ] as const)
    it(`is found behind ${what}`, () => assert.equal(address(from(peer, forwarded)), client));

  it('reads no other header', () => {
    const headers = {
      forwarded: 'for=203.0.113.1',
      'x-real-ip': '203.0.113.1',
      'cf-connecting-ip': '203.0.113.1',
      'true-client-ip': '203.0.113.1',
      'x-client-ip': '203.0.113.1',
    };
    assert.equal(address(from('10.1.2.3', undefined, headers)), '10.1.2.3');
  });

  it('is never what a client wrote, however it is written', () => {
    const claim = fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.constant('10.0.0.1'));
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 20 }), (claims) => {
        const seen = '203.0.113.250';
        assert.equal(address(from('10.1.2.3', [...claims, seen].join(','))), seen);
        assert.equal(address(from(seen, claims.join(','))), seen);
      }),
    );
  });

  it('takes no time to find in a header as long as Node takes', () => {
    const long = '10.0.0.1,'.repeat(1_800);
    const milliseconds = cost(() => {
      for (let i = 0; i < 10; i += 1) assert.equal(address(from('10.1.2.3', long)), '10.1.2.3');
    });
    assert.ok(milliseconds < 1_000, `${milliseconds} ms`);
  });
});

describe('TRUSTED_PROXIES', () => {
  const read = (text: string) =>
    readConfig({ ...process.env, TRUSTED_PROXIES: text }).trustedProxies;

  it('is nobody by default', () => {
    assert.deepEqual(read(''), []);
  });

  it('takes addresses and networks', () => {
    assert.deepEqual(read(PROXIES.join(', ')), PROXIES);
  });

  for (const wrong of [
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0',
    'proxy.local',
    '*',
    'loopback',
    '2001:db8::/129',
    'fe80::1%eth0',
    '0.0.0.0/0',
    '::/0',
    '::ffff:0.0.0.0/96',
    '0:0:0:0:0:ffff:0:0/96',
    '::ffff:10.0.0.1/8',
  ])
    it(`stops the start at ${wrong}`, () => {
      assert.throws(
        () => read(wrong),
        (error) => error instanceof ConfigError && error.message.includes('TRUSTED_PROXIES'),
      );
    });
});
