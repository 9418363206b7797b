/** An address opens as many sockets as it may and tries as often as it may; what is more is answered without a look. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Refusal } from '../../../src/kernel/index.ts';
import { doorkeeper } from '../../../src/transport/socket/doorkeeper.ts';
import { MINUTE } from '../../support/hand-clock.ts';
import { Connection } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { apart, behind } from '../../support/strangers.ts';
import { World } from '../../support/world.ts';
import { entropy, raw } from '../http/served.ts';

const ATTEMPTS = 6;
const OPEN = 2;
const SIZES = {
  SOCKET_HANDSHAKES_PER_MINUTE: String(ATTEMPTS),
  SOCKETS_PER_ADDRESS: String(OPEN),
};
const UPGRADE = '/socket.io/?EIO=4&transport=websocket';

/** Asks for a WebSocket from an address and resolves with all that is answered, once the server hangs up. */
function attempt(port: number, address: string, path = UPGRADE, upgrade = 'websocket') {
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: x',
    `X-Forwarded-For: ${address}`,
    ...(upgrade ? ['Connection: Upgrade', `Upgrade: ${upgrade}`] : ['Connection: close']),
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ];
  return raw(port, `${lines.join('\r\n')}\r\n\r\n`);
}

const statusOf = (answer: string) => Number(answer.split(' ')[1]);

describe('the door of sockets', () => {
  let world: World;
  let alice: Person;
  const opened: Connection[] = [];
  before(async () => {
    world = await World.create({ environment: { ...apart(), ...SIZES } });
    alice = await world.person('Alice');
  });
  beforeEach(() => world.clock.forward(2 * MINUTE));
  afterEach(() => {
    for (const connection of opened.splice(0)) connection.close();
  });
  after(() => world.end());

  async function open(address: string): Promise<Connection> {
    const auth = { token: alice.accessToken };
    const connection = await Connection.open(world.url, auth, { extraHeaders: behind(address) });
    opened.push(connection);
    return connection;
  }

  it('lets an address try so many times a minute, whatever it tries, and tells it when to come back', async () => {
    const port = world.app.port();
    const wrong = '/socket.io/?EIO=3&transport=websocket';
    for (let i = 0; i < ATTEMPTS; i += 1) {
      const answer =
        i % 2 === 0
          ? attempt(port, '203.0.113.1', wrong)
          : attempt(port, '203.0.113.1', UPGRADE, '');
      assert.equal(statusOf(await answer), 400);
    }
    for (const upgrade of ['websocket', '']) {
      const answer = await attempt(port, '203.0.113.1', wrong, upgrade);
      assert.equal(statusOf(answer), 429);
      assert.match(answer, /\r\nretry-after: 6[01]\r\n/i);
      assert.match(answer, /"code":"rate_limited".*"bucket":"socket.handshake","by":"address"/);
    }
    await assert.rejects(open('203.0.113.1'));
    assert.ok((await open('203.0.113.2')).socket.connected, 'another address');
    world.clock.forward(MINUTE + 1_000);
    assert.ok((await open('203.0.113.1')).socket.connected);
    assert.ok(
      world.logged.some((line) => /"what":"handshake"/.test(line) && line.includes('rate_limited')),
    );
  });

  it('lets an address have so many sockets open, and one more when one has gone', async () => {
    const first = await open('198.51.100.1');
    await open('::ffff:198.51.100.1');
    const answer = await attempt(world.app.port(), '198.51.100.1');
    assert.equal(statusOf(answer), 429);
    assert.match(answer, /"bucket":"socket.connections"/);
    assert.match(answer, /\r\nretry-after: 10\r\n/i);
    await open('198.51.100.2');
    first.close();
    // The server counts a connection until it is closed at its end: a try may come before that.
    let again: Connection | null = null;
    while (again === null) {
      world.clock.forward(MINUTE);
      again = await open('198.51.100.1').catch(() => null);
    }
    assert.ok(again.socket.connected);
  });

  it('takes a /64 for one client', async () => {
    await open('2001:db8:1:2::1');
    await open('2001:db8:1:2:ffff::1');
    assert.equal(statusOf(await attempt(world.app.port(), '2001:db8:1:2::2')), 429);
    assert.ok((await open('2001:db8:1:3::1')).socket.connected);
  });

  it('holds nothing against an address whose connections were all turned away', async () => {
    const port = world.app.port();
    for (let i = 0; i < 4; i += 1)
      assert.equal(statusOf(await attempt(port, '192.0.2.50', `${UPGRADE}&sid=x`)), 400);
    await open('192.0.2.50');
    await open('192.0.2.50');
  });
});

describe('the door of sockets while it counts', () => {
  const verdicts: ((refusal: Refusal | null) => void)[] = [];
  const open = new Map<string, number>();
  let server: Server;
  let passed = 0;
  let hasPlace = true;
  before(async () => {
    const admit = () => new Promise<Refusal | null>((resolve) => verdicts.push(resolve));
    const soon = (task: () => void) => {
      if (hasPlace) task();
      return hasPlace;
    };
    const clientAddress = () => '192.0.2.7';
    const options = { clientAddress, admit, socketsPerAddress: 2, soon, entropy };
    const door = doorkeeper(
      options,
      () => 'a trace',
      () => undefined,
      open,
    );
    server = createServer();
    server.on('upgrade', (request) => door(request, {}, () => (passed += 1)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  after(() => server.close());

  /** Asks for an upgrade; the door has counted the connection and waits to be told whether it may pass. */
  async function ask() {
    const asked = once(server, 'upgrade') as Promise<[IncomingMessage]>;
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    const [{ socket }] = await asked;
    return async () => {
      const closed = new Promise((resolve) => socket.once('close', resolve));
      client.resetAndDestroy();
      await closed;
    };
  }

  it('survives a client that is gone, does not let it in, and gives its place away', async () => {
    for (let i = 0; i < 3; i += 1) {
      const leave = await ask();
      await leave();
      const decide = verdicts.pop();
      assert.ok(decide, 'it was counted');
      decide(null);
    }
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(passed, 0);
  });

  it('tells who finds no place in the line when to come back, and hangs up', async () => {
    hasPlace = false;
    const asked = once(server, 'upgrade');
    const lines = ['GET / HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket'];
    const answer = raw((server.address() as AddressInfo).port, `${lines.join('\r\n')}\r\n\r\n`);
    await asked;
    verdicts.pop()?.(null);
    assert.equal(statusOf(await answer), 503);
    assert.match(await answer, /"code":"overloaded".*"retryAfterMs":[2-7]\d{3}}$/);
    assert.match(await answer, /\r\nretry-after: [3-8]\r\n/);
    assert.equal(passed, 0);
    hasPlace = true;
  });

  it('keeps nothing of an address that has no connection any more', async () => {
    const leaves = [await ask(), await ask()];
    const counts: unknown[] = [[...open]];
    for (const leave of leaves) {
      await leave();
      counts.push([...open]);
    }
    assert.deepEqual(counts, [[['192.0.2.7', 2]], [['192.0.2.7', 1]], []]);
  });
});
