/** Nobody gets more out of the door than one address may: not by headers, bodies, networks or connections. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import request from 'supertest';
import { eventually } from '../../support/bootstrap-clone.ts';
import { apart, behind } from '../../support/strangers.ts';
import { World } from '../../support/world.ts';

const QUOTA = 10;
const HEAD = 'GET / HTTP/1.1\r\nHost: x\r\n';

describe('an attack on the door of HTTP', () => {
  let world: World;
  let last = 0;
  const sockets: Socket[] = [];
  before(async () => {
    const environment = { ...apart(), HTTP_REQUESTS_PER_HOUR: String(QUOTA) };
    world = await World.create({ environment });
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    const complaints = world.logged
      .filter((line) => /"cause"|express-rate-limit/.test(line))
      .filter((line) => !line.includes('job failed')); // of whichever story: they share one queue
    assert.deepEqual(complaints, [], 'nothing broke');
  });
  after(() => world.end());

  /** An address that nobody has used. */
  const stranger = () => `198.51.100.${(last += 1)}`;
  const get = (address: string) => request(world.url).get('/').set(behind(address));
  async function usedUp(address: string): Promise<string> {
    for (let i = 0; i < QUOTA; i += 1) assert.equal((await get(address)).status, 200);
    return address;
  }
  function opened(): { socket: Socket; received: () => string } {
    const socket = connect(world.app.port(), '127.0.0.1');
    sockets.push(socket);
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    return { socket, received: () => text };
  }
  const statuses = (text: string) => (text.match(/HTTP\/1\.1 \d+/g) ?? []).map((s) => s.slice(9));

  it('with every network of a /48 gets what that many clients get, and hurts none of them', async () => {
    const honest = await get('2001:db8:7:ffff::1');
    assert.equal(honest.status, 200);
    for (let network = 0; network < 50; network += 1) {
      const answer = await get(`2001:db8:7:${network.toString(16)}::1`);
      assert.equal(answer.status, 200);
      assert.match(String(answer.headers['ratelimit']), /; r=9; /);
    }
    const one = await usedUp('2001:db8:8:1::1');
    assert.equal((await get(one.replace('::1', ':9:9:9:9'))).status, 429);
    assert.match(String((await get('2001:db8:7:ffff::2')).headers['ratelimit']), /; r=8; /);
  });

  it('that writes its IPv4 address as an IPv6 one is the same client, in every notation', async () => {
    const address = await usedUp(stranger());
    const hex = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
    const groups = `${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`;
    for (const same of [`::ffff:${address}`, `::FFFF:${groups}`, `0:0:0:0:0:ffff:${groups}`])
      assert.equal((await get(same)).status, 429, same);
    assert.equal((await get(`::ffff:${stranger()}`)).status, 200, 'not all of them together');
  });

  it('that claims in front of what the proxy saw to be others is counted as what the proxy saw', async () => {
    const address = await usedUp(stranger());
    for (const claim of ['1.1.1.1', '::1', '127.0.0.1', 'unknown', '"><script>', ', ,', '10.0.0.1'])
      assert.equal((await get(`${claim}, ${address}`)).status, 429, claim);
  });

  it('with headers without end, or in odd form, is counted, and refused like any other', async () => {
    const address = stranger();
    const floods = [
      `X-Forwarded-For: ${'1.1.1.1,'.repeat(1_500)}${address}\r\n`,
      `${'X-Forwarded-For: 1.1.1.1\r\n'.repeat(90)}X-Forwarded-For: ${address}\r\n`,
      `Forwarded: for=1.1.1.1\r\nX-Real-IP: 1.1.1.1\r\nX-Forwarded-For: ${address}\r\n`,
      `${Array.from({ length: 150 }, (_, i) => `X-${i}: y\r\n`).join('')}X-Forwarded-For: ${address}\r\n`,
      `X-Forwarded-For: ${address}\r\nRateLimit: "http.request"; r=999\r\nRetry-After: 0\r\n`,
    ];
    for (const flood of [...floods, ...floods]) {
      const { socket, received } = opened();
      socket.write(`${HEAD}Connection: close\r\n${flood}\r\n`);
      await once(socket, 'close');
      assert.match(received(), /^HTTP\/1\.1 (200|400) /, flood.slice(0, 60));
    }
    const left = (await get(address)).headers['ratelimit'];
    // Node reads a hundred headers and no more: the proxy's own was among those that it dropped, twice.
    assert.match(String(left), /; r=1; /);
  });

  it('with many requests on one connection, one upon another, gets the same as with many connections', async () => {
    const address = stranger();
    const { socket, received } = opened();
    const forwarded = `X-Forwarded-For: ${address}\r\n`;
    socket.write(`${HEAD}${forwarded}\r\n`.repeat(QUOTA + 20));
    await eventually('all are answered', () => statuses(received()).length === QUOTA + 20);
    const answers = statuses(received());
    assert.deepEqual(answers.slice(0, QUOTA), Array<string>(QUOTA).fill('200'));
    assert.deepEqual(new Set(answers.slice(QUOTA)), new Set(['429']));
    socket.write(`${HEAD}${forwarded}Connection: close\r\n\r\n`);
    await once(socket, 'close');
    assert.equal(statuses(received()).at(-1), '429');
    assert.equal((await get(address)).status, 429);
  });

  for (const [what, body] of [
    ['never comes', 'Content-Length: 5000\r\n\r\n'],
    ['stops half way', 'Content-Length: 5000\r\n\r\n{"email":"'],
    ['comes in pieces without end', 'Transfer-Encoding: chunked\r\n\r\n5\r\n{"ema\r\n'],
    ['is too large', 'Content-Length: 900000000\r\n\r\n{'],
    ['waits to be asked for', 'Content-Length: 50\r\nExpect: 100-continue\r\n\r\n'],
  ] as const)
    it(`with a body that ${what} is refused before anybody waits for it`, async () => {
      const address = await usedUp(stranger());
      const { socket, received } = opened();
      // Of a type that would be refused if anybody looked.
      const type = 'Content-Type: text/odd\r\n';
      const head = `POST /v1/sessions HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${address}\r\n`;
      socket.write(`${head}${type}${body}`);
      await eventually('it is answered', () => received().endsWith('}'));
      assert.equal(statuses(received()).at(-1), '429');
      assert.match(received(), /"code":"rate_limited"/);
    });
});

describe('an attack on the door of HTTP where no proxy is declared', () => {
  it('changes nothing by claiming to be others: the peer is counted', async () => {
    const environment = { ...apart(), TRUSTED_PROXIES: '', HTTP_REQUESTS_PER_HOUR: String(QUOTA) };
    const world = await World.create({ environment });
    try {
      for (let i = 0; i <= QUOTA; i += 1) {
        const answer = await request(world.url)
          .get('/')
          .set({
            ...behind(`203.0.113.${i}`),
            forwarded: `for=203.0.113.${i}`,
            'x-real-ip': `203.0.113.${i}`,
          });
        assert.equal(answer.status, i < QUOTA ? 200 : 429);
      }
      assert.ok(!world.logged.some((line) => /express-rate-limit/.test(line)));
    } finally {
      await world.end();
    }
  });
});
