/** Cancelling ends an export at any time, takes its files away, and leaves those of others alone. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { rows } from '../../chat/support.ts';
import { demotedWith, exported, ExportWorld, fetching, linked, over, until } from '../exporting.ts';

describe('export.cancel', () => {
  let at: ExportWorld;
  before(async () => {
    at = await ExportWorld.create();
  });
  after(() => at.end());

  it('removes the files of one that is ready, and a link to it is good for nothing', async () => {
    const ada = await at.holder('Ada');
    const exportId = await exported(ada);
    const link = await linked(ada, exportId);
    assert.ok(existsSync(join(at.folder, exportId)));
    assert.deepEqual(await ada.person.call('export.cancel', { exportId }).accepted(), {
      cancelled: true,
    });
    assert.equal((await fetching(at.world.url, ada, exportId, link)).status, 404);
    await until(() => !existsSync(join(at.folder, exportId)));
    const parts = await rows(
      at.world,
      'SELECT FROM data_export_part WHERE export_id = $1',
      exportId,
    );
    assert.equal(parts.length, 0);
  });

  it('ends one that is under way, which does not go on', async () => {
    const ada = await at.holder('Ada');
    const { exportId } = await ada.person
      .call('export.request', { password: ada.password })
      .accepted();
    const { cancelled } = await ada.person.call('export.cancel', { exportId }).accepted();
    assert.equal(cancelled, true);
    assert.equal((await over(ada, exportId)).state, 'cancelled');
    await until(() => !existsSync(join(at.folder, exportId)));
    const [record] = (await ada.person.call('export.list', {}).accepted()).exports;
    assert.equal(record?.state, 'cancelled');
  });

  it('ends what an admin asked for who is none any more', async () => {
    const { admin, exportId } = await demotedWith(at, await at.holder('Ada'));
    const { cancelled } = await admin.person.call('export.cancel', { exportId }).accepted();
    assert.equal(cancelled, true);
  });

  it('leaves one that is over as it is', async () => {
    const ada = await at.holder('Ada');
    const exportId = await exported(ada);
    await ada.person.call('export.cancel', { exportId }).accepted();
    assert.deepEqual(await ada.person.call('export.cancel', { exportId }).accepted(), {
      cancelled: false,
    });
  });

  it('is refused not_found for that of another, and for none', async () => {
    const [ada, bob] = [await at.holder('Ada'), await at.holder('Bob')];
    const exportId = await exported(ada);
    await bob.person.call('export.cancel', { exportId }).refused('not_found');
    await bob.person.call('export.cancel', { exportId: randomUUID() }).refused('not_found');
    assert.ok(existsSync(join(at.folder, exportId)));
  });
});
