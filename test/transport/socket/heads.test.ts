/** Heads are the first to be dropped: a connection that does not take what it is sent is told none, and again later. */
import assert from 'node:assert/strict';
import type { Socket as TcpSocket } from 'node:net';
import { World } from '../../support/world.ts';

const MOST_SENDS = 2_000;
const WIDE = 'ࠀ'.repeat(4_000); // three bytes a character

describe('a connection that has much to take', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('is told no heads until it has taken it, and everybody else is', async function () {
    this.timeout(240_000);
    const [alice, slow] = [await world.person('Alice'), await world.person('Slow')];
    const { id } = await world.channel(alice, [slow]);
    assert.equal(await world.app.followers.tellHeads(), 2);
    const engine = slow.connection.socket.io.engine as unknown as {
      transport: { ws: { _socket: TcpSocket } };
    };
    const tcp = engine.transport.ws._socket;
    tcp.pause();
    let told = 2;
    let sent = 0;
    for (; told === 2 && sent < MOST_SENDS; sent += 5) {
      const batch = Array.from({ length: 5 }, () => alice.send(id, WIDE, world.clientId()));
      for (const send of batch) await send.accepted();
      told = await world.app.followers.tellHeads();
    }
    assert.equal(told, 1, `nothing was dropped in ${sent} sends`);
    assert.ok(
      !world.logged.some((line) => line.includes('slow_consumer')),
      'long before it is closed',
    );
    tcp.resume();
    await slow.hearsMessage(({ seq }) => seq === sent);
    await slow.connection.settled();
    assert.equal(await world.app.followers.tellHeads(), 2);
    const rev = sent + 2;
    await slow.hears('channel.heads', ({ channels }) => channels[0]?.rev === rev);
  });
});
