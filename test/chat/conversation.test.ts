/** Two people talk, a moderator deletes, somebody is removed and hears nothing more, and nothing is lost on return. */
import assert from 'node:assert/strict';
import { World } from '../support/world.ts';

describe('a conversation', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('reaches everybody in the channel, in order, each acknowledged with its place', async () => {
    const [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
    const { id } = await world.channel(alice, [bob]);
    const first = await alice.send(id, 'hello', world.clientId()).accepted();
    const second = await bob.send(id, 'hello yourself', world.clientId()).accepted();
    assert.deepEqual([first.seq, second.seq], [1, 2]);
    assert.ok(second.rev > first.rev);
    for (const person of [alice, bob]) {
      await person.hearsMessage(({ body }) => body === 'hello yourself');
      const bodies = person.connection
        .events()
        .flatMap((event) => (event.kind === 'message' ? [event.message.body] : []));
      assert.deepEqual(bodies, ['hello', 'hello yourself']);
    }
  });

  it('shows a tombstone to everybody when a moderator deletes, and never the text again', async () => {
    const [alice, bob, mod] = await Promise.all([
      world.person('Alice'),
      world.person('Bob'),
      world.person('Mod'),
    ]);
    const { id } = await world.channel(alice, [bob, mod]);
    await alice
      .call('member.set-role', { channelId: id, userId: mod.userId, role: 'moderator' })
      .accepted();
    const sent = await bob.send(id, 'something rude', world.clientId()).accepted();
    await mod
      .call('message.delete', { channelId: id, messageId: sent.id, reason: 'rude' })
      .accepted();
    const tombstone = await alice.hearsMessage(({ content }) => content === 'deleted');
    assert.deepEqual(
      [tombstone.id, tombstone.body, tombstone.deletedBy],
      [sent.id, null, mod.userId],
    );
    const { messages } = await bob.call('message.history', { channelId: id }).accepted();
    assert.deepEqual(
      messages.map(({ content, body }) => [content, body]),
      [['deleted', null]],
    );
  });

  it('goes on without somebody who was removed, and comes back whole when they are', async () => {
    const [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
    const { id } = await world.channel(alice, [bob]);
    await alice.send(id, 'before', world.clientId()).accepted();
    await bob.hearsMessage(({ body }) => body === 'before');
    await alice.call('member.remove', { channelId: id, userId: bob.userId }).accepted();
    await bob.hears('access.changed');
    const { rev } = await alice.send(id, 'in between', world.clientId()).accepted();
    await alice.hearsMessage(({ body }) => body === 'in between');
    await bob.connection.settled();
    const last = bob.connection.frames().at(-1);
    assert.ok(last && last.last < rev, 'the last frame is the removal itself');
    await bob.call('message.history', { channelId: id }).refused('not_found');
    await bob
      .call('channel.resume', { channelId: id, rev: last.last, epoch: 1 })
      .refused('not_found');

    await alice.call('member.add', { channelId: id, userId: bob.userId }).accepted();
    await bob.connect();
    await bob.call('channel.subscribe', { channelId: id }).accepted();
    const resumed = await bob
      .call('channel.resume', { channelId: id, rev: last.last, epoch: last.epoch })
      .accepted();
    assert.equal(resumed.reset, false);
    assert.equal(resumed.upTo, resumed.head);
    const bodies = resumed.events.flatMap((e) => (e.kind === 'message' ? [e.message.body] : []));
    assert.deepEqual(bodies, ['in between']);
  });
});
