/** A link is given to who asked for the export, once it is ready; of two, the newer one counts. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rows } from '../../chat/support.ts';
import { demotedWith, exported, ExportWorld, fetching, linked } from '../exporting.ts';

const DAY = 24 * 60 * 60 * 1_000;

describe('export.link', () => {
  let at: ExportWorld;
  before(async () => {
    at = await ExportWorld.create();
  });
  after(() => at.end());

  it('is kept as a digest only, and a newer one makes it void', async () => {
    const ada = await at.holder('Ada');
    const exportId = await exported(ada);
    const [first, second] = [await linked(ada, exportId), await linked(ada, exportId)];
    assert.notEqual(first, second);
    const [stored] = await rows(
      at.world,
      'SELECT e::text AS whole FROM data_export e WHERE id = $1',
      exportId,
    );
    const bytes = Buffer.from(second, 'base64url').toString('hex');
    assert.ok(
      !String(stored?.['whole']).includes(second) && !String(stored?.['whole']).includes(bytes),
    );
    assert.equal((await fetching(at.world.url, ada, exportId, first)).status, 404);
    const response = await fetching(at.world.url, ada, exportId, second);
    assert.equal(response.status, 200);
    await response.arrayBuffer();
  });

  it('is refused export_not_ready before it is ready, and after it was cancelled', async () => {
    const ada = await at.holder('Ada');
    const exportId = await exported(ada);
    await at.world.database.query(`UPDATE data_export SET state = 'settling' WHERE id = $1`, [
      exportId,
    ]);
    await ada.person.call('export.link', { exportId }).refused('export_not_ready');
    await ada.person.call('export.cancel', { exportId }).accepted();
    await ada.person.call('export.link', { exportId }).refused('export_not_ready');
  });

  it('is refused not_found for the export of another, an admin too, and for none', async () => {
    const [ada, bob, admin] = [
      await at.holder('Ada'),
      await at.holder('Bob'),
      await at.holder('Admin', 'admin'),
    ];
    const exportId = await exported(ada);
    for (const { person } of [bob, admin])
      await person.call('export.link', { exportId }).refused('not_found');
    await bob.person.call('export.link', { exportId: randomUUID() }).refused('not_found');
  });

  it('is refused not_found for that of another to who is no admin any more', async () => {
    const { admin, exportId } = await demotedWith(at, await at.holder('Ada'));
    await admin.person.call('export.link', { exportId }).refused('not_found');
    const own = await exported(admin);
    assert.ok(await linked(admin, own), 'their own is theirs');
  });

  it('is refused export_not_ready when the week is over, by the clock alone', async () => {
    const ada = await at.holder('Ada');
    const exportId = await exported(ada);
    at.world.clock.forward(7 * DAY);
    const again = await ada.resident.arrives();
    await again.connect();
    await again.call('export.link', { exportId }).refused('export_not_ready');
    again.leave();
  });
});
