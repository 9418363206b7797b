/** Processes that are killed with SIGKILL in the middle of a run of retention: the next goes on, and nothing goes twice. */
import assert from 'node:assert/strict';
import pg from 'pg';
import { eventually } from '../../support/bootstrap-clone.ts';
import { NodeProcess } from '../../support/node-process.ts';
import { World } from '../../support/world.ts';
import { quietChannel } from '../../chat/support.ts';
import { Ageing } from '../../privacy/retention/nodes.ts';

const KILLER = new URL('../support/kill-at-commit.ts', import.meta.url).href;

describe('a run of retention under SIGKILL', function () {
  this.timeout(300_000);

  it('goes on in the next process, whichever commit the last one died at', async () => {
    const world = await World.create();
    const ageing = new Ageing(world);
    const bob = await world.person('Bob');
    const channels = [];
    for (const sayings of [
      ['1', '2', '3'],
      ['1', '2'],
      ['1', '2', '3', '4'],
    ]) {
      const { id } = await quietChannel(world, bob, [], { sayings: [...sayings, 'young'] });
      await ageing.ages(id, 400, sayings.length);
      channels.push(id);
    }
    const runId = await ageing.asked();
    const { workspaceId } = world;
    await Promise.all([world.end(), ageing.postgres.close()]);
    const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] ?? '' });
    await client.connect();
    try {
      const about = `SELECT graphile_worker.add_job('privacy.retain',
        json_build_object('workspaceId', $1::text, 'about', json_build_object('runId', $2::text)), job_key := $2)`;
      await client.query(about, [workspaceId, runId]);
      const standing = async () => {
        const text = 'SELECT state, step, tallies, report FROM retention_run WHERE id = $1';
        const { rows } = await client.query<{
          state: string;
          step: string | null;
          tallies: Record<string, { due: number; removed: number } | undefined>;
          report: object | null;
        }>(text, [runId]);
        assert.ok(rows[0]);
        return rows[0];
      };
      let kills = 0;
      for (; (await standing()).state !== 'done'; kills += 1) {
        assert.ok(kills < 40, 'it goes on');
        // Every third is undone; it may die before it says that it serves: the job waits for nobody.
        const when = kills % 3 === 0 ? 'before' : 'after';
        const settings = { KILL_AT: `1:${when}`, KILL_IN: 'SELECT FROM retention_run' };
        const node = await NodeProcess.start(settings, [KILLER]).catch(unlessKilled);
        if (node) await eventually('the process is gone', () => !node.alive, 30_000);
        const { state, step } = await standing();
        console.log(`      killed ${when} a commit: ${state}${step === null ? '' : `, ${step}`}`);
      }
      assert.ok(kills >= 8, `${kills} kills`);
      const { tallies, report } = await standing();
      assert.deepEqual([tallies['messages']?.due, tallies['messages']?.removed], [9, 9]);
      assert.ok(report);
      const text = `SELECT count(*)::int AS left, (SELECT count(*)::int FROM audit_event WHERE resource_id = $2) AS told
        FROM message WHERE channel_id = ANY ($1)`;
      const { rows } = await client.query<object>(text, [channels, runId]);
      assert.deepEqual(rows, [{ left: 3, told: 1 }]);
    } finally {
      await client.end();
    }
  });
});

function unlessKilled(error: Error): null {
  if (error.message.startsWith('the node ended with null')) return null;
  throw error;
}
