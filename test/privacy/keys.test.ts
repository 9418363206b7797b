/** Keys of people are destroyed by an erasure that runs and by nothing else, and none is made behind it. */
import assert from 'node:assert/strict';
import { readConfig } from '../../src/config.ts';
import type { ErasureId } from '../../src/contract/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { rows } from '../chat/support.ts';
import { administrator, author, writes } from './support.ts';

describe('the keys of a person', () => {
  let world: World;
  let postgres: Postgres;
  before(async () => {
    world = await World.create();
    postgres = new Postgres({ ...readConfig(process.env).database, connections: 2 });
  });
  after(async () => {
    await Promise.all([postgres.close(), world.end()]);
  });

  /** As the server itself is connected: what its code could destroy if it tried. */
  const destroy = ({ userId }: Person) =>
    postgres.transaction(world.workspaceId, 'own', async (tx) => {
      const data = await tx.dataKey.deleteMany({ where: { authorId: userId } });
      const subject = await tx.subjectKey.deleteMany({ where: { subjectId: userId } });
      return [data.count, subject.count];
    });
  async function scene() {
    const one = await author(world);
    const { id: channelId } = await world.channel(one.person);
    await writes(world, one.person, channelId, ['words']);
    return { ...one, channelId };
  }
  const begun = (id: ErasureId) =>
    world.database.query(`UPDATE erasure SET state = 'running' WHERE id = $1`, [id]);

  it('are not destroyed without an erasure that has begun, nor under a hold, by the database itself', async () => {
    const { person, resident } = await scene();
    const { password } = resident;
    assert.deepEqual(await destroy(person), [0, 0]);
    const { erasureId } = await person.call('erasure.request', { password }).accepted();
    assert.deepEqual(await destroy(person), [0, 0]);
    await begun(erasureId);
    const boss = await administrator(world);
    const wish = { userId: person.userId, reason: 'case 7', password: boss.resident.password };
    const { holdId } = await boss.person.call('hold.place', wish).accepted();
    assert.deepEqual(await destroy(person), [0, 0]);
    const other = await administrator(world, 'Other');
    await other.person.call('hold.lift', { holdId, password: other.resident.password }).accepted();
    assert.deepEqual(await destroy(person), [1, 1]);
  });

  it('of what was written in one channel go without those of others', async () => {
    const { person, resident, channelId } = await scene();
    const { id: second } = await world.channel(person);
    await writes(world, person, second, ['words']);
    const { password } = resident;
    const { erasureId } = await person.call('erasure.request', { password, channelId }).accepted();
    await begun(erasureId);
    assert.deepEqual(await destroy(person), [1, 0]);
  });

  it('are not made for who was erased: whoever was about to waits, and makes none', async () => {
    const { person, channelId } = await scene();
    const { userId } = person;
    const row = `INSERT INTO data_key SELECT workspace_id, channel_id, author_id, epoch + 1, workspace_key, wrapped, created_at
      FROM data_key WHERE author_id = $1`;
    const erasing = await world.database.connect();
    await erasing.query('BEGIN');
    await erasing.query('SELECT FROM account WHERE id = $1 FOR UPDATE', [userId]);
    await erasing.query(`UPDATE account SET status = 'erased' WHERE id = $1`, [userId]);
    const late = world.database.query(row, [userId]);
    const isWaiting = `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE NOT l.granted OR (l.relation = 'data_key'::regclass AND l.mode = 'RowExclusiveLock'
        AND d.datname = current_database() AND l.pid <> pg_backend_pid())`;
    while ((await erasing.query(isWaiting)).rowCount === 0)
      await new Promise((resolve) => setImmediate(resolve));
    await erasing.query('COMMIT');
    erasing.release();
    assert.equal((await late).rowCount, 0);
    assert.equal(
      (await rows(world, 'SELECT FROM data_key WHERE author_id = $1', userId)).length,
      1,
    );
    assert.ok(channelId);
  });
});
