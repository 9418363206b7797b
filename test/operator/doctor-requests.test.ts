/** The doctor says how many wait for an answer about their data, in all workspaces, and warns where one is too late. */
import assert from 'node:assert/strict';
import pg from 'pg';
import { judgeRequests } from '../../src/operator/doctor/requests.ts';
import { requestsWaiting } from '../../src/privacy/index.ts';
import { World } from '../support/world.ts';
import { author } from '../privacy/support.ts';
import { DAY } from '../support/hand-clock.ts';

describe('the doctor on requests about personal data', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('says that none is overdue, and warns of one that is', () => {
    const fine = judgeRequests({ open: 3, overdue: 0 });
    assert.deepEqual([fine.verdict, fine.found], ['ok', 'none is overdue, 3 wait for an answer']);
    const late = judgeRequests({ open: 3, overdue: 2 });
    assert.deepEqual(
      [late.verdict, late.found],
      ['warning', '2 are overdue, 3 more wait for an answer'],
    );
    assert.match(late.advice ?? '', /privacy\.requests/);
  });

  it('counts with the login of the server, which sees no row of them', async () => {
    const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
    await client.connect();
    try {
      const { person, resident } = await author(world);
      const asked = { password: resident.password };
      const { erasureId } = await person.call('erasure.request', asked).accepted();
      const due = world.clock.now().getTime() + 30 * DAY;
      // One snapshot: other stories ask for things meanwhile.
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      await client.query('SET LOCAL ROLE conclave_app');
      const { rows: seen } = await client.query('SELECT FROM request_deadline');
      assert.equal(seen.length, 0);
      const statements = {
        run: async (_name: string, text: string, values: readonly unknown[]) =>
          (await client.query(text, [...values])).rows as never,
      };
      const [before, at] = [
        await requestsWaiting(statements, new Date(due - 1)),
        await requestsWaiting(statements, new Date(due)),
      ];
      assert.ok(before.open >= 1, erasureId);
      assert.ok(at.overdue >= before.overdue + 1 && at.open <= before.open - 1);
      assert.equal(at.open + at.overdue, before.open + before.overdue);
    } finally {
      await client.end();
    }
  });
});
