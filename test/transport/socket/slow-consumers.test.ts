/** Somebody who stops reading is disconnected before much waits for them; nobody else notices. */
import assert from 'node:assert/strict';
import type { Socket as TcpSocket } from 'node:net';
import { World } from '../../support/world.ts';

/** Enough text to fill what the operating system buffers, and then a megabyte here. */
const MOST_SENDS = 4_000;
const WIDE = 'ࠀ'.repeat(4_000); // three bytes a character

describe('a slow consumer', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('is disconnected, and whoever reads hears everything', async function () {
    this.timeout(240_000);
    const [alice, bob, slow] = await Promise.all(
      ['Alice', 'Bob', 'Slow'].map((name) => world.person(name)),
    );
    assert.ok(alice && bob && slow);
    const { id } = await world.channel(alice, [bob, slow]);
    const engine = slow.connection.socket.io.engine as unknown as {
      transport: { ws: { _socket: TcpSocket } };
    };
    engine.transport.ws._socket.pause();

    const disconnected = () => world.logged.some((line) => line.includes('slow_consumer'));
    let sent = 0;
    while (!disconnected() && sent < MOST_SENDS) {
      const batch = Array.from({ length: 20 }, () => alice.send(id, WIDE, world.clientId()));
      for (const send of batch) await send.accepted();
      sent += batch.length;
    }
    assert.ok(disconnected(), `nothing happened in ${sent} sends`);

    const last = await alice.send(id, 'the last one', world.clientId()).accepted();
    await bob.hearsMessage((message) => message.id === last.id);
    const seqs = bob.connection
      .events()
      .flatMap((e) => (e.kind === 'message' ? [e.message.seq] : []));
    assert.deepEqual(
      seqs,
      Array.from({ length: last.seq }, (_, i) => i + 1),
    );
    engine.transport.ws._socket.resume();
    await slow.connection.closed();
  });
});
