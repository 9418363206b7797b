/** A connection that floods is told why, cut off, and parsed no further; the others notice nothing. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { SECOND } from '../../support/hand-clock.ts';
import type { Connection } from '../../support/connection.ts';
import { World } from '../../support/world.ts';

const BURST = 40;
const PER_SECOND = 10;
const FRAME = '42["role.describe",{}]';

/** Sends frames without asking for an acknowledgement, as fast as they can be written. */
function flood(connection: Connection, frames: number): void {
  const engine = connection.socket.io.engine as unknown as {
    transport: { ws: { send(frame: string): void } };
  };
  for (let i = 0; i < frames; i += 1) engine.transport.ws.send(FRAME);
}

describe('a flood of frames', () => {
  let world: World;
  before(async () => {
    const environment = {
      LOG_LEVEL: 'debug',
      SOCKET_FRAMES_BURST: String(BURST),
      SOCKET_FRAMES_PER_SECOND: String(PER_SECOND),
    };
    world = await World.create({ environment });
  });
  after(() => world.end());

  const calls = () => world.logged.filter((line) => line.includes('role.describe')).length;

  it('closes its connection with the reason, and carries out what came before it alone', async () => {
    const [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
    const before = calls();
    flood(alice.connection, 1_000);
    const why = await alice.connection.hears('connection.closing');
    assert.deepEqual(why, { code: 'flooding', next: 'reconnect' });
    await alice.connection.closed();
    await bob.call('role.describe', {}).accepted();
    // One frame was the handshake of Socket.IO; what waited in the queue when the end came was not begun.
    assert.ok(calls() - before <= BURST, `${calls() - before} calls`);
    assert.ok(world.logged.some((line) => line.includes('"flooding"')));

    await alice.connect();
    await alice.call('role.describe', {}).accepted();
  });

  it('is none when a client keeps to the rate, however long', async () => {
    const carol = await world.person('Carol');
    for (let second = 0; second < 30; second += 1) {
      world.clock.forward(SECOND);
      for (let i = 0; i < PER_SECOND; i += 1) await carol.call('role.describe', {}).accepted();
    }
    assert.ok(carol.connection.socket.connected);
    flood(carol.connection, BURST + 1);
    await carol.connection.hears('connection.closing');
  });

  /** A WebSocket before the handshake of Socket.IO. */
  async function bare(): Promise<{ socket: Socket; ended: Promise<unknown> }> {
    const { hostname, port } = new URL(world.url);
    const socket = connect(Number(port), hostname);
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    );
    await new Promise((resolve) => socket.once('data', resolve));
    socket.resume();
    return { socket, ended };
  }

  for (const [what, opcode, payload] of [
    ['frames before the handshake', 1, '3'],
    ['pings of the WebSocket', 9, ''],
    ['pongs of the WebSocket', 10, ''],
  ] as const)
    it(`is one of ${what} as well`, async () => {
      const closed = () => world.logged.filter((line) => line.includes('"flooding"')).length;
      const before = closed();
      const { socket, ended } = await bare();
      const bytes = Buffer.from(payload);
      // Masked with zeros: the payload goes as it is.
      const frame = Buffer.concat([
        Buffer.from([0x80 | opcode, 0x80 | bytes.length, 0, 0, 0, 0]),
        bytes,
      ]);
      socket.write(Buffer.concat(Array.from({ length: 10 * BURST }, () => frame)));
      await ended;
      assert.equal(closed() - before, 1);
    });
});
