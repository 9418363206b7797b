/** A live connection goes on under a newer token of its own session without losing its place; any other changes nothing. */
import assert from 'node:assert/strict';
import type { MintedSession } from '../../../src/auth/index.ts';
import { MINUTE } from '../../support/hand-clock.ts';
import { Person } from '../../support/person.ts';
import { assertNoGap } from '../../support/two-nodes.ts';
import { World } from '../../support/world.ts';
import { resigned } from '../../transport/socket/forge.ts';
import { rows } from '../../chat/support.ts';
import { Resident } from '../residents.ts';

describe('auth.refresh', () => {
  let world: World;
  const people: Person[] = [];
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(async () => {
    for (const person of people.splice(0)) person.leave();
    await world.end();
  });

  async function arrived(resident: Resident): Promise<Person> {
    const person = await resident.arrives();
    await person.connect();
    people.push(person);
    return person;
  }
  /** A newer access token of the person's session. */
  async function newer(person: Person): Promise<string> {
    const renewal = { refreshToken: person.refreshToken, nonce: 'a-nonce-of-this-try' };
    const renewed = person.http<MintedSession>('POST', '/v1/sessions/refresh', renewal);
    return (await renewed.accepted()).accessToken;
  }
  const expired = (person: Person) => person.call('role.describe', {}).refused('token_expired');

  it('lets it live on as long as the new token, in its rooms and without a gap', async () => {
    const ada = await arrived(await Resident.create(world));
    const bob = await arrived(await Resident.create(world, 'Bob'));
    const { id } = await world.channel(ada, [bob]);
    await ada.send(id, 'before', world.clientId()).accepted();
    world.clock.forward(10 * MINUTE);
    for (const person of [ada, bob]) {
      const token = await newer(person);
      const { expiresIn } = await person.call('auth.refresh', { token }).accepted();
      assert.ok(expiresIn > 14 * 60 && expiresIn <= 15 * 60);
    }
    world.clock.forward(10 * MINUTE);
    await ada.send(id, 'after', world.clientId()).accepted();
    await bob.hearsMessage(({ body }) => body === 'after');
    assertNoGap(bob.connection, id);
    assert.ok(bob.connection.socket.connected);
    world.clock.forward(5 * MINUTE);
    await expired(ada);
  });

  it('is refused for tokens of others, and of other sessions of the same person, and nothing changes', async () => {
    const resident = await Resident.create(world);
    const ada = await arrived(resident);
    world.clock.forward(10 * MINUTE);
    const strangers = [
      await resident.arrives(),
      await Resident.create(world, 'Bob').then((bob) => bob.arrives()),
      await world.person('Eve', { workspaceId: await world.anotherWorkspace() }),
    ];
    for (const { accessToken: token } of strangers)
      await ada.call('auth.refresh', { token }).refused('forbidden');
    await world.app.audit.refusals.drained();
    const trail = await rows(
      world,
      "SELECT type FROM audit_event WHERE actor_id = $1 AND action = 'auth.refresh'",
      ada.userId,
    );
    assert.deepEqual(new Set(trail.map(({ type }) => type)), new Set(['authorization_failed']));
    await ada.call('role.describe', {}).accepted();
    world.clock.forward(5 * MINUTE);
    await expired(ada);
  });

  it('is refused for what is no token, and for one that expired', async () => {
    const ada = await arrived(await Resident.create(world));
    const { accessToken, refreshToken } = ada;
    const second = Math.floor(world.clock.now().getTime() / 1_000);
    const late = resigned(accessToken, { exp: second });
    await ada.call('auth.refresh', { token: late }).refused('token_expired');
    const forged = resigned(accessToken, { exp: second + 3_600, aud: 'somebody' });
    for (const token of ['x', refreshToken, `${accessToken}x`, forged])
      await ada.call('auth.refresh', { token }).refused('unauthenticated');
    for (const input of [{}, { token: '' }, { token: null }, { token: accessToken, more: 1 }])
      await ada.connection.raw('auth.refresh', input).refused('invalid_input');
    world.clock.forward(15 * MINUTE);
    await expired(ada);
  });

  it('is refused once the session was ended, though nobody was told of it yet', async () => {
    const ada = await arrived(await Resident.create(world));
    world.clock.forward(10 * MINUTE);
    const token = await newer(ada);
    await ada.call('role.describe', {}).accepted(); // believed for five seconds
    await world.database.query('UPDATE session SET ended_at = now() WHERE id = $1', [
      ada.sessionId,
    ]);
    await ada.call('auth.refresh', { token }).refused('unauthenticated');
  });

  it('never shortens: the older of two tokens is taken, and the newer one counts', async () => {
    const ada = await arrived(await Resident.create(world));
    world.clock.forward(10 * MINUTE);
    const token = await newer(ada);
    await ada.call('auth.refresh', { token }).accepted();
    await ada.call('auth.refresh', { token: ada.accessToken }).accepted();
    world.clock.forward(10 * MINUTE);
    await ada.call('role.describe', {}).accepted();
  });

  it('is asked for by the server in time: the connection is told how long it has', async () => {
    const ada = await Resident.create(world).then((resident) => resident.arrives());
    people.push(ada);
    const exp = Math.floor(world.clock.now().getTime() / 1_000) + 2;
    const { userId, sessionId, refreshToken } = ada;
    const accessToken = resigned(ada.accessToken, { exp });
    const minted = { userId, sessionId, refreshToken, accessToken };
    const brief = new Person(world.url, 'Ada', minted);
    people.push(brief);
    await brief.connect();
    const { expiresInMs } = await brief.hears('session.expiring');
    assert.ok(expiresInMs > 0 && expiresInMs <= 500, String(expiresInMs));
    const token = await newer(ada);
    await brief.call('auth.refresh', { token }).accepted();
    world.clock.forward(3_000);
    await brief.call('role.describe', {}).accepted();
  });
});
