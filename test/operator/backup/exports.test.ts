/** An export comes back without its files, so it comes back ended: nothing waits for it, and its link leads nowhere. */
import assert from 'node:assert/strict';
import { all, Restorable, someFolder } from '../../support/restorable.ts';
import { World } from '../../support/world.ts';

describe('exports in a backup that is restored', function () {
  this.timeout(240_000);
  const folder = someFolder();
  let old: Restorable;
  let fresh: Restorable;
  before(async () => {
    old = await Restorable.create({ migrated: true });
    fresh = await Restorable.create();
  });
  after(async () => {
    await old.remove();
    await fresh.remove();
    folder.remove();
  });

  it('are over, without links and parts, and a job removes what is left of their files', async () => {
    const world = await World.create({ environment: old.environment });
    const [ada, bob] = [await world.person('Ada'), await world.person('Bob')];
    await world.end();
    for (const [subject, asker, state] of [
      [ada, ada, 'collecting'],
      [ada, bob, 'settling'],
      [bob, ada, 'ready'],
      [bob, bob, 'cancelled'],
    ] as const)
      await old.rows(
        `WITH one AS (
           INSERT INTO data_export (workspace_id, id, subject_id, requested_by, requested_at, key_sealed, expires_at,
             state, link_digest, link_session, link_expires_at)
           VALUES ($1, gen_random_uuid(), $2, $3, now(), '\\x00', now() + interval '1 day', $4, '\\x01',
             gen_random_uuid(), now() + interval '1 day') RETURNING workspace_id, id)
         INSERT INTO data_export_part (workspace_id, export_id, id, file, rows, bytes, digest)
         SELECT workspace_id, id, gen_random_uuid(), 'a', 1, 1, sha256('') FROM one`,
        [world.workspaceId, subject.userId, asker.userId, state],
      );
    await all(old.keeper().take({ to: folder.path }));
    await all(fresh.keeper().restore({ from: folder.path, keepSessions: false }));

    const now = await fresh.rows<{ id: string; state: string; ended: boolean; link: boolean }>(
      `SELECT id, state, ended_at IS NOT NULL AS ended, link_digest IS NOT NULL AS link FROM data_export`,
    );
    const over = now.filter(({ state }) => state !== 'cancelled');
    assert.deepEqual(over.map(({ state }) => state).sort(), ['expired', 'failed', 'failed']);
    assert.ok(over.every(({ ended, link }) => ended && !link));
    assert.deepEqual(await fresh.rows('SELECT FROM data_export_part'), []);
    const jobs = await fresh.rows<{ key: string }>(
      `SELECT key FROM graphile_worker.jobs WHERE task_identifier = 'privacy.export-end' ORDER BY 1`,
    );
    assert.deepEqual(
      jobs.map(({ key }) => key),
      over.map(({ id }) => `${world.workspaceId}:privacy.export-end:${id}`).sort(),
    );
  });
});
