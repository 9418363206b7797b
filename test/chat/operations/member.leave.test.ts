/** Leaving: the interval is closed, nothing later is heard, and the last owner has to stay. */
import assert from 'node:assert/strict';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import type { World } from '../../support/world.ts';
import { aliceAndBob, auditedOnce, interval } from '../members.ts';
import {
  allRefused,
  archive,
  assertSealed,
  changesNothing,
  hiddenChannels,
  misshapen,
  quietChannel,
} from '../support.ts';

describe('member.leave', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    ({ world, alice, bob } = await aliceAndBob());
  });
  after(() => world.end());

  it('closes the interval at the last post; the channel hears of it, who left hears nothing later', async () => {
    const { id: channelId } = await world.channel(alice, [bob]);
    const sent = await bob.send(channelId, 'goodbye', world.clientId()).accepted();
    const left = await bob.call('member.leave', { channelId }).accepted();
    assert.deepEqual([left.state, left.rev], ['left', sent.rev + 1]);
    const kept = await interval(world, channelId, bob);
    assert.deepEqual(
      [Number(kept['left_seq']), Number(kept['left_rev']), Number(kept['rev'])],
      [sent.seq, left.rev, left.rev],
    );
    const after = await alice.send(channelId, 'at last', world.clientId()).accepted();
    await alice.hears('channel.events', ({ last }) => last === after.rev);
    await bob.connection.settled();
    assert.equal(bob.connection.frames().at(-1)?.last, left.rev);
    await bob.hears('access.changed', (changed) => changed.channelId === channelId);
    await bob.call('channel.read', { channelId }).refused('not_found');
  });

  it('is audited, over HTTP too', async () => {
    const { id } = await quietChannel(world, alice, [bob]);
    const path = `/v1/channels/${id}/leave`;
    const left = await bob.http<OutputOf<'member.leave'>>('POST', path, {}).accepted();
    assert.equal(left.state, 'left');
    const event = await auditedOnce(world, 'member.leave', id);
    assert.deepEqual([event['actor_id'], event['resource_kind']], [bob.userId, 'channel']);
    assertSealed(event);
  });

  it('is refused to the last owner, until somebody else is one', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    await changesNothing(world, () =>
      alice.call('member.leave', { channelId }).refused('last_owner'),
    );
    const heir = { channelId, userId: bob.userId, role: 'owner' } as const;
    await alice.call('member.set-role', heir).accepted();
    await alice.call('member.leave', { channelId }).accepted();
    await bob.call('member.leave', { channelId }).refused('last_owner');
  });

  it('keeps one of two owners who leave at once', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const heir = { channelId, userId: bob.userId, role: 'owner' } as const;
    await alice.call('member.set-role', heir).accepted();
    const replies = await Promise.all([
      alice.call('member.leave', { channelId }),
      bob.call('member.leave', { channelId }),
    ]);
    const codes = replies.map((reply) => (reply.ok ? 'ok' : reply.error.code)).sort();
    assert.deepEqual(codes, ['last_owner', 'ok']);
  });

  it('is forbidden where one sees the channel but was never in it', async () => {
    const { id: channelId } = await quietChannel(world, alice, [], { kind: 'public' });
    await changesNothing(world, () => bob.call('member.leave', { channelId }).refused('forbidden'));
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible, or was left already', async () => {
    const hidden = Object.values(await hiddenChannels(world));
    const { id: left } = await quietChannel(world, alice, [bob]);
    await bob.call('member.leave', { channelId: left }).accepted();
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        [...hidden, left].map((channelId) => bob.call('member.leave', { channelId })),
      ),
    );
  });

  it('is refused in an archived channel', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    await archive(world, { id: channelId });
    await changesNothing(world, () =>
      bob.call('member.leave', { channelId }).refused('channel_archived'),
    );
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    await misshapen(
      world,
      bob,
      'member.leave',
      { channelId },
      {
        'somebody else': { userId: alice.userId },
        'a channel that is no id': { channelId: null },
      },
    );
  });
});
