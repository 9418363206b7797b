/** Who loses the right while they hold somebody's data, let go of it or take an erasure back, does not any more. */
import assert from 'node:assert/strict';
import { World } from '../support/world.ts';
import { rows } from '../chat/support.ts';
import { administrator, author } from './support.ts';

describe('an administrator who is none any more at the commit', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('places no hold, lifts none, and takes no erasure back', async () => {
    const [boss, other] = [await administrator(world), await administrator(world, 'Other')];
    const { userId } = (await author(world)).person;
    const about = { userId, reason: 'case 7' };
    const by = ({ resident }: typeof boss) => ({ password: resident.password });
    const { holdId } = await other.person.call('hold.place', { ...about, ...by(other) }).accepted();
    const { erasureId } = await other.person
      .call('erasure.request-for', { ...about, ...by(other) })
      .accepted();
    for (const act of [
      () => boss.person.call('hold.place', { ...about, ...by(boss) }).refused('forbidden'),
      () => boss.person.call('hold.lift', { holdId, ...by(boss) }).refused('forbidden'),
      () => boss.person.call('erasure.cancel', { erasureId }).refused('not_found'),
    ]) {
      const demoting = await world.database.connect();
      const role = `UPDATE account SET role = $2 WHERE id = $1`;
      try {
        await demoting.query('BEGIN');
        await demoting.query(role, [boss.person.userId, 'user']);
        const late = act();
        const isWaiting = `SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
          WHERE NOT l.granted AND a.datname = current_database() AND l.locktype IN ('transactionid', 'tuple')`;
        while ((await world.database.query(isWaiting)).rowCount === 0)
          await new Promise((resolve) => setImmediate(resolve));
        await demoting.query('COMMIT');
        await late;
      } finally {
        demoting.release();
      }
      await world.database.query(role, [boss.person.userId, 'admin']);
    }
    const held = await rows(
      world,
      'SELECT lifted_at FROM legal_hold WHERE subject_id = $1',
      userId,
    );
    assert.deepEqual(held, [{ lifted_at: null }]);
  });
});
