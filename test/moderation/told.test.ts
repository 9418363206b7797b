/** Who hears of moderation: of the queue whoever may look at it, of an act whoever it was done to, and nobody else. */
import assert from 'node:assert/strict';
import type { Broadcasts } from '../../src/contract/index.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { given, reading } from '../access/role-support.ts';
import { scene, type Scene } from './support.ts';

describe('who hears of moderation', () => {
  let world: World;
  let s: Scene;
  before(async () => {
    world = await World.create();
  });
  beforeEach(async () => {
    s = await scene(world);
  });
  after(() => world.end());

  const heardBy = (person: Person, event: keyof Broadcasts) =>
    person.connection.heard.filter((one) => one.event === event).map(({ payload }) => payload);

  it('of the queue: keepers, staff and auditors, of each change once, and nothing of what it says', async () => {
    const { channelId, messageId, alice, bob, carol, keeper, staff } = s;
    const auditor = await world.person('Auditor', { role: 'auditor' });
    const elsewhere = await scene(world);
    const workspaceId = await world.anotherWorkspace();
    const foreign = await world.person('Foreign', { workspaceId, role: 'admin' });
    const input = { channelId, messageId, category: 'spam' } as const;
    const { id: reportId } = await carol.call('report.create', input).accepted();
    await carol.call('report.create', input).accepted(); // the same one again
    await keeper.call('report.claim', { reportId }).accepted();
    await keeper.call('report.claim', { reportId }).accepted();
    await keeper.call('report.resolve', { reportId, action: 'none' }).accepted();
    const changes = ['open', 'claimed', 'resolved'].map((state) => ({
      reportId,
      channelId,
      state,
    }));
    for (const person of [alice, keeper, staff, auditor, elsewhere.staff]) {
      await person.hears('queue.changed', ({ state }) => state === 'resolved');
      assert.deepEqual(heardBy(person, 'queue.changed'), changes);
    }
    for (const person of [bob, carol, elsewhere.keeper, foreign])
      assert.deepEqual(heardBy(person, 'queue.changed'), []);
  });

  it('of the queue: who holds a role of the workspace’s own making that reads reports there', async () => {
    const { channelId, messageId, alice, carol, keeper } = s;
    const admin = await world.person('Admin', { role: 'admin' });
    const { userId } = admin;
    await alice.call('member.add', { channelId, userId, role: 'member' }).accepted();
    const { id: other } = await world.channel(admin);
    const desk = { scope: 'reports', permissions: ['report.read'] } as const;
    const here = { scope: 'channels', permissions: ['report.read', 'message.read'] } as const;
    const [everywhere, named, elsewhere, reader] = await Promise.all(
      ['Desk', 'Here', 'Elsewhere', 'Reader'].map((name) => world.person(name)),
    );
    assert.ok(everywhere && named && elsewhere && reader);
    await given(admin, { ...desk, permissions: [...desk.permissions] }, everywhere);
    const reads = [...here.permissions];
    await given(admin, { ...here, permissions: reads, channelIds: [channelId] }, named);
    await given(admin, { ...here, permissions: reads, channelIds: [other] }, elsewhere);
    await given(admin, reading(channelId), reader);
    const input = { channelId, messageId, category: 'spam' } as const;
    await carol.call('report.create', input).accepted();
    for (const person of [keeper, everywhere, named])
      assert.equal((await person.hears('queue.changed')).channelId, channelId);
    for (const person of [elsewhere, reader])
      assert.deepEqual(heardBy(person, 'queue.changed'), []);
  });

  it('of a dismissal, and of nothing that was refused', async () => {
    const { channelId, messageId, carol, keeper, staff } = s;
    const input = { channelId, messageId, category: 'spam' } as const;
    const { id: reportId } = await carol.call('report.create', input).accepted();
    await staff.call('report.dismiss', { reportId, reason: 'no' }).accepted();
    await keeper.call('report.claim', { reportId }).refused('report_closed');
    await keeper.hears('queue.changed', ({ state }) => state === 'dismissed');
    assert.equal(heardBy(keeper, 'queue.changed').length, 2);
  });

  it('of what a filter reports', async () => {
    const { channelId, alice, bob, keeper } = s;
    const filter = { channelId, kind: 'word', action: 'flag', text: 'canary' } as const;
    await alice.call('filter.create', filter).accepted();
    world.clock.forward(500);
    await bob.send(channelId, 'canary', world.clientId()).accepted();
    world.clock.forward(1_000);
    const told = await keeper.hears('queue.changed');
    assert.deepEqual([told.channelId, told.state], [channelId, 'open']);
  });

  it('of an act: whom it was done to, on whatever device, and neither its maker nor the channel', async () => {
    const { channelId, messageId, bob, carol, keeper } = s;
    const { userId } = bob;
    const person = { channelId, userId, reason: 'canary' };
    const acts = [
      () => keeper.call('message.delete', { channelId, messageId, reason: 'no' }).accepted(),
      () => keeper.call('member.mute', { ...person, durationMs: 60_000 }).accepted(),
      () => keeper.call('member.unmute', person).accepted(),
      () =>
        keeper
          .call('message.delete-many', { channelId, authorId: userId, reason: 'no' })
          .accepted(),
      () => keeper.call('member.remove', person).accepted(),
      () => keeper.call('member.ban', person).accepted(),
      () => keeper.call('member.unban', person).accepted(),
    ];
    for (const [done, act] of acts.entries()) {
      await act();
      await bob.hears(
        'moderation.acted',
        () => heardBy(bob, 'moderation.acted').length === done + 1,
      );
    }
    for (const payload of heardBy(bob, 'moderation.acted'))
      assert.deepEqual(payload, { channelId });
    for (const other of [carol, keeper]) assert.deepEqual(heardBy(other, 'moderation.acted'), []);
    const own = await carol.send(channelId, 'mine', world.clientId()).accepted();
    await carol.call('message.delete', { channelId, messageId: own.id }).accepted();
    assert.deepEqual(heardBy(carol, 'moderation.acted'), []);
  });
});
