/** What is taken from somebody is gone on every path from the answer on: live, read back, posted and explained. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { allRefused, audited, misshapen } from '../../chat/support.ts';
import { adminAndBob, comesBack, deputy, given, reading, type Scene } from '../role-support.ts';

describe('role.revoke', () => {
  let scene: Scene;
  before(async () => {
    scene = await adminAndBob();
  });
  after(() => scene.world.end());

  it('ends listening and reading by the role, on every path', async () => {
    const { world, admin } = scene;
    const eve = await world.person('Eve');
    const { id: channelId, epoch } = await world.channel(admin);
    const roleId = await given(admin, reading(channelId), eve);
    await eve.call('channel.subscribe', { channelId }).accepted();
    const post = await admin.send(channelId, 'before', world.clientId()).accepted();
    await eve.hearsMessage(({ body }) => body === 'before');
    const live = eve.connection;
    await admin.call('role.revoke', { roleId, userId: eve.userId }).accepted();
    await comesBack(eve);
    await admin.send(channelId, 'among us', world.clientId()).accepted();
    assert.ok(!JSON.stringify(live.heard).includes('among us'));
    const message = { channelId, messageId: post.id };
    await allRefused('not_found', [
      eve.call('channel.subscribe', { channelId }),
      eve.call('channel.resume', { channelId, rev: post.rev, epoch }),
      eve.call('channel.read', { channelId }),
      eve.call('message.history', { channelId }),
      eve.call('message.read', message),
      eve.call('thread.read', message),
      eve.call('pin.list', { channelId }),
      eve.call('member.list', { channelId }),
    ]);
    const { channels } = await eve.call('channel.list', {}).accepted();
    assert.ok(!channels.some(({ id }) => id === channelId));
    const synced = await eve.call('channel.sync', { channels: [{ id: channelId }] }).accepted();
    assert.deepEqual(synced.channels, [{ answer: 'refused', id: channelId, code: 'not_found' }]);
    const [event] = await audited(world, 'role.revoke', roleId);
    assert.equal(event?.['subject_id'], eve.userId);
  });

  it('ends posting by the role at the next commit', async () => {
    const { world, admin } = scene;
    const eve = await world.person('Eve');
    const { id: channelId } = await world.channel(admin);
    const guest = { channelId, userId: eve.userId, role: 'guest' } as const;
    await admin.call('member.add', guest).accepted();
    const posting = { scope: 'channels', permissions: ['message.send'], channelIds: [channelId] };
    const roleId = await given(admin, posting as Parameters<typeof given>[1], eve);
    await eve.send(channelId, 'hello', world.clientId()).accepted();
    await admin.http('DELETE', `/v1/roles/${roleId}/holders/${eve.userId}`).accepted();
    await comesBack(eve);
    await eve.send(channelId, 'again', world.clientId()).refused('forbidden');
    await eve.call('channel.read', { channelId }).accepted();
  });

  it('is refused as forbidden to who does not hold what it carries, and not_found where nobody holds it', async () => {
    const { world, admin, bob } = scene;
    const someone = await deputy(scene);
    const roleId = await given(admin, { scope: 'workspace', permissions: ['audit.read'] }, bob);
    const grant = { roleId, userId: bob.userId };
    await someone.call('role.revoke', grant).refused('forbidden');
    const user = await world.person('User');
    await user.call('role.revoke', grant).refused('forbidden');
    await admin.call('role.revoke', { roleId, userId: user.userId }).refused('not_found');
    await admin.call('role.revoke', { ...grant, roleId: randomUUID() }).refused('not_found');
    await admin.call('role.revoke', grant).accepted();
    await admin.call('role.revoke', grant).refused('not_found');
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { world, admin, bob } = scene;
    const good = { roleId: randomUUID(), userId: bob.userId };
    const bad = { 'no role': { roleId: 'x' }, nobody: { userId: 'me' } };
    await misshapen(world, admin, 'role.revoke', good, bad);
  });
});
