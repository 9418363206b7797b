/** Asking who is present: answered about who shares a channel with the caller, and kept up to date for as long as they do. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../../src/contract/index.ts';
import type { Connection } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { misshapen, quietChannel } from '../support.ts';

const toldOf = ({ heard }: Connection, userId: UserId) =>
  heard
    .filter(({ event }) => event === 'presence.changed')
    .map(({ payload }) => payload as { userId: UserId; state: string })
    .filter((told) => told.userId === userId)
    .map(({ state }) => state);

describe('presence.read', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create({ environment: { PRESENCE_HEARTBEAT_MS: '300' } });
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const read = async (person: Person, ...people: { readonly userId: UserId }[]) => {
    const userIds = people.map(({ userId }) => userId);
    return (await person.call('presence.read', { userIds }).accepted()).people;
  };

  it('answers in the order of the question, and tells of changes from then on', async () => {
    await quietChannel(world, alice, [bob]);
    const [second, first] = await read(alice, bob, alice);
    assert.deepEqual(first, { userId: alice.userId, state: 'offline' });
    assert.deepEqual(second, { userId: bob.userId, state: 'offline' });
    await bob.call('presence.set', { state: 'away' }).accepted();
    const told = await alice.hears('presence.changed', ({ state }) => state === 'away');
    assert.deepEqual(told, { userId: bob.userId, state: 'away' });
  });

  it('leaves out who shares no channel, who is elsewhere and who does not exist, all alike', async () => {
    const stranger = await world.person('Stranger');
    const workspaceId = await world.anotherWorkspace();
    const foreigner = await world.person('Foreigner', { workspaceId });
    const other = await world.person('Other foreigner', { workspaceId });
    await quietChannel(world, foreigner, [other]);
    const former = await world.person('Former member');
    const { id: channelId } = await quietChannel(world, alice, [former]);
    await alice.call('member.remove', { channelId, userId: former.userId }).accepted();
    const nobody = { userId: randomUUID() as UserId };
    for (const person of [stranger, foreigner, former, other])
      await person.call('presence.set', { state: 'online' }).accepted();
    const asker = await world.person('Asker');
    await quietChannel(world, asker, []);
    assert.deepEqual(await read(asker, stranger, foreigner, former, nobody), []);
    await other.call('presence.read', { userIds: [foreigner.userId] }).accepted();
    for (const person of [stranger, foreigner, former])
      await person.call('presence.set', { state: 'away' }).accepted();
    await other.hears('presence.changed', ({ state }) => state === 'away');
    await asker.connection.settled();
    for (const { userId } of [stranger, foreigner, former])
      assert.deepEqual(toldOf(asker.connection, userId), []);
  });

  it('tells who was removed nothing any more, and of who was removed nothing any more', async () => {
    const [kim, leo, mia] = await Promise.all(['Kim', 'Leo', 'Mia'].map((n) => world.person(n)));
    assert.ok(kim && leo && mia);
    const { id: channelId } = await quietChannel(world, kim, [leo, mia]);
    for (const [one, other] of [
      [leo, mia],
      [mia, leo],
      [kim, leo],
      [kim, mia],
    ] as const)
      await read(one, other);
    await kim.call('member.remove', { channelId, userId: leo.userId }).accepted();
    for (const person of [leo, mia])
      await person.call('presence.set', { state: 'online' }).accepted();
    await kim.hears('presence.changed', ({ userId }) => userId === mia.userId);
    await mia.call('presence.set', { state: 'away' }).accepted();
    await kim.hears('presence.changed', (t) => t.userId === mia.userId && t.state === 'away');
    for (const { connection } of [leo, mia]) await connection.settled();
    assert.deepEqual(toldOf(leo.connection, mia.userId), []);
    assert.deepEqual(toldOf(mia.connection, leo.userId), []);
    assert.deepEqual(toldOf(kim.connection, leo.userId), []);
  });

  it('tells a busy minute in a few words: what changes within a second is told once', async () => {
    const [ned, ola] = await Promise.all([world.person('Ned'), world.person('Ola')]);
    await quietChannel(world, ned, [ola]);
    await read(ned, ola);
    const began = performance.now();
    for (let i = 0; i < 100; i += 1)
      await ola.call('presence.set', { state: i % 2 ? 'away' : 'busy' }).accepted();
    await ola.call('presence.set', { state: 'online' }).accepted();
    await ned.hears('presence.changed', ({ state }) => state === 'online');
    const seconds = Math.ceil((performance.now() - began) / 1_000);
    const told = toldOf(ned.connection, ola.userId);
    assert.ok(told.length <= 4 * (seconds + 1), `${told.length} in ${seconds} s`);
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { userId } = bob;
    await misshapen(
      world,
      alice,
      'presence.read',
      { userIds: [userId] },
      {
        nobody: { userIds: [] },
        'somebody twice': { userIds: [userId, userId] },
        'more than a hundred': { userIds: Array.from({ length: 101 }, () => randomUUID()) },
        'a name': { userIds: ['Bob'] },
      },
    );
    await alice.call('presence.read', { userIds: [] }).refused('invalid_input');
  });
});
