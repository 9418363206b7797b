/** Direct channels: the same people have one and the same, and it is theirs alone, whatever anybody is elsewhere. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { TwoNodes } from '../../support/two-nodes.ts';
import type { World } from '../../support/world.ts';
import { aliceAndBob } from '../members.ts';
import { allRefused, assertDense, audited, changesNothing, misshapen } from '../support.ts';

const idsOf = (people: readonly Person[]) => people.map(({ userId }) => userId);

describe('channel.open-direct', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    ({ world, alice, bob } = await aliceAndBob());
  });
  after(() => world.end());

  it('makes a channel without a name that is told to all who are in it, and is theirs to talk in', async () => {
    const [carol, dave] = await Promise.all([world.person('Carol'), world.person('Dave')]);
    const userIds = idsOf([carol, dave]);
    const opened = await alice.call('channel.open-direct', { userIds }).accepted();
    const { channel, created } = opened;
    const { id: channelId } = channel;
    assert.equal(created, true);
    assert.deepEqual(
      [channel.kind, channel.name, channel.role, channel.historyPolicy, channel.lastRev],
      ['direct', '', 'member', 'all', 3],
    );
    for (const person of [alice, carol, dave]) {
      await person.hears('access.changed', (told) => told.channelId === channelId);
      await person.call('channel.subscribe', { channelId }).accepted();
      assert.deepEqual(await person.call('channel.read', { channelId }).accepted(), channel);
    }
    await carol.send(channelId, 'hello you two', world.clientId()).accepted();
    for (const person of [alice, dave]) await person.hearsMessage(({ seq }) => seq === 1);
    const { members } = await dave.call('member.list', { channelId }).accepted();
    assert.deepEqual(
      members.map(({ displayName, role }) => [displayName, role]).sort(),
      ['Alice', 'Carol', 'Dave'].map((name) => [name, 'member']),
    );
    await assertDense(world, channelId);
    const [event] = await audited(world, 'channel.open-direct', channelId);
    assert.deepEqual(event?.['details'], { others: 2, already: false });
  });

  it('is the same for the same people, whoever of them opens it and in whatever order, over HTTP too', async () => {
    const [carol, dave] = await Promise.all([world.person('Carol'), world.person('Dave')]);
    const pair = await alice.call('channel.open-direct', { userIds: [carol.userId] }).accepted();
    const three = await alice
      .call('channel.open-direct', { userIds: idsOf([carol, dave]) })
      .accepted();
    assert.notEqual(three.channel.id, pair.channel.id);
    const again = [
      await carol.call('channel.open-direct', { userIds: [alice.userId] }).accepted(),
      await dave
        .http<OutputOf<'channel.open-direct'>>('POST', '/v1/direct-channels', {
          userIds: idsOf([carol, alice]),
        })
        .accepted(),
    ];
    assert.deepEqual(
      again.map(({ channel, created }) => [channel.id, created]),
      [
        [pair.channel.id, false],
        [three.channel.id, false],
      ],
    );
    const [event, repeated] = await audited(world, 'channel.open-direct', pair.channel.id);
    assert.equal(event?.['subject_id'], carol.userId);
    assert.deepEqual(repeated?.['details'], { others: 1, already: true });
  });

  it('stays as it is: nobody comes, goes, is removed or renames it, whatever their role', async () => {
    const [carol, admin] = await Promise.all([
      world.person('Carol'),
      world.person('Admin', { role: 'admin' }),
    ]);
    const { channel } = await admin
      .call('channel.open-direct', { userIds: idsOf([alice, bob]) })
      .accepted();
    const { id: channelId } = channel;
    const { userId } = carol;
    await changesNothing(world, () =>
      allRefused(
        'forbidden',
        [admin, alice].flatMap((person) => [
          person.call('member.add', { channelId, userId }),
          person.call('member.leave', { channelId }),
          person.call('member.join', { channelId }),
          person.call('member.remove', { channelId, userId: bob.userId }),
          person.call('member.set-role', { channelId, userId: bob.userId, role: 'owner' }),
          person.call('channel.update', { channelId, kind: 'public', name: 'Ours' }),
          person.call('channel.archive', { channelId }),
        ]),
      ),
    );
    const explained = await admin
      .call('access.explain', { userId: alice.userId, operation: 'member.leave', channelId })
      .accepted();
    assert.equal(explained.rules[0]?.rule, 'direct-channel');
  });

  it('is nothing to anybody else, staff neither, on no path', async () => {
    const staff = await Promise.all(
      (['admin', 'moderator', 'auditor'] as const).map((role) => world.person(role, { role })),
    );
    const { channel } = await alice
      .call('channel.open-direct', { userIds: [bob.userId] })
      .accepted();
    const { id: channelId } = channel;
    const { id } = await bob.send(channelId, 'between us', world.clientId()).accepted();
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        staff.flatMap((person) => [
          person.call('channel.read', { channelId }),
          person.call('channel.subscribe', { channelId }),
          person.call('message.history', { channelId }),
          person.call('message.delete', { channelId, messageId: id }),
          person.call('member.join', { channelId }),
          person.send(channelId, 'me too', world.clientId()),
        ]),
      ),
    );
    for (const person of staff) {
      const { channels } = await person.call('channel.list', { limit: 200 }).accepted();
      const { channels: found } = await person.call('channel.discover', { limit: 200 }).accepted();
      assert.ok([...channels, ...found].every((each) => each.id !== channelId));
    }
  });

  it('is refused as not_found with somebody who is not there, or not active', async () => {
    const locked = await world.person('Locked');
    const { channel } = await alice
      .call('channel.open-direct', { userIds: [locked.userId] })
      .accepted();
    await world.database.query("UPDATE account SET status = 'locked' WHERE id = $1", [
      locked.userId,
    ]);
    const elsewhere = await world.anotherWorkspace();
    const foreigner = await world.person('Foreigner', { workspaceId: elsewhere });
    const system = await world.person('A job', { role: 'system' });
    await changesNothing(world, () =>
      allRefused('not_found', [
        ...[locked.userId, foreigner.userId, system.userId, randomUUID() as UserId].map((userId) =>
          alice.call('channel.open-direct', { userIds: [userId] }),
        ),
        alice.call('channel.open-direct', { userIds: idsOf([bob, locked]) }),
      ]),
    );
    // What they have said stays to be read.
    await alice.call('message.history', { channelId: channel.id }).accepted();
  });

  it('is forbidden to guests of the workspace and to auditors', async () => {
    const people = await Promise.all(
      (['guest', 'auditor'] as const).map((role) => world.person(role, { role })),
    );
    await changesNothing(world, () =>
      allRefused(
        'forbidden',
        people.map((person) => person.call('channel.open-direct', { userIds: [bob.userId] })),
      ),
    );
  });

  it('is refused as invalid_input when its shape is wrong, or it names the caller', async () => {
    const many = Array.from({ length: 9 }, () => randomUUID() as UserId);
    await misshapen(
      world,
      alice,
      'channel.open-direct',
      { userIds: [bob.userId] },
      {
        nobody: { userIds: [] },
        'somebody twice': { userIds: idsOf([bob, bob]) },
        'too many': { userIds: many },
        themselves: { userIds: idsOf([bob, alice]) },
      },
    );
  });
});

describe('channel.open-direct at once on two nodes', () => {
  it('makes one channel, whoever comes first', async () => {
    const nodes = await TwoNodes.create();
    try {
      const places = [nodes.a, nodes.b, nodes.a];
      const people = await Promise.all(places.map((node, i) => nodes.person(`Person ${i}`, node)));
      const all = await Promise.all(
        Array.from({ length: 4 }, () => people)
          .flat()
          .map((person) => {
            const userIds = idsOf(people.filter((one) => one !== person));
            return person.call('channel.open-direct', { userIds }).accepted();
          }),
      );
      assert.equal(new Set(all.map(({ channel }) => channel.id)).size, 1);
      assert.equal(all.filter(({ created }) => created).length, 1);
    } finally {
      await nodes.end();
    }
  });
});
