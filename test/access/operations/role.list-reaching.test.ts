/** Nobody looks on unseen: who reads a channel is told whom roles let into it, and with what. */
import assert from 'node:assert/strict';
import type { OutputOf } from '../../support/connection.ts';
import { allRefused, hiddenChannels, misshapen } from '../../chat/support.ts';
import { adminAndBob, given, reading, type Scene } from '../role-support.ts';

describe('role.list-reaching', () => {
  let scene: Scene;
  before(async () => {
    scene = await adminAndBob();
  });
  after(() => scene.world.end());

  it('tells every member, in pages, over HTTP too, and no more once the role is taken', async () => {
    const { world, admin, bob } = scene;
    const [eve, carol] = [await world.person('Eve'), await world.person('Carol')];
    const { id: channelId } = await world.channel(admin, [bob]);
    const { id: other } = await world.channel(admin);
    const roleId = await given(admin, reading(channelId), eve, carol);
    await given(admin, reading(other), eve);
    await given(admin, { scope: 'workspace', permissions: ['audit.read'] }, eve);
    const [first, second] = [eve.userId, carol.userId].sort();
    const page = await bob.call('role.list-reaching', { channelId, limit: 1 }).accepted();
    const [one] = page.people;
    assert.deepEqual([one?.userId, page.next], [first, first]);
    assert.deepEqual(one?.roles[0]?.permissions, reading().permissions);
    assert.equal(one.roles.length, 1);
    const path = `/v1/channels/${channelId}/roles?after=${first}`;
    const rest = await bob.http<OutputOf<'role.list-reaching'>>('GET', path).accepted();
    assert.deepEqual([rest.people.map(({ userId }) => userId), rest.next], [[second], null]);
    for (const { userId } of [eve, carol])
      await admin.call('role.revoke', { roleId, userId }).accepted();
    const nobody = await bob.call('role.list-reaching', { channelId }).accepted();
    assert.deepEqual(nobody, { people: [], next: null });
  });

  it('is refused as not_found where the channel is not there for the caller, forbidden where they do not read', async () => {
    const { world, bob, admin } = scene;
    const hidden = Object.values(await hiddenChannels(world));
    await allRefused(
      'not_found',
      hidden.map((channelId) => bob.call('role.list-reaching', { channelId })),
    );
    const settings = { kind: 'public', historyPolicy: 'since-join' } as const;
    const { id: channelId } = await world.channel(admin, [], settings);
    await bob.call('role.list-reaching', { channelId }).refused('forbidden');
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { world, bob } = scene;
    const { id: channelId } = await world.channel(bob);
    const bad = { 'too many': { limit: 201 }, nobody: { after: 'x' }, 'no id': { channelId: 'x' } };
    await misshapen(world, bob, 'role.list-reaching', { channelId }, bad);
  });
});
