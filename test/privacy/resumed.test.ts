/** An erasure that is due goes on whatever became of its job: a node looks for it when it starts, and each hour. */
import assert from 'node:assert/strict';
import type { ErasureId } from '../../src/contract/index.ts';
import type { Clock } from '../../src/kernel/index.ts';
import { systemClock } from '../../src/platform/system.ts';
import { dueErasures, dueHeldTexts } from '../../src/privacy/index.ts';
import { resuming } from '../../src/privacy/erasure/resume.ts';
import { World } from '../support/world.ts';
import { row } from '../chat/support.ts';
import { Nodes } from './cut-off.ts';
import { administrator, author, becomes, stateOf } from './support.ts';

describe('an erasure that no job is at', () => {
  let world: World;
  let nodes: Nodes;
  before(async () => {
    world = await World.create();
    nodes = new Nodes(world);
  });
  after(async () => {
    await Promise.all([nodes.postgres.close(), world.end()]);
  });

  const LOST = 'DELETE FROM graphile_worker._private_jobs';
  const GIVEN_UP = 'UPDATE graphile_worker._private_jobs SET attempts = max_attempts';
  const to = (what: string, id: ErasureId) =>
    world.database.query(`${what} WHERE key LIKE '%:privacy.erase:' || $1`, [id]);
  const jobOf = (id: ErasureId) =>
    row(
      world,
      `SELECT attempts, run_at FROM graphile_worker._private_jobs WHERE key LIKE '%:privacy.erase:' || $1`,
      id,
    );
  /** Asked for, and its time is over; its job waits for another week. */
  async function due() {
    const { person, resident } = await author(world);
    const { password } = resident;
    const { erasureId } = await person.call('erasure.request', { password }).accepted();
    const text = `UPDATE erasure SET due_at = now() - interval '1 hour' WHERE id = $1`;
    await world.database.query(text, [erasureId]);
    return { erasureId, person };
  }
  /** Of a node, in this workspace alone; `tick` is an hour later. */
  function looking(clock: Clock = systemClock) {
    const timers: { ms: number; task: () => void }[] = [];
    const told: object[] = [];
    const all = dueErasures(nodes.postgres.statements);
    const texts = dueHeldTexts(nodes.postgres.statements);
    const resumption = resuming({
      clock,
      transaction: nodes.postgres.transaction.bind(nodes.postgres),
      dueErasures: async (now) =>
        (await all(now)).filter(({ workspaceId }) => workspaceId === world.workspaceId),
      dueHeldTexts: async () => (await texts()).filter((id) => id === world.workspaceId),
      later(ms, task) {
        timers.push({ ms, task });
        return () => timers.splice(0);
      },
      notice: (_what, detail) => told.push(detail),
    });
    return { ...resumption, timers, told };
  }

  for (const [what, becoming] of [
    ['whose row was lost', LOST],
    ['that the queue gave up', GIVEN_UP],
  ] as const)
    it(`goes on when a node starts, instead of a job ${what}`, async () => {
      const { erasureId } = await due();
      await to(becoming, erasureId);
      const node = await World.create();
      try {
        await becomes(world, erasureId, 'done');
      } finally {
        await node.end();
      }
    });

  it('goes on within an hour where nothing starts, and the next hour is looked at as well', async () => {
    const { start, stop, timers, told } = looking();
    await start();
    const { erasureId } = await due();
    await to(LOST, erasureId);
    const [timer] = timers.splice(0);
    assert.equal(timer?.ms, 60 * 60_000);
    timer.task();
    await becomes(world, erasureId, 'done');
    await stop();
    assert.deepEqual(told, [{ resumed: 1 }]);
  });

  it('is told from one whose job is tried again, which is left alone', async () => {
    const { erasureId } = await due();
    const before = await jobOf(erasureId);
    assert.equal(await looking().resume(), 0);
    assert.deepEqual(await jobOf(erasureId), before);
    await to(LOST, erasureId);
    const both = await Promise.all([looking().resume(), looking().resume()]);
    assert.deepEqual([...both].sort(), [0, 1], 'two nodes ask for one job');
    await becomes(world, erasureId, 'done');
  });

  it('is not begun before its time, nor under a hold; where the job of the one that lifted it was lost, it is', async () => {
    const { person, resident } = await author(world);
    const { password } = resident;
    const early = await person.call('erasure.request', { password }).accepted();
    await to(LOST, early.erasureId);
    const held = await due();
    const boss = await administrator(world);
    const wish = { userId: held.person.userId, reason: 'case 7' };
    const { holdId } = await boss.person
      .call('hold.place', { ...wish, password: boss.resident.password })
      .accepted();
    await world.database.query(`UPDATE erasure SET state = 'held' WHERE id = $1`, [held.erasureId]);
    await to(LOST, held.erasureId);
    assert.equal(await looking().resume(), 0);
    assert.equal((await stateOf(world, early.erasureId))?.['state'], 'waiting');
    const lifted = `UPDATE legal_hold SET lifted_at = now(), lifted_by = $2 WHERE id = $1`;
    await world.database.query(lifted, [holdId, person.userId]);
    assert.equal(await looking().resume(), 1);
    await becomes(world, held.erasureId, 'done');
  });

  it('is not begun by a node whose clock jumped ahead, and can be taken back; nor given up by one that jumped back', async () => {
    const { person, resident } = await author(world);
    const { password } = resident;
    const { erasureId } = await person.call('erasure.request', { password }).accepted();
    await to(LOST, erasureId);
    const YEAR = 365 * 24 * 60 * 60_000;
    const off = (by: number): Clock => ({
      now: () => new Date(systemClock.now().getTime() + by),
      monotonic: () => systemClock.monotonic(),
    });
    assert.equal(await looking(off(YEAR)).resume(), 0);
    assert.equal((await stateOf(world, erasureId))?.['state'], 'waiting');
    await person.call('erasure.cancel', { erasureId }).accepted();
    const late = await due();
    await to(LOST, late.erasureId);
    assert.equal(await looking(off(-YEAR)).resume(), 0, 'not by that clock');
    assert.equal(await looking().resume(), 1, 'when it is right again');
    await becomes(world, late.erasureId, 'done');
  });
});
