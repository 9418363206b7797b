/** Banning: out of the channel at once and on every connection, and not let in by anybody until it is over. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../../src/contract/index.ts';
import { World } from '../../support/world.ts';
import {
  allRefused,
  archive,
  assertDense,
  audited,
  changesNothing,
  misshapen,
} from '../../chat/support.ts';
import { scene, type Scene } from '../support.ts';

describe('member.ban', () => {
  let world: World;
  let s: Scene;
  before(async () => {
    world = await World.create();
  });
  beforeEach(async () => {
    s = await scene(world);
  });
  after(() => world.end());

  const ban = (more: object = {}) => {
    const { channelId, bob, keeper } = s;
    const input = { channelId, userId: bob.userId, reason: 'canary: again', ...more };
    return keeper.call('member.ban', input);
  };

  it('ends the membership through the log; no event after it reaches the person', async () => {
    const { channelId, alice, bob, keeper } = s;
    for (const one of [alice, bob]) await one.call('channel.subscribe', { channelId }).accepted();
    await ban().accepted();
    const left = (events: typeof bob.connection) =>
      events.events().some((e) => e.kind === 'member' && e.member.state === 'left');
    await alice.send(channelId, 'after', world.clientId()).accepted();
    await alice.hearsMessage(({ body }) => body === 'after');
    await bob.connection.settled();
    assert.ok(left(alice.connection));
    const bodies = bob.connection
      .events()
      .map((e) => (e.kind === 'message' ? e.message.body : null));
    assert.ok(!bodies.includes('after'));
    await bob.send(channelId, 'me too', world.clientId()).refused('not_found');
    await assertDense(world, channelId);
    const [event] = await audited(world, 'member.ban', channelId);
    assert.deepEqual([event?.['actor_id'], event?.['subject_id']], [keeper.userId, bob.userId]);
    const { acts } = await bob.call('moderation.mine', {}).accepted();
    assert.deepEqual(
      acts.map(({ kind, reason, until, actorId }) => [kind, reason, until, actorId]),
      [['ban', 'canary: again', null, null]],
    );
  });

  it('keeps out, whoever lets in, until it is over', async () => {
    const owner = await world.person('Owner');
    const { bob } = s;
    const { id: channelId } = await world.channel(owner, [], { kind: 'public' });
    const until = world.clock.now().getTime() + 60_000;
    const input = { channelId, userId: bob.userId, reason: 'spam', durationMs: 60_000 };
    await s.staff.call('member.ban', input).accepted();
    const no = await bob.call('member.join', { channelId }).refused('banned');
    assert.deepEqual(no.detail, { until });
    await owner.call('member.add', { channelId, userId: bob.userId }).refused('banned');
    world.clock.forward(60_000);
    await bob.call('member.join', { channelId }).accepted();
    await bob.send(channelId, 'here again', world.clientId()).accepted();
  });

  it('of people above oneself, of oneself and by members is forbidden', async () => {
    const { channelId, alice, bob, carol, keeper } = s;
    const admin = await world.person('Admin', { role: 'admin' });
    const on = (userId: UserId) => ({ channelId, userId, reason: 'no' });
    await changesNothing(world, () =>
      allRefused('forbidden', [
        keeper.call('member.ban', on(alice.userId)),
        keeper.call('member.ban', on(admin.userId)),
        alice.call('member.ban', on(alice.userId)),
        carol.call('member.ban', on(bob.userId)),
      ]),
    );
  });

  it('of the last owner is refused as last_owner, of nobody as not_found', async () => {
    const owner = await world.person('Owner');
    const { id: channelId } = await world.channel(owner, [], { kind: 'public' });
    const admin = await world.person('Admin', { role: 'admin' });
    await admin
      .call('member.ban', { channelId, userId: owner.userId, reason: 'no' })
      .refused('last_owner');
    await ban({ userId: randomUUID() }).refused('not_found');
  });

  it('is refused as channel_archived, and as invalid_input when its shape is wrong', async () => {
    const good = { channelId: s.channelId, userId: s.bob.userId, reason: 'no' };
    await misshapen(world, s.keeper, 'member.ban', good, { 'no reason': { reason: ' ' } });
    await archive(world, { id: s.channelId });
    await ban().refused('channel_archived');
  });
});
