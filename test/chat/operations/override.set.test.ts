/** Overrides: one channel allows or denies otherwise than all others, at once, on every path, and deny wins. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import type { World } from '../../support/world.ts';
import { aliceAndBob, auditedOnce, findsItSo } from '../members.ts';
import {
  allRefused,
  archive,
  audited,
  changesNothing,
  hiddenChannels,
  misshapen,
  quietChannel,
} from '../support.ts';

describe('override.set', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    ({ world, alice, bob } = await aliceAndBob());
  });
  after(() => world.end());

  it('denies and allows posting to a role or a person from the next commit on, and deny wins', async () => {
    const guest = await world.person('Guest of the channel');
    const { id: channelId } = await world.channel(alice, [bob]);
    const as = { channelId, userId: guest.userId, role: 'guest' } as const;
    await alice.call('member.add', as).accepted();
    const say = { channelId, permission: 'message.send' } as const;
    const can = async (person: Person) =>
      (await person.send(channelId, 'a post', world.clientId())).ok;
    const steps = [
      [{ role: 'member', effect: 'deny' }, [false, false]],
      [{ userId: bob.userId, effect: 'allow' }, [false, false]],
      [{ role: 'guest', effect: 'allow' }, [false, true]],
      [{ role: 'member', effect: null }, [true, true]],
      [{ userId: guest.userId, effect: 'deny' }, [true, false]],
      [{ userId: bob.userId, effect: 'deny' }, [false, false]],
      [{ userId: bob.userId, effect: null }, [true, false]],
    ] as const;
    assert.deepEqual([await can(bob), await can(guest)], [true, false], 'as everywhere');
    for (const [word, expected] of steps) {
      const set = await alice.call('override.set', { ...say, ...word }).accepted();
      assert.equal(set.effect, word.effect);
      assert.deepEqual([await can(bob), await can(guest)], expected, JSON.stringify(word));
      for (const [person, allowed] of [
        [bob, expected[0]],
        [guest, expected[1]],
      ] as const) {
        const { channel } = await person.call('role.describe', { channelId }).accepted();
        assert.equal(channel?.permissions.includes('message.send'), allowed);
      }
    }
  });

  it('is one change of the log, which disturbs nobody unless it takes reading', async () => {
    const { id: channelId, lastRev } = await world.channel(alice, [bob]);
    const before = lastRev + 1;
    const say = { channelId, permission: 'member.add', role: 'member', effect: 'allow' } as const;
    const { rev } = await alice.call('override.set', say).accepted();
    assert.equal(rev, before + 1);
    const frame = await bob.hears(
      'channel.events',
      (one) => one.channelId === channelId && one.last === rev,
    );
    assert.equal(frame.events[0]?.kind, 'channel');
    const again = await findsItSo(world, 'override.set', channelId, () =>
      alice.call('override.set', say).accepted(),
    );
    assert.equal(again.rev, rev);
    const { userId } = await world.person('Carol');
    await bob.call('member.add', { channelId, userId }).accepted();
  });

  it('takes reading from who listens before anything later is said, on no path is any of it told', async () => {
    const carol = await world.person('Carol');
    const { id: channelId } = await world.channel(alice, [bob, carol]);
    const { rev } = await alice.send(channelId, 'to both', world.clientId()).accepted();
    await bob.hearsMessage(({ body }) => body === 'to both');
    const about = { channelId, permission: 'message.read', userId: bob.userId } as const;
    await alice.call('override.set', { ...about, effect: 'deny' }).accepted();
    await carol.call('channel.subscribe', { channelId }).accepted();
    await alice.send(channelId, 'to Carol', world.clientId()).accepted();
    await carol.hearsMessage(({ body }) => body === 'to Carol');
    await allRefused('forbidden', [
      bob.call('channel.subscribe', { channelId }),
      bob.call('channel.resume', { channelId, rev, epoch: 1 }),
      bob.call('message.history', { channelId }),
      bob.call('member.list', { channelId }),
    ]);
    const { channels } = await bob
      .call('channel.sync', { channels: [{ id: channelId }] })
      .accepted();
    assert.deepEqual(channels, [{ answer: 'refused', id: channelId, code: 'forbidden' }]);
    await bob.connection.settled();
    assert.ok(!JSON.stringify(bob.connection.heard).includes('to Carol'));
    const admin = await world.person('Admin', { role: 'admin' });
    await alice.call('member.add', { channelId, userId: admin.userId }).accepted();
    const asked = { userId: bob.userId, operation: 'message.history', channelId };
    const { rules } = await admin.call('access.explain', asked).accepted();
    assert.equal(rules[0]?.rule, 'override-denies');
    await alice.call('override.set', { ...about, effect: null }).accepted();
    const add = { channelId, permission: 'member.add', userId: bob.userId } as const;
    await alice.call('override.set', { ...add, effect: 'allow' }).accepted();
    const allowed = { ...asked, operation: 'member.add' };
    const [rule] = (await admin.call('access.explain', allowed).accepted()).rules;
    assert.equal(rule?.rule, 'override-allows');
    await bob.call('channel.resume', { channelId, rev, epoch: 1 }).accepted();
  });

  it('is audited with whom it is about', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const body = { permission: 'message.send', userId: bob.userId, effect: 'deny' };
    const path = `/v1/channels/${channelId}/overrides`;
    await alice.http<OutputOf<'override.set'>>('PUT', path, body).accepted();
    const event = await auditedOnce(world, 'override.set', channelId);
    assert.deepEqual(
      [event['subject_id'], event['details']],
      [bob.userId, { permission: 'message.send', effect: 'deny', already: false }],
    );
    await alice
      .call('override.set', {
        channelId,
        permission: 'message.send',
        role: 'guest',
        effect: 'deny',
      })
      .accepted();
    const [, second] = await audited(world, 'override.set', channelId);
    assert.equal((second?.['details'] as { role?: string }).role, 'guest');
  });

  it('is for owners and admins, who reach neither themselves, other owners, nor who is above them', async () => {
    const [mod, other, staff, admin] = await Promise.all([
      world.person('Channel moderator'),
      world.person('Another owner'),
      world.person('Workspace moderator', { role: 'moderator' }),
      world.person('Admin', { role: 'admin' }),
    ]);
    const { id: channelId } = await quietChannel(world, alice, [bob, staff], { kind: 'public' });
    for (const [{ userId }, role] of [
      [mod, 'moderator'],
      [other, 'owner'],
    ] as const)
      await alice.call('member.add', { channelId, userId, role }).accepted();
    const deny = { channelId, permission: 'message.send', effect: 'deny' } as const;
    const allow = { channelId, permission: 'message.send', effect: 'allow' } as const;
    await changesNothing(world, () =>
      allRefused('forbidden', [
        ...[mod, bob, staff].map((one) => one.call('override.set', { ...deny, role: 'guest' })),
        ...[alice, other, staff].map(({ userId }) =>
          alice.call('override.set', { ...deny, userId }),
        ),
        // An admin who is not in the channel cannot post in it, and gives that to nobody.
        admin.call('override.set', { ...allow, role: 'guest' }),
      ]),
    );
    await admin
      .call('override.set', { ...deny, permission: 'message.delete.any', userId: mod.userId })
      .accepted();
    const { id } = await alice.send(channelId, 'rude', world.clientId()).accepted();
    await mod.call('message.delete', { channelId, messageId: id }).refused('forbidden');
  });

  it('lifts no read-only channel, and gives nobody what their role in the workspace lacks', async () => {
    const auditor = await world.person('Auditor', { role: 'auditor' });
    const { id: channelId } = await quietChannel(world, alice, [bob, auditor]);
    await bob.send(channelId, 'before', world.clientId()).accepted();
    await alice.call('channel.update', { channelId, readOnly: true }).accepted();
    const allow = { channelId, permission: 'message.send', effect: 'allow' } as const;
    await alice.call('override.set', { ...allow, userId: bob.userId }).accepted();
    await bob.send(channelId, 'me too', world.clientId()).refused('forbidden');
    await alice.call('channel.update', { channelId, readOnly: false }).accepted();
    await alice.call('override.set', { ...allow, role: 'member' }).accepted();
    await bob.send(channelId, 'me too', world.clientId()).accepted();
    await auditor.send(channelId, 'me too', world.clientId()).refused('forbidden');
  });

  it('is refused as not_found for who does not see the channel, and where it is absent or invisible', async () => {
    const passer = await world.person('Passer-by');
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const deny = { permission: 'message.send', effect: 'deny' } as const;
    const hidden = Object.values(await hiddenChannels(world));
    await changesNothing(world, () =>
      allRefused('not_found', [
        ...[passer.userId, randomUUID() as UserId].map((userId) =>
          alice.call('override.set', { channelId, ...deny, userId }),
        ),
        ...hidden.map((id) =>
          alice.call('override.set', { channelId: id, ...deny, role: 'guest' }),
        ),
      ]),
    );
  });

  it('is refused in an archived channel', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    await archive(world, { id: channelId });
    const deny = { channelId, permission: 'message.send', role: 'member', effect: 'deny' } as const;
    await changesNothing(world, () => alice.call('override.set', deny).refused('channel_archived'));
  });

  it('is refused as invalid_input when its shape is wrong, or there are too many', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const good = { channelId, permission: 'message.send', role: 'member', effect: 'deny' } as const;
    await misshapen(world, alice, 'override.set', good, {
      'no permission of a channel': { permission: 'audit.read' },
      'a permission that decides who decides': { permission: 'override.set' },
      'the owners': { role: 'owner' },
      'a role and a person': { userId: bob.userId },
      nobody: { role: undefined },
      'no effect': { effect: undefined },
    });
    await world.database.query(
      `INSERT INTO channel_override (workspace_id, channel_id, id, permission, user_id, effect)
       SELECT workspace_id, $1, gen_random_uuid(), 'p' || n, $2, 'deny'
       FROM channel, generate_series(1, 200) n WHERE id = $1`,
      [channelId, bob.userId],
    );
    await alice.call('override.set', good).refused('invalid_input');
  });
});
