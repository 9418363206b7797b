/** The client of an account that is acted upon does what the server says next, and loses nothing that was written. */
import assert from 'node:assert/strict';
import { memoryStorage, type Client } from 'conclave/client';
import type { MintedSession } from '../../src/auth/index.ts';
import type { Jti } from '../../src/contract/index.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { opened as forged } from '../transport/socket/forge.ts';
import { bodies, channelOf, Clients, opened, reaches, shows, type Somebody } from './support.ts';

const ENDED = { is: 'signed-out', because: { code: 'session_ended', next: 'sign-in' } };
const NEXT = 'Purple-otters-7-juggle';

describe('the client: an account that is acted upon', () => {
  let world: World;
  let admin: Person;
  const clients = new Clients(() => world);
  before(async () => {
    world = await World.create();
    admin = await world.person('Admin', { role: 'admin' });
  });
  after(async () => {
    clients.end();
    await world.end();
  });

  /** The same person on another device. */
  async function another({ email, password }: Somebody): Promise<Client> {
    const client = clients.make();
    assert.ok((await client.signIn({ email, password, device: 'Another' })).ok);
    await reaches(client, 'online');
    return client;
  }

  it('sees its sessions, ends the others, and stays where it is', async () => {
    const ada = await clients.somebody('Ada');
    const other = await another(ada);
    const { sessions } = await ada.client.callOrThrow('session.list', {});
    assert.deepEqual(
      sessions.map(({ device, current }) => [device, current]).sort(),
      [
        ['Another', false],
        [null, true],
      ].sort(),
    );
    const { revoked } = await ada.client.callOrThrow('session.revoke-all', {});
    assert.deepEqual([revoked, await reaches(other, 'signed-out')], [1, ENDED]);
    assert.equal(ada.client.state.value.is, 'online');
  });

  it('changes its password, which signs out the others; what they had written is sent after signing in anew', async () => {
    const ada = await clients.somebody('Ada');
    const other = await another(ada);
    const { id } = await channelOf(ada.client);
    const [here, there] = [await opened(ada.client, id), await opened(other, id)];
    const { email, password: present } = ada;
    await ada.client.callOrThrow('password.change', { present, password: NEXT });
    assert.deepEqual(await reaches(other, 'signed-out'), ENDED);
    const draft = await there.send('written while signed out');
    const before = await other.signIn({ email, password: present });
    assert.equal(!before.ok && before.refusal.code, 'invalid_credentials');
    assert.ok((await other.signIn({ email, password: NEXT })).ok);
    await draft.settled();
    await shows(here, (log) => bodies(log).includes('written while signed out'));
  });

  it('comes back by itself when its role was changed, with its logs, and with what it may do now', async () => {
    const { client } = await clients.somebody('Ada');
    const { client: bob } = await clients.somebody('Bob');
    const { id } = await channelOf(bob, [client]);
    const [log, his] = [await opened(client, id), await opened(bob, id)];
    const userId = client.me.value?.userId;
    assert.ok(userId);
    const states: string[] = [];
    client.state.watch(({ is }) => states.push(is));
    await admin.call('user.set-role', { userId, role: 'moderator' }).accepted();
    await his.send('meanwhile');
    await shows(log, ({ messages, state }) => messages.length === 1 && state.is === 'live');
    assert.ok(!states.includes('signed-out'), states.join());
    assert.equal((await client.callOrThrow('role.describe', {})).role, 'moderator');
  });

  it('refreshes by itself when only its token was revoked, and its logs go on where they were', async () => {
    const tokens = memoryStorage();
    const { client } = await clients.somebody('Ada', { tokens });
    const { client: bob } = await clients.somebody('Bob');
    const { id } = await channelOf(bob, [client]);
    const [log, his] = [await opened(client, id), await opened(bob, id)];
    await his.send('before');
    await shows(log, (one) => bodies(one).includes('before'));
    const states: string[] = [];
    client.state.watch(({ is }) => states.push(is));
    const shown: number[] = [];
    log.on('changed', () => shown.push(log.messages.length));
    for (const said of ['at once', 'again']) {
      const { userId, sessionId, accessToken } = JSON.parse(
        (await tokens.read('session')) ?? 'null',
      ) as MintedSession;
      const { claims } = forged(accessToken);
      await admin
        .call('user.revoke-token', { userId, sessionId, jti: claims['jti'] as Jti })
        .accepted();
      await client.callOrThrow('session.list', {}); // over HTTP: refused, renewed, asked again
      await his.send(said);
      await shows(log, (one) => bodies(one).includes(said) && one.state.is === 'live');
    }
    assert.deepEqual(bodies(log), ['before', 'at once', 'again']);
    assert.deepEqual(shown.sort(), shown, 'nothing that was shown was taken away');
    assert.ok(states.includes('connecting') && !states.includes('signed-out'), states.join());
  });

  it('is signed out when its account is locked', async () => {
    const { client, email, password } = await clients.somebody('Ada');
    const userId = client.me.value?.userId;
    assert.ok(userId);
    await admin.call('user.lock', { userId }).accepted();
    assert.deepEqual(await reaches(client, 'signed-out'), ENDED);
    const again = await client.signIn({ email, password });
    assert.equal(!again.ok && again.refusal.code, 'invalid_credentials');
    assert.deepEqual(await client.connect(), { is: 'signed-out', because: null });
  });
});
