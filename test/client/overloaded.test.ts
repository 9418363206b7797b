/** A server to which too many come back at once sends a client away: it stays signed in, keeps its place in every log, and comes back. */
import assert from 'node:assert/strict';
import pg from 'pg';
import { eventually } from '../support/bootstrap-clone.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { World } from '../support/world.ts';
import { bodies, channelOf, Clients, hasty, opened, reaches, shows } from './support.ts';

describe('the client: sent away by a server that is overloaded', () => {
  let world: World;
  let proxy: CutProxy;
  const clients = new Clients(() => world);
  before(async () => {
    const environment = { SOCKET_HANDSHAKES_PROVED: '1', SOCKET_HANDSHAKES_WAITING: '1' };
    world = await World.create({ environment });
    proxy = await CutProxy.before(() => world.app.port());
  });
  after(async () => {
    clients.end();
    await proxy.close();
    await world.end();
    assert.ok(world.logged.some((line) => line.includes('"result":"overloaded"')));
  });

  it('waits, is let in when there is room, and goes on from where it was', async () => {
    const pauses: number[] = [];
    const { client: alice } = await clients.somebody('Alice');
    const { client: bob } = await clients.somebody('Bob', {
      url: proxy.url,
      later: (milliseconds, task) => {
        pauses.push(milliseconds);
        return hasty(milliseconds, task);
      },
    });
    const { id } = await channelOf(alice, [bob]);
    const [hers, his] = [await opened(alice, id), await opened(bob, id)];
    await (await hers.send('before')).settled();
    await shows(his, (log) => bodies(log).length === 1);
    const eve = await world.person('Eve');

    const busy = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
    await busy.connect();
    await busy.query('begin');
    await busy.query('lock table session in access exclusive mode'); // no look at a session is answered
    const { me } = bob;
    assert.ok(me.value);
    world.app.auth.forget(me.value.sessionId);
    world.app.auth.forget(eve.sessionId);
    const crowd = [await RawSocket.open(world.url), await RawSocket.open(world.url)];
    for (const socket of crowd) socket.send(`40${JSON.stringify({ token: eve.accessToken })}`);
    proxy.sever();
    await reaches(bob, 'connecting');
    pauses.length = 0;
    proxy.restore();
    await eventually('he was sent away more than once', () => pauses.length > 6);
    assert.equal(bob.state.value.is, 'connecting');
    assert.deepEqual(bob.me.value, me.value, 'and is nobody else');
    assert.deepEqual([bodies(his), his.state.is], [['before'], 'behind']);
    await (await hers.send('meanwhile')).settled();
    await busy.query('rollback');
    await busy.end();

    await reaches(bob, 'online');
    await shows(his, (log) => log.state.is === 'live' && bodies(log).length === 2);
    assert.deepEqual(bodies(his), ['before', 'meanwhile']);
    for (const socket of crowd) socket.destroy();
  });
});
