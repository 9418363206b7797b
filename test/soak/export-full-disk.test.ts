/** An export for which there is no room is taken up again when there is, and is made once; meanwhile it leaves nothing. */
import assert from 'node:assert/strict';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { rows } from '../chat/support.ts';
import { ExportWorld, fetched, Opened, over, until } from '../privacy/exporting.ts';

describe('soak: an export that cannot be written', function () {
  this.timeout(120_000);
  let at: ExportWorld;
  before(async () => {
    at = await ExportWorld.create();
  });
  after(() => at.end());

  it('goes on when there is room, without being asked for again, and is no worse for it', async () => {
    const ada = await at.holder('Ada');
    const aside = `${at.folder}.aside`;
    await rename(at.folder, aside);
    await writeFile(at.folder, 'no file can be made here');
    const { exportId } = await ada.person
      .call('export.request', { password: ada.password })
      .accepted();
    const job = `SELECT attempts, last_error FROM graphile_worker._private_jobs
      WHERE payload #>> '{about,exportId}' = $1 AND last_error IS NOT NULL`;
    await until(async () => (await rows(at.world, job, exportId)).length > 0);
    const state = 'SELECT state FROM data_export WHERE id = $1';
    assert.deepEqual(await rows(at.world, state, exportId), [{ state: 'collecting' }]);
    await ada.person.call('export.link', { exportId }).refused('export_not_ready');
    await rm(at.folder);
    await rename(aside, at.folder);
    assert.equal((await over(ada, exportId)).state, 'ready');
    const archive = await Opened.of(await fetched(at.world.url, ada, exportId));
    assert.ok(archive.files.has('index.html'));
    const known = 'SELECT FROM data_export_part WHERE export_id = $1';
    assert.equal(
      (await readdir(`${at.folder}/${exportId}`)).length,
      (await rows(at.world, known, exportId)).length,
      'no file that nobody knows',
    );
  });
});
