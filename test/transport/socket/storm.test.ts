/** A crowd at the door of a running node: who finds no place is told when to come back, and everybody gets in. */
import assert from 'node:assert/strict';
import pg from 'pg';
import type { RefusalOnWire } from '../../../src/contract/index.ts';
import { eventually } from '../../support/bootstrap-clone.ts';
import type { Person } from '../../support/person.ts';
import { RawSocket } from '../../support/raw-socket.ts';
import { World } from '../../support/world.ts';

const WAITING = 5;

describe('a storm of handshakes', () => {
  let world: World;
  let alice: Person;
  before(async () => {
    const environment = {
      SOCKET_HANDSHAKES_PROVED: '1',
      SOCKET_HANDSHAKES_WAITING: String(WAITING),
    };
    world = await World.create({ environment });
    alice = await world.person('Alice');
  });
  after(async () => {
    await world.end();
    const lines = world.logged.filter((line) => line.includes('"overloaded"'));
    assert.ok(lines.length > 0 && lines.length <= 3, `${lines.length} lines for all refusals`);
  });

  const refusalIn = (socket: RawSocket) => {
    const text = socket.texts.find((line) => line.startsWith('44'));
    if (text === undefined) return null;
    return (JSON.parse(text.slice(2)) as { data: RefusalOnWire }).data;
  };

  /** Holds every look at a session, as a database does that has too much to do. */
  async function stalled<T>(work: () => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
    await client.connect();
    try {
      await client.query('begin');
      await client.query('lock table session in access exclusive mode');
      return await work();
    } finally {
      await client.query('rollback');
      await client.end();
    }
  }

  /** As many as asked for with upgraded connections, who then all say who they are. */
  async function crowd(count: number, token = alice.accessToken): Promise<RawSocket[]> {
    const sockets = await Promise.all(
      Array.from({ length: count }, () => RawSocket.open(world.url)),
    );
    for (const socket of sockets) socket.send(`40${JSON.stringify({ token })}`);
    return sockets;
  }

  it('refuses at once whoever finds no place, with a stable code and a time that is theirs alone', async () => {
    world.app.auth.forgetAll();
    const sockets = await stalled(async () => {
      const all = await crowd(40);
      await eventually('the others were sent away', () => {
        return all.filter(refusalIn).length === 40 - WAITING - 1;
      });
      const away = all.flatMap((socket) => refusalIn(socket) ?? []);
      for (const { code, retry } of away) assert.deepEqual([code, retry], ['overloaded', 'later']);
      assert.ok(away.every(({ retryAfterMs = 0 }) => retryAfterMs >= 250 && retryAfterMs < 2_000));
      assert.ok(new Set(away.map(({ retryAfterMs }) => retryAfterMs)).size > 10, 'spread');
      await Promise.all(all.filter(refusalIn).map((socket) => socket.closed()));
      return all;
    });
    const rest = sockets.filter((socket) => !refusalIn(socket));
    await Promise.all(rest.map((socket) => socket.hears('40{')));
    assert.equal(rest.length, WAITING + 1);
    for (const socket of rest) socket.destroy();
    await alice.connection.settled();
  });

  it('gives the places of those who went to those who come', async () => {
    world.app.auth.forgetAll();
    const next = await stalled(async () => {
      const first = await crowd(WAITING + 2);
      await eventually('one is sent away, so all places are taken', () => first.some(refusalIn));
      for (const socket of first) socket.destroy();
      return crowd(WAITING);
    });
    await Promise.all(next.map((socket) => socket.hears('40{')));
    for (const socket of next) socket.destroy();
  });
});
