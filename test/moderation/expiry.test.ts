/** The end of mutes and bans: noted and told by a job, and in force at its time whether or not the job is late. */
import assert from 'node:assert/strict';
import { World } from '../support/world.ts';
import { row } from '../chat/support.ts';
import { scene } from './support.ts';

describe('the end of a mute or a ban', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  for (const kind of ['mute', 'ban'] as const)
    it(`of a ${kind} is noted by a job, with nobody as who ended it, and told`, async () => {
      const { channelId, bob, keeper } = await scene(world);
      const input = { channelId, userId: bob.userId, reason: 'rude', durationMs: 1_000 };
      const act = await keeper.call(`member.${kind}`, input).accepted();
      await bob.hears('access.changed', (payload) => payload.channelId === channelId);
      await bob.connection.settled();
      bob.connection.heard.length = 0;
      world.clock.forward(1_000);
      await bob.hears('access.changed', (payload) => payload.channelId === channelId);
      const stored = await row(world, 'SELECT * FROM moderation_act WHERE id = $1', act.id);
      assert.deepEqual([stored['ended_at'], stored['ended_by']], [new Date(act.until ?? 0), null]);
      const { acts } = await bob.call('moderation.mine', {}).accepted();
      assert.deepEqual(
        acts.map(({ kind: what, endedAt }) => [what, endedAt]),
        [[kind, act.until]],
      );
    });

  it('of one that was lifted or replaced before does nothing any more', async () => {
    const { channelId, bob, keeper } = await scene(world);
    const input = { channelId, userId: bob.userId, reason: 'rude' };
    const first = await keeper.call('member.mute', { ...input, durationMs: 1_000 }).accepted();
    await keeper.call('member.mute', input).accepted();
    world.clock.forward(1_000);
    const other = await scene(world);
    const marker = { channelId: other.channelId, userId: other.bob.userId, reason: 'later' };
    await other.keeper.call('member.ban', { ...marker, durationMs: 1_000 }).accepted();
    world.clock.forward(1_000);
    await other.bob.hears(
      'access.changed',
      (payload) => payload.channelId === other.channelId && jobsDone(other.bob),
    );
    await bob.send(channelId, 'still muted', world.clientId()).refused('muted');
    const stored = await row(world, 'SELECT * FROM moderation_act WHERE id = $1', first.id);
    assert.equal(stored['ended_by'], keeper.userId);
  });

  /** The ban, and its end by the job that comes after the one in question. */
  function jobsDone({ connection }: { connection: { heard: { event: string }[] } }): boolean {
    return connection.heard.filter(({ event }) => event === 'access.changed').length >= 3;
  }
});
