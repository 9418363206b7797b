/** Creating a channel: it belongs to whoever made it, its name is sealed, and nobody else has it before they are let in. */
import assert from 'node:assert/strict';
import type { Channel } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import {
  allRefused,
  assertSealed,
  audited,
  changesNothing,
  misshapen,
  row,
  rows,
  UNACCEPTABLE_TEXT,
} from '../support.ts';

describe('channel.create', () => {
  let world: World;
  let alice: Person;
  before(async () => {
    world = await World.create();
    alice = await world.person('Alice');
  });
  after(() => world.end());

  it('makes a channel whose only member is its owner, and tells their other connections', async () => {
    const first = alice.connection;
    await alice.connect();
    const input = { kind: 'private', name: 'Plans', historyPolicy: 'since-join' } as const;
    const channel = await alice.call('channel.create', input).accepted();
    const { id, ...settings } = channel;
    assert.deepEqual(settings, {
      ...input,
      archived: false,
      readOnly: false,
      slowModeSeconds: 0,
      topic: null,
      createdAt: world.clock.now().getTime(),
      epoch: 1,
      lastSeq: 0,
      lastRev: 1,
      role: 'owner',
      readSeq: 0,
      unread: 0,
    });
    const members = await rows(world, 'SELECT * FROM membership WHERE channel_id = $1', id);
    assert.deepEqual(
      members.map((member) => [member['user_id'], member['role'], Number(member['joined_rev'])]),
      [[alice.userId, 'owner', 1]],
    );
    await first.hears('access.changed', ({ channelId }) => channelId === id);
    assert.deepEqual(await alice.call('channel.read', { channelId: id }).accepted(), channel);
  });

  it('seals the name, and leaves it out of the trail', async () => {
    const name = 'Canary & Söhne 🧵';
    const { id } = await alice.call('channel.create', { kind: 'public', name }).accepted();
    const stored = await row(
      world,
      'SELECT c.*, c::text AS whole FROM channel c WHERE id = $1',
      id,
    );
    assert.deepEqual([stored['created_by'], stored['history_policy']], [alice.userId, 'all']);
    for (const form of ['Canary', Buffer.from('Canary').toString('hex')])
      assert.ok(!String(stored['whole']).includes(form), 'the name is readable at rest');
    const [event, ...others] = await audited(world, 'channel.create', id);
    assert.equal(others.length, 0);
    assert.deepEqual(
      [event?.['actor_id'], event?.['resource_kind'], event?.['details']],
      [alice.userId, 'channel', { kind: 'public', historyPolicy: 'all' }],
    );
    assertSealed(event, 'Canary');
  });

  it('is done over HTTP as well', async () => {
    const body = { kind: 'public', name: 'From a script' };
    const channel = await alice.http<Channel>('POST', '/v1/channels', body).accepted();
    assert.deepEqual([channel.name, channel.role], ['From a script', 'owner']);
  });

  it('is forbidden to workspace guests, auditors and jobs', async () => {
    const roles = ['guest', 'auditor', 'system'] as const;
    const people = await Promise.all(roles.map((role) => world.person(role, { role })));
    await changesNothing(world, () =>
      allRefused(
        'forbidden',
        people.map((person) => person.call('channel.create', { kind: 'public', name: 'Mine' })),
      ),
    );
  });

  it('is refused as restricted_by_workspace where the workspace leaves it to others', async () => {
    const text = 'UPDATE workspace SET who_creates_channels = $2 WHERE workspace_id = $1';
    await rows(world, text, world.workspaceId, 'moderator');
    const asked = alice.call('channel.create', { kind: 'public', name: 'Mine' });
    await changesNothing(world, () => asked.refused('restricted_by_workspace'));
    await rows(world, text, world.workspaceId, 'user');
    await alice.call('channel.create', { kind: 'public', name: 'Mine' }).accepted();
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const names = {
      ...UNACCEPTABLE_TEXT,
      'a name of two lines': 'one\ntwo',
      'a name that turns the text around': 'x\u202ey',
      'a name with a terminal escape': 'x\u001b[31m',
      'a name of 81 characters': 'x'.repeat(81),
    };
    const bad = Object.fromEntries(Object.entries(names).map(([what, name]) => [what, { name }]));
    await misshapen(
      world,
      alice,
      'channel.create',
      { kind: 'public', name: 'Fine' },
      {
        ...bad,
        'a direct channel': { kind: 'direct' },
        'an id of their own choice': { id: alice.userId },
        'a policy that does not exist': { historyPolicy: 'some' },
      },
    );
  });
});
