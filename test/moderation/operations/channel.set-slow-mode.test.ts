/** Slow mode: one post of a person in so many seconds, on all devices together, decided where posts are stored. */
import assert from 'node:assert/strict';
import { CHANNEL_POLICY } from '../../../src/access/index.ts';
import { World } from '../../support/world.ts';
import { archive, assertDense, audited, misshapen, row } from '../../chat/support.ts';
import { findsItSo } from '../../chat/members.ts';
import { scene, type Scene } from '../support.ts';

describe('channel.set-slow-mode', () => {
  let world: World;
  let s: Scene;
  before(async () => {
    world = await World.create();
  });
  beforeEach(async () => {
    s = await scene(world);
  });
  after(() => world.end());

  const pace = (seconds: number) =>
    s.keeper.call('channel.set-slow-mode', { channelId: s.channelId, seconds });

  it('keeps posts apart and says when the next may come', async () => {
    const { channelId, bob, carol } = s;
    await pace(10).accepted();
    await bob.send(channelId, 'one', world.clientId()).accepted();
    world.clock.forward(4_000);
    const clientId = world.clientId();
    const no = await bob.send(channelId, 'two', clientId).refused('slow_mode');
    assert.deepEqual([no.retry, no.retryAfterMs], ['later', 6_000]);
    await carol.send(channelId, 'mine', world.clientId()).accepted();
    world.clock.forward(6_000);
    const sent = await bob.send(channelId, 'two', clientId).accepted();
    const again = await bob.send(channelId, 'two', clientId).accepted();
    assert.deepEqual([again.id, again.duplicate], [sent.id, true]);
    await pace(0).accepted();
    await bob.send(channelId, 'three', world.clientId()).accepted();
    assert.equal((await audited(world, 'channel.set-slow-mode', channelId)).length, 2);
  });

  it('lets one through of what two devices send at once, in one batch or apart', async () => {
    const { channelId, bob } = s;
    await pace(30).accepted();
    const first = bob.connection;
    const second = await bob.connect();
    for (let round = 0; round < 4; round += 1) {
      const sends = Array.from({ length: 10 }, (_, i) => {
        const input = { channelId, body: `at once ${i}`, clientId: world.clientId() };
        return (i % 2 === 0 ? first : second).call('message.send', input);
      });
      const codes = (await Promise.all(sends)).map((answer) =>
        answer.ok ? 'ok' : answer.error.code,
      );
      assert.deepEqual(codes.sort(), ['ok', ...Array<string>(9).fill('slow_mode')]);
      world.clock.forward(30_000);
    }
    await assertDense(world, channelId);
  });

  it('is not dodged by leaving and coming back', async () => {
    const { channelId, bob, alice } = s;
    await pace(60).accepted();
    await bob.send(channelId, 'one', world.clientId()).accepted();
    await bob.call('member.leave', { channelId }).accepted();
    await alice.call('member.add', { channelId, userId: bob.userId }).accepted();
    await bob.send(channelId, 'two', world.clientId()).refused('slow_mode');
  });

  it('leaves alone whoever may set it, and writes no membership where there is none', async () => {
    const { channelId, bob, keeper } = s;
    assert.deepEqual(CHANNEL_POLICY['channel.pace'].channel, ['owner', 'moderator']);
    await bob.send(channelId, 'no pace', world.clientId()).accepted();
    const text = 'SELECT last_post_at FROM membership WHERE channel_id = $1 AND user_id = $2';
    assert.equal((await row(world, text, channelId, bob.userId))['last_post_at'], null);
    await pace(60).accepted();
    for (const body of ['one', 'two', 'three'])
      await keeper.send(channelId, body, world.clientId()).accepted();
  });

  it('is one change of the log that shows with the channel, live and read back, and none where it was so', async () => {
    const { channelId, bob, keeper } = s;
    await bob.call('channel.subscribe', { channelId }).accepted();
    const before = await bob.call('channel.read', { channelId }).accepted();
    assert.equal(before.slowModeSeconds, 0);
    const { rev } = await pace(20).accepted();
    assert.equal(rev, before.lastRev + 1);
    const isIt = (one: { channelId: string; last: number }) =>
      one.channelId === channelId && one.last === rev;
    const { events } = await bob.hears('channel.events', isIt);
    const since = { channelId, rev: before.lastRev, epoch: before.epoch };
    const back = await bob.call('channel.resume', since).accepted();
    for (const [event] of [events, 'events' in back ? back.events : []]) {
      assert.ok(event?.kind === 'channel');
      assert.deepEqual([event.rev, event.channel.slowModeSeconds], [rev, 20]);
    }
    const { channels } = await keeper.call('channel.list', {}).accepted();
    const listed = channels.find(({ id }) => id === channelId);
    assert.deepEqual([listed?.slowModeSeconds, listed?.lastRev], [20, rev]);
    const again = await findsItSo(world, 'channel.set-slow-mode', channelId, () =>
      pace(20).accepted(),
    );
    assert.equal(again.rev, rev);
    await assertDense(world, channelId);
  });

  it('is forbidden to members, not_found to strangers, refused as channel_archived', async () => {
    const { channelId, bob, staff, keeper } = s;
    const input = { channelId, seconds: 5 };
    await bob.call('channel.set-slow-mode', input).refused('forbidden');
    await staff.call('channel.set-slow-mode', input).refused('not_found');
    await misshapen(world, keeper, 'channel.set-slow-mode', input, {
      'less than none': { seconds: -1 },
      'seven hours': { seconds: 7 * 3_600 },
    });
    await archive(world, { id: channelId });
    await pace(5).refused('channel_archived');
  });
});
