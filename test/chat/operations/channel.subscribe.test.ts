/** Subscribing: from the acknowledgement on every frame arrives, in order, for as long as one may read. */
import assert from 'node:assert/strict';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import {
  allRefused,
  archive,
  changesNothing,
  hiddenChannels,
  misshapen,
  quietChannel,
} from '../support.ts';

describe('channel.subscribe', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  it('brings every later frame, contiguous from a position at or after the answer', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob], { sayings: ['earlier'] });
    const connection = await bob.connect();
    await changesNothing(world, async () => {
      const channel = await connection.call('channel.subscribe', { channelId }).accepted();
      const read = await bob.call('channel.read', { channelId }).accepted();
      assert.deepEqual(channel, read);
    });
    for (const saying of ['one', 'two', 'three'])
      await alice.send(channelId, saying, world.clientId()).accepted();
    await connection.hearsMessage(({ body }) => body === 'three');
    const frames = connection.frames();
    let position = frames[0]?.prev;
    for (const { prev, last } of frames) {
      assert.equal(prev, position);
      position = last;
    }
    const bodies = connection
      .events()
      .map((event) => (event.kind === 'message' ? event.message.body : event.kind));
    assert.deepEqual(bodies, ['one', 'two', 'three']);
  });

  it('concerns the one connection that asked, and asking again changes nothing', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const quiet = bob.connection;
    const heard = quiet.frames().length;
    const listening = await bob.connect();
    await listening.call('channel.subscribe', { channelId }).accepted();
    await listening.call('channel.subscribe', { channelId }).accepted();
    await alice.send(channelId, 'marker', world.clientId()).accepted();
    await listening.hearsMessage(({ body }) => body === 'marker');
    await quiet.settled();
    assert.equal(quiet.frames().length, heard);
    assert.equal(listening.frames().length, 1);
  });

  it('follows a public channel for who has not joined, and an archived one', async () => {
    const passer = await world.person('Passer-by', { role: 'auditor' });
    const { id: channelId } = await quietChannel(world, alice, [], { kind: 'public' });
    const channel = await passer.call('channel.subscribe', { channelId }).accepted();
    assert.equal(channel.role, null);
    await alice.send(channelId, 'hello all', world.clientId()).accepted();
    await passer.hearsMessage(({ body }) => body === 'hello all');
    await archive(world, { id: channelId });
    const archived = await alice.call('channel.subscribe', { channelId }).accepted();
    assert.equal(archived.archived, true);
  });

  it('ends with a removal, and begins again when who was removed is back and asks', async () => {
    const { id: channelId } = await world.channel(alice, [bob]);
    const { userId } = bob;
    await alice.call('member.remove', { channelId, userId }).accepted();
    await alice.call('member.add', { channelId, userId }).accepted();
    await alice.send(channelId, 'not subscribed', world.clientId()).accepted();
    await alice.hearsMessage(({ body }) => body === 'not subscribed');
    await bob.call('channel.subscribe', { channelId }).accepted();
    await alice.send(channelId, 'subscribed', world.clientId()).accepted();
    await bob.hearsMessage(({ body }) => body === 'subscribed');
    const bodies = bob.connection
      .events()
      .flatMap((event) =>
        event.kind === 'message' && event.message.channelId === channelId
          ? [event.message.body]
          : [],
      );
    assert.deepEqual(bodies, ['subscribed']);
  });

  it('is not followed any longer once the last listener is removed, or gone', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const before = world.app.followers.size;
    const connection = await bob.connect();
    await connection.call('channel.subscribe', { channelId }).accepted();
    await connection.settled();
    assert.equal(world.app.followers.size, before + 1);
    const { userId } = bob;
    await alice.call('member.remove', { channelId, userId }).accepted();
    assert.equal(world.app.followers.size, before);
    await alice.call('member.add', { channelId, userId }).accepted();
    await connection.call('channel.subscribe', { channelId }).accepted();
    await connection.settled();
    assert.equal(world.app.followers.size, before + 1);
    connection.close();
    const other = await bob.connect();
    await other.settled();
    assert.equal(world.app.followers.size, before);
  });

  it('is forbidden to a member whose workspace role may not read messages', async () => {
    const machine = await world.person('A job', { role: 'system' });
    const { id: channelId } = await quietChannel(world, alice, [machine]);
    await machine.call('channel.subscribe', { channelId }).refused('forbidden');
    await alice.call('channel.subscribe', { channelId }).accepted();
    await alice.send(channelId, 'not for jobs', world.clientId()).accepted();
    await alice.hearsMessage(({ body }) => body === 'not for jobs');
    await machine.connection.settled();
    assert.deepEqual(machine.connection.frames(), []);
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible', async () => {
    const hidden = Object.values(await hiddenChannels(world));
    await allRefused(
      'not_found',
      hidden.map((channelId) => bob.call('channel.subscribe', { channelId })),
    );
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    await misshapen(
      world,
      alice,
      'channel.subscribe',
      { channelId },
      {
        'a pattern': { channelId: '*' },
        'a position of its own': { rev: 0 },
      },
    );
  });
});
