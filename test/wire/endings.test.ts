/** A connection's authority ends with its token, with its session and with the server, and the client is told which. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { HOUR, MINUTE } from '../support/hand-clock.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { Connection } from '../support/connection.ts';
import { World } from '../support/world.ts';
import { resigned } from '../transport/socket/forge.ts';

describe('the authority of a connection', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('ends with its access token, and what is sent later is not done', async () => {
    const apart = await World.create();
    try {
      const [alice, bob] = [await apart.person('Alice'), await apart.person('Bob')];
      const { id } = await apart.channel(alice, [bob]);
      await alice.send(id, 'in time', apart.clientId()).accepted();
      await bob.hearsMessage(({ body }) => body === 'in time');
      const heard = bob.connection.heard.length;
      apart.clock.forward(15 * MINUTE);
      const late = await alice.send(id, 'late', apart.clientId()).refused('token_expired');
      assert.equal(late.retry, 'reauthenticate');
      await bob.call('message.history', { channelId: id }).refused('token_expired');
      assert.equal(bob.connection.heard.length, heard);
    } finally {
      await apart.end();
    }
  });

  it('lasts until the very last second of the token', async () => {
    const apart = await World.create();
    try {
      const alice = await apart.person('Alice');
      const expires = Math.floor(apart.clock.now().getTime() / 1_000) * 1_000 + 15 * MINUTE;
      apart.clock.forward(expires - 1 - apart.clock.now().getTime());
      await alice.call('role.describe', {}).accepted();
      apart.clock.forward(1);
      await alice.call('role.describe', {}).refused('token_expired');
    } finally {
      await apart.end();
    }
  });

  it('ends with its token even when nothing is called: the server closes, and says why', async () => {
    const { accessToken } = await world.person('Alice');
    const exp = Math.floor(world.clock.now().getTime() / 1_000) + 1;
    const brief = await Connection.open(world.url, { token: resigned(accessToken, { exp }) });
    const closing = await brief.hears('connection.closing');
    assert.deepEqual(closing, { code: 'token_expired', next: 'refresh' });
    await brief.closed();
  });

  it('ends with the session on all of its connections, however it was closed', async () => {
    const [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
    const { id } = await world.channel(alice, [bob]);
    const first = bob.connection;
    const second = await bob.connect();
    await bob.http('DELETE', '/v1/sessions/current').accepted();
    for (const connection of [first, second]) {
      const closing = await connection.hears('connection.closing');
      assert.deepEqual(closing, { code: 'session_ended', next: 'sign-in' });
      await connection.closed();
    }
    await bob.http('GET', '/v1/channels').refused('unauthenticated');
    await assert.rejects(bob.connect(), { message: 'unauthenticated' });
    await alice.send(id, 'without Bob', world.clientId()).accepted();
    await alice.hearsMessage(({ body }) => body === 'without Bob');
    assert.ok(!first.events().some((event) => event.kind === 'message'));
  });

  it('is given up with an answer by who signs out on the connection itself', async () => {
    const alice = await world.person('Alice');
    const closed = await alice.call('session.close', {}).accepted();
    assert.deepEqual(closed, { closed: true });
    await alice.connection.hears('connection.closing', ({ code }) => code === 'session_ended');
    await alice.connection.closed();
  });

  it('leaves other sessions of the same server alone', async () => {
    const [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
    await alice.http('DELETE', '/v1/sessions/current').accepted();
    await alice.connection.closed();
    await bob.connection.settled();
    assert.ok(!bob.connection.heard.some(({ event }) => event === 'connection.closing'));
  });

  it('is not extended by moving about: an hour later every connection is past its token', async () => {
    const apart = await World.create();
    try {
      const alice = await apart.person('Alice');
      apart.clock.forward(HOUR);
      for (let i = 0; i < 3; i += 1) await alice.call('channel.list', {}).refused('token_expired');
      await assert.rejects(alice.connect(), { message: 'token_expired' });
    } finally {
      await apart.end();
    }
  });

  it('ends with the server, which says so first, and waits for nobody who does not answer', async () => {
    const leaving = await World.create();
    const alice = await leaving.person('Alice');
    const rude = await RawSocket.signedIn(leaving.url, alice.accessToken);
    rude.isRude = true;
    const silent = new RawSocket(leaving.url);
    await once(silent.socket, 'connect');
    await leaving.app.stop();
    const closing = await alice.connection.hears('connection.closing');
    assert.deepEqual(closing, { code: 'server_draining', next: 'reconnect' });
    await alice.connection.closed();
    assert.match(await rude.hears('42["connection.closing"'), /"server_draining"/);
    await Promise.all([rude.closed(), silent.closed()]);
    await assert.rejects(alice.connect());
  });
});
