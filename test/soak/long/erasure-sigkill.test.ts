/** Processes that are killed with SIGKILL in the middle of an erasure: the next one goes on, and it comes to its end. */
import assert from 'node:assert/strict';
import pg from 'pg';
import { eventually } from '../../support/bootstrap-clone.ts';
import { NodeProcess } from '../../support/node-process.ts';
import { World } from '../../support/world.ts';
import { Nodes } from '../../privacy/cut-off.ts';

const KILLER = new URL('../support/kill-at-commit.ts', import.meta.url).href;

describe('an erasure under SIGKILL', function () {
  this.timeout(900_000);

  it('goes on in the next process, whichever commit the last one died at', async () => {
    const world = await World.create();
    const nodes = new Nodes(world);
    const scene = await nodes.scene();
    await Promise.all([world.end(), nodes.postgres.close()]);
    const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] ?? '' });
    await client.connect();
    try {
      const due = `UPDATE erasure SET due_at = now() - interval '1 minute' WHERE id = $1`;
      await client.query(due, [scene.erasureId]);
      const now = `UPDATE graphile_worker._private_jobs SET run_at = now() WHERE key LIKE $1`;
      await client.query(now, [`%${scene.erasureId}`]);
      const standing = async () => {
        const text = 'SELECT state, step FROM erasure WHERE id = $1';
        const { rows } = await client.query<{ state: string; step: string | null }>(text, [
          scene.erasureId,
        ]);
        return rows[0] ?? { state: 'none', step: null };
      };
      let kills = 0;
      for (let n = 0; (await standing()).state !== 'done'; n += 1) {
        assert.ok(n < 60, 'it goes on');
        // Undone first, where it matters most: the keys. From then on one commit further each time.
        const when = n < 4 && n % 2 === 0 ? 'before' : 'after';
        // It may die before it says that it serves: the job waits for nobody.
        const node = await NodeProcess.start({ KILL_AT: `1:${when}` }, [KILLER]).catch(
          unlessKilled,
        );
        if (node) await eventually('the process is gone', () => !node.alive, 30_000);
        kills += 1;
        const { state, step } = await standing();
        console.log(
          `      killed ${when} a commit: ${state}${step === null ? '' : `, next ${step}`}`,
        );
      }
      assert.ok(kills >= 10, `${kills} kills`);
      const text = `SELECT (SELECT count(*) FROM subject_key WHERE subject_id = $1)::int AS subject,
        (SELECT count(*) FROM data_key WHERE author_id = $1)::int AS data,
        (SELECT count(*) FROM message WHERE author_id = $1 AND body_sealed IS NOT NULL)::int AS texts`;
      const { rows } = await client.query<object>(text, [scene.ada.person.userId]);
      assert.deepEqual(rows, [{ subject: 0, data: 0, texts: 0 }]);
    } finally {
      await client.end();
    }
  });
});

function unlessKilled(error: Error): null {
  if (error.message.startsWith('the node ended with null')) return null;
  throw error;
}
