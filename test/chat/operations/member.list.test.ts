/** Readers of a channel learn what its people are called, page by page, and nobody learns who is anywhere else. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { PAGE_ENTRIES, type ChannelId, type UserId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import { MINUTE } from '../../support/hand-clock.ts';
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

type Page = OutputOf<'member.list'>;

describe('member.list', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let carol: Person;
  before(async () => {
    world = await World.create();
    [alice, bob, carol] = await Promise.all([
      world.person('Alice'),
      world.person('Bob'),
      world.person('Carol'),
    ]);
  });
  after(() => world.end());

  const names = ({ members }: Page) => members.map(({ displayName }) => displayName);
  const ids = ({ members }: Page) => members.map(({ userId }) => userId);
  const inOrder = (...people: readonly Person[]) => people.map(({ userId }) => userId).sort();
  const remove = (channelId: ChannelId, { userId }: Person) =>
    alice.call('member.remove', { channelId, userId }).accepted();
  const add = (channelId: ChannelId, { userId }: Person) =>
    alice.call('member.add', { channelId, userId }).accepted();
  it('names who is in the channel, with role and time of coming, and changes nothing', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const founded = world.clock.now().getTime();
    world.clock.forward(MINUTE);
    await add(channelId, bob);
    await changesNothing(world, async () => {
      const page = await bob.call('member.list', { channelId }).accepted();
      const { userId: a } = alice;
      const { userId: b } = bob;
      const present = true;
      const expected = [
        { userId: a, displayName: 'Alice', role: 'owner', joinedAt: founded, present },
        { userId: b, displayName: 'Bob', role: 'member', joinedAt: founded + MINUTE, present },
      ];
      expected.sort((one, other) => (one.userId < other.userId ? -1 : 1));
      assert.deepEqual(page, { members: expected, next: null });
    });
  });

  it('leaves out who has left, and names them where they are asked for, without role', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob, carol]);
    const joinedAt = world.clock.now().getTime();
    world.clock.forward(MINUTE);
    await remove(channelId, bob);
    await carol.call('member.leave', { channelId }).accepted();
    assert.deepEqual(ids(await alice.call('member.list', { channelId }).accepted()), [
      alice.userId,
    ]);
    const userIds = [carol.userId, bob.userId, alice.userId];
    const { members, next } = await alice.call('member.list', { channelId, userIds }).accepted();
    assert.equal(next, null);
    const gone = { role: null, joinedAt, present: false };
    const expected = [
      { userId: alice.userId, displayName: 'Alice', role: 'owner', joinedAt, present: true },
      { userId: bob.userId, displayName: 'Bob', ...gone },
      { userId: carol.userId, displayName: 'Carol', ...gone },
    ];
    expected.sort((one, other) => (one.userId < other.userId ? -1 : 1));
    assert.deepEqual(members, expected);
  });

  it('tells of somebody who came back what they are now', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const userIds = [bob.userId];
    for (let times = 0; times < 3; times += 1) {
      await remove(channelId, bob);
      world.clock.forward(MINUTE);
      await add(channelId, bob);
    }
    const role = 'moderator' as const;
    await alice.call('member.set-role', { channelId, userId: bob.userId, role }).accepted();
    const { members } = await alice.call('member.list', { channelId, userIds }).accepted();
    const joinedAt = world.clock.now().getTime();
    const userId = bob.userId;
    const expected = { userId, displayName: 'Bob', role, joinedAt, present: true };
    assert.deepEqual(members, [expected]);
    const listed = await alice.call('member.list', { channelId }).accepted();
    assert.deepEqual(ids(listed), inOrder(alice, bob), 'once, however often they came');
  });

  it('takes those who were never there for absent: strangers, people of other channels and workspaces', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const elsewhere = await quietChannel(world, alice, [carol]);
    const workspaceId = await world.anotherWorkspace();
    const foreigner = await world.person('Foreigner', { workspaceId });
    const stranger = await world.person('Stranger');
    const absent = randomUUID() as UserId;
    const userIds = [bob, carol, foreigner, stranger].map(({ userId }) => userId);
    const asked = await bob
      .call('member.list', { channelId, userIds: [...userIds, absent] })
      .accepted();
    assert.deepEqual(names(asked), ['Bob']);
    const none = await bob.call('member.list', { channelId, userIds: [absent] }).accepted();
    assert.deepEqual(none, { members: [], next: null });
    const there = await carol.call('member.list', { channelId: elsewhere.id, userIds }).accepted();
    assert.deepEqual(names(there), ['Carol']);
  });

  it('is open to guests who are in the channel, and to auditors where it is public', async () => {
    const [guest, auditor] = await Promise.all([
      world.person('Guest', { role: 'guest' }),
      world.person('Auditor', { role: 'auditor' }),
    ]);
    const closed = await quietChannel(world, alice, [guest]);
    const open = await quietChannel(world, alice, [], { kind: 'public' });
    const here = await guest.call('member.list', { channelId: closed.id }).accepted();
    assert.deepEqual(ids(here), inOrder(alice, guest));
    const there = await auditor.call('member.list', { channelId: open.id }).accepted();
    assert.deepEqual(names(there), ['Alice']);
    await allRefused('not_found', [
      guest.call('member.list', { channelId: open.id }),
      auditor.call('member.list', { channelId: closed.id }),
    ]);
  });

  it('stays readable when the channel is archived', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    await archive(world, { id: channelId });
    assert.deepEqual(names(await alice.call('member.list', { channelId }).accepted()), ['Alice']);
  });

  it('is forbidden to a member whose workspace role may not read messages', async () => {
    const machine = await world.person('A job', { role: 'system' });
    const { id: channelId } = await quietChannel(world, alice, [machine]);
    await machine.call('member.list', { channelId }).refused('forbidden');
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible, also to who has left', async () => {
    const hidden = await hiddenChannels(world);
    const left = await quietChannel(world, alice, [bob]);
    await remove(left.id, bob);
    const channels = [...Object.values(hidden), left.id];
    await allRefused('not_found', [
      ...channels.map((channelId) => bob.call('member.list', { channelId })),
      ...channels.map((channelId) =>
        bob.call('member.list', { channelId, userIds: [alice.userId] }),
      ),
    ]);
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const many = Array.from({ length: PAGE_ENTRIES + 1 }, () => randomUUID());
    await misshapen(
      world,
      alice,
      'member.list',
      { channelId },
      {
        'nobody asked for': { userIds: [] },
        'more than a page': { userIds: many },
        'somebody twice': { userIds: [bob.userId, bob.userId] },
        'somebody twice, once in capitals': { userIds: [bob.userId, bob.userId.toUpperCase()] },
        'a name for an id': { userIds: ['Bob'] },
        'one id and no list': { userIds: bob.userId },
        'a page of nothing': { limit: 0 },
        'a page of 201': { limit: 201 },
        'a place that is no id': { after: 'Bob' },
        'no channel': { channelId: null },
      },
    );
    for (const bad of ['limit=0', 'after=1', 'userIds=', 'userIds=Bob', 'role=owner'])
      await alice.http('GET', `/v1/channels/${channelId}/members?${bad}`).refused('invalid_input');
  });
});
