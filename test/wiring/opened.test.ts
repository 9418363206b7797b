/** Whom a role begins to let read is told so while they are connected; who still may not read there hears nothing of it. */
import assert from 'node:assert/strict';
import type { ChannelId } from '../../src/contract/index.ts';
import type { Connection } from '../support/connection.ts';
import type { Person } from '../support/person.ts';
import { adminAndBob, given, reading, type Scene } from '../access/role-support.ts';

describe('reading that a role begins to open', () => {
  let scene: Scene;
  before(async () => {
    scene = await adminAndBob();
  });
  after(() => scene.world.end());

  const people = (...names: readonly string[]) =>
    Promise.all(names.map((name) => scene.world.person(name)));
  const tellings = ({ heard }: Connection, id: ChannelId) =>
    heard.filter(
      ({ event, payload }) =>
        event === 'access.changed' && (payload as { channelId: ChannelId }).channelId === id,
    ).length;

  /** One of them is told; when they are, everybody was decided about, and `silent` heard no more than before. */
  async function told(
    id: ChannelId,
    [one, ...silent]: readonly [Person, ...Person[]],
    change: () => PromiseLike<unknown>,
  ): Promise<void> {
    const before = silent.map(({ connection }) => tellings(connection, id));
    const first = tellings(one.connection, id);
    await change();
    await one.connection.hears('access.changed', () => tellings(one.connection, id) > first);
    for (const { connection } of silent) await connection.settled();
    assert.equal(tellings(one.connection, id), first + 1);
    const after = silent.map(({ connection }) => tellings(connection, id));
    assert.deepEqual(after, before);
  }

  it('is told to who holds a role that names another channel, but not to the banned, the denied and others', async () => {
    const { world, admin, bob } = scene;
    const [eve, banned, denied, member] = await people('Eve', 'Bea', 'Dan', 'Mia');
    assert.ok(eve && banned && denied && member);
    const { id: here } = await world.channel(admin);
    const { id: there } = await world.channel(admin, [member]);
    const posts = { scope: 'channels', permissions: ['message.read'] } as const;
    const definition = { ...posts, permissions: ['message.read'], channelIds: [here] };
    const roleId = await given(admin, definition, eve, banned, denied);
    const { userId } = denied;
    await admin.call('member.add', { channelId: there, userId }).accepted();
    const deny = { channelId: there, permission: 'message.read', userId, effect: 'deny' } as const;
    await admin.call('override.set', deny).accepted();
    await admin.call('member.remove', { channelId: there, userId }).accepted();
    const ban = { channelId: there, userId: banned.userId, reason: 'spam' };
    await admin.call('member.ban', ban).accepted();
    await told(there, [eve, banned, denied, member, bob, admin], () =>
      admin.call('role.update', { roleId, channelIds: [here, there] }).accepted(),
    );
    await eve.call('channel.subscribe', { channelId: there }).accepted();
    await banned.call('channel.subscribe', { channelId: there }).refused('not_found');
    await denied.call('channel.subscribe', { channelId: there }).refused('forbidden');
  });

  it('is told by the permission that it was given, and disturbs no connection that listens', async () => {
    const { world, admin } = scene;
    const [eve, lena] = await people('Eve', 'Lena');
    assert.ok(eve && lena);
    const { id } = await world.channel(admin, [lena]);
    await lena.call('channel.subscribe', { channelId: id }).accepted();
    const deleting = { ...reading(id), permissions: ['message.delete.any'] };
    const roleId = await given(admin, deleting, eve, lena);
    const wider = { roleId, permissions: ['message.delete.any', 'message.read'] };
    await told(id, [eve, lena], () => admin.connection.raw('role.update', wider).accepted());
  });

  it('is not told of what stays closed when somebody is given the role', async () => {
    const { world, admin } = scene;
    const [eve] = await people('Eve');
    assert.ok(eve);
    const { id: shut } = await world.channel(admin);
    const { id: open } = await world.channel(admin);
    const ban = { channelId: shut, userId: eve.userId, reason: 'spam' };
    await admin.call('member.ban', ban).accepted();
    await eve.connection.hears('access.changed', ({ channelId }) => channelId === shut);
    await given(admin, reading(shut, open), eve);
    await eve.connection.hears('access.changed', ({ channelId }) => channelId === open);
    await eve.connection.settled();
    assert.deepEqual([tellings(eve.connection, shut), tellings(eve.connection, open)], [1, 1]);
  });

  it('is told to those of a role in the channel to whom reading is given back, but for who is denied it', async () => {
    const { world, admin } = scene;
    const [guest, denied, member] = await people('Gus', 'Dan', 'Mia');
    assert.ok(guest && denied && member);
    const { id: channelId } = await world.channel(admin, [member]);
    for (const { userId } of [guest, denied])
      await admin.call('member.add', { channelId, userId, role: 'guest' }).accepted();
    const reads = { channelId, permission: 'message.read' } as const;
    const all = { ...reads, role: 'guest' } as const;
    await admin.call('override.set', { ...all, effect: 'deny' }).accepted();
    const one = { ...reads, userId: denied.userId, effect: 'deny' } as const;
    await admin.call('override.set', one).accepted();
    await guest.call('channel.subscribe', { channelId }).refused('forbidden');
    for (const { connection } of [guest, denied, member]) await connection.settled();
    await told(channelId, [guest, denied, member], () =>
      admin.call('override.set', { ...all, effect: null }).accepted(),
    );
    await guest.call('channel.subscribe', { channelId }).accepted();
    await denied.call('channel.subscribe', { channelId }).refused('forbidden');
  });

  it('is told to whom a role lets in from outside when the history is opened', async () => {
    const { world, admin, bob } = scene;
    const [eve] = await people('Eve');
    assert.ok(eve);
    const { id: channelId } = await world.channel(admin);
    const since = { channelId, historyPolicy: 'since-join' } as const;
    await admin.call('channel.update', since).accepted();
    await given(admin, reading(channelId), eve);
    await eve.connection.hears('access.changed', (one) => one.channelId === channelId);
    await eve.call('message.history', { channelId }).refused('forbidden');
    const opened = { channelId, historyPolicy: 'all' } as const;
    await told(channelId, [eve, bob], () => admin.call('channel.update', opened).accepted());
    await eve.call('channel.subscribe', { channelId }).accepted();
  });
});
