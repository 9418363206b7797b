/** What was lost while an export was being closed is not in it either, unless it was in the last minute. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportId } from '../../../src/contract/index.ts';
import { rows } from '../../chat/support.ts';
import { exported, ExportWorld, fetched, Opened, until, type Holder } from '../exporting.ts';

describe('an export that takes long to close', () => {
  let at: ExportWorld;
  let ada: Holder;
  let bob: Holder;
  before(async () => {
    at = await ExportWorld.create();
  });
  beforeEach(async () => {
    [ada, bob] = [await at.holder('Ada'), await at.holder('Bob')];
  });
  after(() => at.end());

  const query = (text: string, ...values: unknown[]) => at.world.database.query(text, values);
  const recordOf = async (exportId: ExportId) =>
    (await rows(at.world, 'SELECT state, progress FROM data_export WHERE id = $1', exportId))[0];

  /** As it was when all was collected and held against the rights, before it was closed. */
  async function settled(exportId: ExportId): Promise<void> {
    await query(
      'DELETE FROM data_export_part WHERE export_id = $1 AND contributor IS NULL',
      exportId,
    );
    await query(
      `UPDATE data_export SET state = 'settling', finished_at = NULL, step = step + 1 WHERE id = $1`,
      exportId,
    );
  }
  async function goesOn(exportId: ExportId): Promise<void> {
    await query(
      `SELECT graphile_worker.add_job('privacy.export',
         json_build_object('workspaceId', $1::uuid, 'about', json_build_object('exportId', $2::uuid)))`,
      at.world.workspaceId,
      exportId,
    );
    await until(async () => (await recordOf(exportId))?.['state'] === 'ready');
  }

  /** An export of Ada, settled; then she loses a channel that is in it. */
  async function withLostChannel(): Promise<ExportId> {
    const { id: channelId } = await at.world.channel(bob.person, [ada.person]);
    await ada.person.send(channelId, 'canary: lost', at.world.clientId()).accepted();
    const exportId = await exported(ada);
    await settled(exportId);
    const { userId } = ada.person;
    await bob.person.call('member.remove', { channelId, userId }).accepted();
    return exportId;
  }
  const archive = async (exportId: ExportId) =>
    Opened.of(await fetched(at.world.url, ada, exportId));

  it('has no channel that was lost more than a minute before it was closed', async () => {
    const exportId = await withLostChannel();
    at.world.clock.forward(60_001);
    await goesOn(exportId);
    const found = await archive(exportId);
    assert.deepEqual(found.rows('messages'), []);
    assert.equal(found.manifest.counts['messages'], 0);
    for (const [path, bytes] of found.files) assert.ok(!bytes.includes('canary: lost'), path);
  });

  it('has none either where that minute passed while it was being closed', async () => {
    const exportId = await withLostChannel();
    const { clock } = at.world;
    const [now, start] = [clock.now.bind(clock), clock.now().getTime()];
    const before = (await readdir(join(at.folder, exportId))).length;
    clock.now = () => {
      // The files of the end are being written: that takes long, once.
      const written = readdirSync(join(at.folder, exportId)).length;
      if (written > before && now().getTime() === start) clock.forward(60_001);
      return now();
    };
    try {
      await goesOn(exportId);
    } finally {
      clock.now = now;
    }
    assert.equal(now().getTime(), start + 60_001);
    assert.deepEqual((await archive(exportId)).rows('messages'), []);
    const known = await rows(
      at.world,
      'SELECT FROM data_export_part WHERE export_id = $1',
      exportId,
    );
    assert.equal((await readdir(join(at.folder, exportId))).length, known.length);
  });

  it('has none either where the clock was set back meanwhile', async () => {
    const exportId = await withLostChannel();
    at.world.clock.set(-60 * 60_000);
    try {
      await goesOn(exportId);
    } finally {
      at.world.clock.set(60 * 60_000);
    }
    assert.deepEqual((await archive(exportId)).rows('messages'), []);
  });

  it('is asked about once where it was quick: what was lost in that minute is in it', async () => {
    const exportId = await withLostChannel();
    at.world.clock.forward(59_000);
    await goesOn(exportId);
    assert.equal((await archive(exportId)).rows('messages').length, 1);
  });

  it('is held against the rights three times, and is closed all the same, with one set of files', async () => {
    const { id: channelId } = await at.world.channel(ada.person);
    await ada.person.send(channelId, 'canary: hers', at.world.clientId()).accepted();
    const exportId = await exported(ada);
    await settled(exportId);
    const { clock } = at.world;
    const now = clock.now.bind(clock);
    clock.now = () => {
      clock.forward(61_000); // each look at the clock is a minute later
      return now();
    };
    try {
      await goesOn(exportId);
    } finally {
      clock.now = now;
    }
    const record = await recordOf(exportId);
    const { settling } = record?.['progress'] as { settling: { round: number } };
    assert.equal(settling.round, 3);
    const again = { person: await ada.resident.arrives() };
    await again.person.connect();
    const found = await Opened.of(await fetched(at.world.url, again, exportId));
    assert.equal(found.rows('messages').length, 1);
    again.person.leave();
  });
});
