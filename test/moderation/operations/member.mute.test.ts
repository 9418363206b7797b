/** Muting: the person reads on and writes no more, on any device, until it is over; and learns why. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../../src/contract/index.ts';
import { World } from '../../support/world.ts';
import { allRefused, archive, assertSealed, audited, misshapen, row } from '../../chat/support.ts';
import { scene, type Scene } from '../support.ts';

const HOUR_MS = 60 * 60 * 1_000;

describe('member.mute', () => {
  let world: World;
  let s: Scene;
  before(async () => {
    world = await World.create();
  });
  beforeEach(async () => {
    s = await scene(world);
  });
  after(() => world.end());

  const says = (text = 'again') => s.bob.send(s.channelId, text, world.clientId());
  const mute = (more: object = {}) => {
    const { channelId, bob, keeper } = s;
    const input = { channelId, userId: bob.userId, reason: 'canary: rude', ...more };
    return keeper.call('member.mute', input);
  };

  it('lets read and neither write nor edit, until it is over', async () => {
    const { channelId, messageId, bob } = s;
    const until = world.clock.now().getTime() + 60_000;
    assert.equal((await mute({ durationMs: 60_000 }).accepted()).until, until);
    assert.deepEqual((await says().refused('muted')).detail, { until });
    const edit = { channelId, messageId, body: 'ruder' };
    assert.deepEqual((await bob.call('message.edit', edit).refused('muted')).detail, { until });
    await bob.call('message.history', { channelId }).accepted();
    world.clock.forward(59_000);
    await says().refused('muted');
    world.clock.forward(1_000);
    await says().accepted();
  });

  it('answers a retry of what was sent before, and holds what is sent after', async () => {
    const clientId = world.clientId();
    const { channelId, bob } = s;
    const sent = await bob.send(channelId, 'before', clientId).accepted();
    await mute().accepted();
    const again = await bob.send(channelId, 'before', clientId).accepted();
    assert.deepEqual([again.id, again.duplicate], [sent.id, true]);
    const detail = (await says().refused('muted')).detail;
    assert.deepEqual(detail, { until: null });
  });

  it('goes with whoever leaves and comes back', async () => {
    const { channelId, bob, alice } = s;
    await mute().accepted();
    await bob.call('member.leave', { channelId }).accepted();
    await alice.call('member.add', { channelId, userId: bob.userId }).accepted();
    await says().refused('muted');
  });

  it('is audited and told to the person with its reason, which is sealed', async () => {
    const { channelId, bob, keeper } = s;
    const until = world.clock.now().getTime() + HOUR_MS;
    const act = await mute({ until }).accepted();
    await bob.hears('access.changed', (payload) => payload.channelId === channelId);
    const [event, ...others] = await audited(world, 'member.mute', channelId);
    assert.deepEqual(
      [event?.['actor_id'], event?.['subject_id'], event?.['details'], others.length],
      [keeper.userId, bob.userId, { actId: act.id, until }, 0],
    );
    assertSealed(event, 'canary');
    const text = `SELECT m.*, m::text AS whole, m.reason_sealed AS personal_sealed
      FROM moderation_act m WHERE id = $1`;
    assertSealed(await row(world, text, act.id), 'canary');
    const { acts } = await bob.call('moderation.mine', {}).accepted();
    assert.deepEqual(acts, [{ ...act, actorId: null }]);
    assert.equal(act.reason, 'canary: rude');
  });

  it('once more takes the place of the one before', async () => {
    await mute().accepted();
    await mute({ durationMs: 5_000 }).accepted();
    world.clock.forward(5_000);
    await says().accepted();
    const { acts } = await s.bob.call('moderation.mine', {}).accepted();
    assert.deepEqual(
      acts.map(({ kind, endedAt }) => [kind, endedAt !== null]),
      [
        ['mute', false],
        ['mute', true],
      ],
    );
  });

  it('of people above oneself, of oneself and by members is forbidden', async () => {
    const { channelId, alice, bob, carol, keeper, staff } = s;
    const admin = await world.person('Admin', { role: 'admin' });
    await alice.call('member.add', { channelId, userId: admin.userId }).accepted();
    await alice.call('member.add', { channelId, userId: staff.userId }).accepted();
    const on = (userId: UserId) => ({ channelId, userId, reason: 'no' });
    await allRefused('forbidden', [
      keeper.call('member.mute', on(alice.userId)),
      keeper.call('member.mute', on(admin.userId)),
      alice.call('member.mute', on(staff.userId)),
      staff.call('member.mute', on(admin.userId)),
      staff.call('member.mute', on(alice.userId)),
      keeper.call('member.mute', on(keeper.userId)),
      carol.call('member.mute', on(bob.userId)),
    ]);
    await admin.call('member.mute', on(staff.userId)).accepted();
    await staff.call('member.mute', on(keeper.userId)).accepted();
  });

  it('is refused as not_found for who was never there, and where the channel is not seen', async () => {
    const stranger = await world.person('Stranger');
    const { channelId, bob, staff, keeper } = s;
    await allRefused('not_found', [
      mute({ userId: stranger.userId }),
      mute({ userId: randomUUID() }),
      staff.call('member.mute', { channelId, userId: bob.userId, reason: 'no' }),
      keeper.call('member.mute', {
        channelId: randomUUID(),
        userId: bob.userId,
        reason: 'no',
      }),
    ]);
  });

  it('is refused as channel_archived where nothing changes, and for times that are none', async () => {
    const good = { channelId: s.channelId, userId: s.bob.userId, reason: 'no' };
    const now = world.clock.now().getTime();
    await misshapen(world, s.keeper, 'member.mute', good, {
      'no reason': { reason: '' },
      'an end that is past': { until: now },
      'an end in two years': { until: now + 2 * 366 * 24 * HOUR_MS },
      'half a second': { durationMs: 500 },
      'two ends': { durationMs: 5_000, until: now + 5_000 },
    });
    await archive(world, { id: s.channelId });
    await mute().refused('channel_archived');
  });
});
