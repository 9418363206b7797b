/** Saying how present one is: for one connection at a time, of which the most present counts; invisible is as if not there. */
import assert from 'node:assert/strict';
import type { ShownPresence, UserId } from '../../../src/contract/index.ts';
import { Connection } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { changesNothing, misshapen, quietChannel } from '../support.ts';

/** As long as a slow machine may take: nobody waits for what is there. */
const PATIENCE_MS = 60_000;

describe('presence.set', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create({ environment: { PRESENCE_HEARTBEAT_MS: '300' } });
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
    await quietChannel(world, alice, [bob]);
  });
  after(() => world.end());

  /** How Bob is shown, as somebody finds who asks for it on a connection of their own. */
  const shown = async (asking: Person, userId: UserId): Promise<ShownPresence | undefined> => {
    const connection = await Connection.open(world.url, { token: asking.accessToken });
    const { people } = await connection.call('presence.read', { userIds: [userId] }).accepted();
    connection.close();
    return people[0]?.state;
  };
  const becomes = async (asking: Person, userId: UserId, state: ShownPresence) => {
    const until = Date.now() + PATIENCE_MS;
    while ((await shown(asking, userId)) !== state)
      assert.ok(Date.now() < until, `waited in vain to see ${state}`);
  };

  it('is shown to who shares a channel, each state as it is said', async () => {
    assert.equal(await shown(alice, bob.userId), 'offline', 'who says nothing is not there');
    for (const state of ['online', 'away', 'busy'] as const) {
      assert.deepEqual(await bob.call('presence.set', { state }).accepted(), { state });
      await becomes(alice, bob.userId, state);
    }
  });

  it('counts the most present of several connections, and ends with each of them', async () => {
    const nina = await world.person('Nina');
    await quietChannel(world, alice, [nina]);
    const [first, phone, desk] = [nina.connection, await nina.connect(), await nina.connect()];
    await first.call('presence.set', { state: 'invisible' }).accepted();
    await phone.call('presence.set', { state: 'away' }).accepted();
    await desk.call('presence.set', { state: 'online' }).accepted();
    await becomes(alice, nina.userId, 'online');
    await desk.call('presence.set', { state: 'busy' }).accepted();
    await becomes(alice, nina.userId, 'busy');
    desk.close();
    await becomes(alice, nina.userId, 'away');
    await phone.call('presence.set', { state: 'invisible' }).accepted();
    await becomes(alice, nina.userId, 'offline');
  });

  it('is over with the last connection', async () => {
    const dora = await world.person('Dora');
    const erin = await world.person('Erin');
    await quietChannel(world, dora, [erin]);
    await erin.call('presence.set', { state: 'online' }).accepted();
    await becomes(dora, erin.userId, 'online');
    erin.leave();
    await becomes(dora, erin.userId, 'offline');
  });

  it('is invisible exactly as offline: on the wire, in Redis, and when it changes', async () => {
    const [fay, gus, hal] = await Promise.all(['Fay', 'Gus', 'Hal'].map((n) => world.person(n)));
    assert.ok(fay && gus && hal);
    await quietChannel(world, fay, [gus, hal]);
    await gus.call('presence.set', { state: 'invisible' }).accepted();
    const userIds = [gus.userId, hal.userId];
    const { people } = await fay.call('presence.read', { userIds }).accepted();
    assert.deepEqual(
      people.map(({ state }) => state),
      ['offline', 'offline'],
    );
    for (const person of [gus, hal])
      await person.call('presence.set', { state: 'online' }).accepted();
    for (const { userId } of [gus, hal])
      await fay.hears('presence.changed', (told) => told.userId === userId);
    await gus.call('presence.set', { state: 'invisible' }).accepted();
    hal.leave();
    for (const { userId } of [gus, hal])
      assert.deepEqual(
        await fay.hears(
          'presence.changed',
          (told) => told.userId === userId && told.state === 'offline',
        ),
        { userId, state: 'offline' },
      );
    await gus.call('presence.set', { state: 'away' }).accepted();
    await gus.call('presence.set', { state: 'invisible' }).accepted();
    await fay.connection.settled();
    const told = fay.connection.heard.filter(({ event }) => event === 'presence.changed');
    assert.equal(told.length, 4, 'what was taken back before anybody was told is never told');
  });

  it('stores nothing, and what it holds in memory goes with the connections', async () => {
    const ivy = await world.person('Ivy');
    const before = world.app.presence.held;
    await changesNothing(world, async () => {
      const connections = await Promise.all(Array.from({ length: 20 }, () => ivy.connect()));
      for (const connection of connections)
        await connection.call('presence.set', { state: 'online' }).accepted();
      assert.equal(world.app.presence.held.seats, before.seats + 20);
      for (const connection of connections) connection.close();
    });
    const until = Date.now() + PATIENCE_MS;
    while (world.app.presence.held.seats !== before.seats) {
      assert.ok(Date.now() < until, 'the seats are never given up');
      await alice.connection.settled();
    }
  });

  it('is refused to who is nobody any more', async () => {
    const jon = await world.person('Jon');
    await jon.http('DELETE', '/v1/sessions/current').accepted();
    await jon.connection.closed();
    await assert.rejects(jon.connect(), /unauthenticated/);
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    await misshapen(
      world,
      bob,
      'presence.set',
      { state: 'online' },
      {
        'no state that there is': { state: 'asleep' },
        'what others are shown': { state: 'offline' },
        'somebody else': { userId: alice.userId },
        'words of their own': { status: 'at lunch' },
      },
    );
    await bob.call('presence.set', { state: 'gone' as 'away' }).refused('invalid_input');
  });
});
