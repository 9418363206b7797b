/** A role is data: a name, what it carries and how far it reaches; nobody puts into one what they do not hold. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { CUSTOM_ROLES, type ChannelId, type RoleName } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import {
  allRefused,
  audited,
  changesNothing,
  hiddenChannels,
  misshapen,
} from '../../chat/support.ts';
import { adminAndBob, deputy, reading, roleName, type Scene } from '../role-support.ts';

describe('role.create', () => {
  let scene: Scene;
  before(async () => {
    scene = await adminAndBob();
  });
  after(() => scene.world.end());

  it('defines roles of every scope, over HTTP too, each on record', async () => {
    const { world, admin } = scene;
    const { id } = await world.channel(admin);
    for (const definition of [
      { scope: 'workspace', permissions: ['audit.read', 'user.read', 'member.mute'] },
      { scope: 'reports', permissions: ['report.read', 'report.handle'] },
      { scope: 'channels', permissions: ['message.read', 'message.pin'], channelIds: [id] },
    ] as const) {
      const input = { name: roleName(), ...definition };
      const path = '/v1/roles';
      const role = await admin.http<OutputOf<'role.create'>>('POST', path, input).accepted();
      assert.deepEqual(role, { channelIds: [], ...input, id: role.id });
      const [event] = await audited(world, 'role.create', role.id);
      const details = event?.['details'] as Record<string, unknown>;
      assert.deepEqual(
        [details['scope'], details['permissions']],
        [definition.scope, definition.permissions.join(' ')],
      );
    }
  });

  it('is refused as forbidden to all who do not administer accounts, whatever they put into it', async () => {
    const { world } = scene;
    for (const role of ['user', 'moderator', 'auditor', 'guest'] as const) {
      const person = await world.person(role, { role });
      const input = {
        name: roleName(),
        scope: 'workspace',
        permissions: ['channel.read'],
      } as const;
      await changesNothing(world, () =>
        person
          .call('role.create', { ...input, permissions: [...input.permissions] })
          .refused('forbidden'),
      );
    }
  });

  it('is refused as forbidden for what the caller does not hold, in any of its scope', async () => {
    const { world, admin, bob } = scene;
    const someone = await deputy(scene);
    const { id: asGuest } = await world.channel(bob);
    const guest = { channelId: asGuest, userId: admin.userId, role: 'guest' } as const;
    await bob.call('member.add', guest).accepted();
    const { id: own } = await world.channel(admin);
    const attempts = [
      [someone, { scope: 'workspace', permissions: ['audit.read'] }],
      [someone, { scope: 'workspace', permissions: ['user.read', 'message.delete.any'] }],
      [someone, { scope: 'reports', permissions: ['report.read'] }],
      [admin, { scope: 'workspace', permissions: ['message.send'] }],
      [admin, { scope: 'workspace', permissions: ['message.edit.any'] }],
      [admin, { scope: 'channels', permissions: ['message.send'], channelIds: [asGuest] }],
      [admin, { scope: 'channels', permissions: ['message.send'], channelIds: [own, asGuest] }],
    ] as const;
    for (const [person, { permissions, ...definition }] of attempts) {
      const input = { name: roleName(), permissions: [...permissions], ...definition };
      await person.connection.raw('role.create', input).refused('forbidden');
    }
    const held = { name: roleName(), scope: 'workspace', permissions: ['user.read'] } as const;
    await someone.call('role.create', { ...held, permissions: ['user.read'] }).accepted();
  });

  it('is refused as not_found, all alike, where a channel is not there for an admin either', async () => {
    const { world, admin } = scene;
    const { id: own } = await world.channel(admin);
    const hidden = Object.values(await hiddenChannels(world));
    await allRefused(
      'not_found',
      hidden.map((channelId) =>
        admin.call('role.create', { name: roleName(), ...reading(own, channelId) }),
      ),
    );
  });

  it('is refused as invalid_input where its parts do not go together', async () => {
    const { world, admin, bob } = scene;
    const { id } = await world.channel(admin);
    const { channel: direct } = await admin
      .call('channel.open-direct', { userIds: [bob.userId] })
      .accepted();
    const some = { name: roleName(), scope: 'workspace', permissions: ['user.read'] };
    await admin.connection.raw('role.create', some).accepted();
    await misshapen(
      world,
      admin,
      'role.create',
      { ...some, name: roleName() },
      {
        'a name that is taken': { name: some.name },
        'a name of words': { name: 'Team lead' },
        'no permission': { permissions: [] },
        'a permission twice': { permissions: ['user.read', 'user.read'] },
        'one that there is not': { permissions: ['user.fly'] },
        'channels of no such scope': { channelIds: [id] },
        'no channel': { scope: 'channels', permissions: ['message.read'] },
        'a direct channel': {
          ...{ scope: 'channels', permissions: ['message.read'], channelIds: [direct.id] },
        },
        'a channel twice': { ...reading(id, id) },
        'more than a channel knows': { ...reading(id), permissions: ['audit.read'] },
        'more than reports': { scope: 'reports', permissions: ['message.read'] },
        'too many channels': reading(
          ...Array.from({ length: 51 }, () => randomUUID() as ChannelId),
        ),
      },
    );
  });

  it('ends at as many roles as a workspace can have', async () => {
    const { world, admin } = await adminAndBob();
    await world.database.query(
      `INSERT INTO custom_role SELECT $1, gen_random_uuid(), 'many-' || n, 'workspace', ARRAY['user.read'], $2, now()
       FROM generate_series(2, ${CUSTOM_ROLES}) n`,
      [world.workspaceId, admin.userId],
    );
    const input = { scope: 'workspace', permissions: ['user.read'] } as const;
    const define = (name: RoleName) =>
      admin.call('role.create', { name, ...input, permissions: [...input.permissions] });
    await define('the-last').accepted();
    const { detail } = await define('one-more').refused('invalid_input');
    assert.deepEqual(detail, [{ path: 'name', problem: 'too_many_roles' }]);
    await world.end();
  });
});
