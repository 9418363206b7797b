/** Exports and erasures of the same person at the same time: what was begun ends, on every node, and no file is left of it. */
import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportId } from '../../../src/contract/index.ts';
import { rows } from '../../chat/support.ts';
import { World } from '../../support/world.ts';
import {
  exported,
  ExportWorld,
  fetched,
  fetching,
  linked,
  Opened,
  until,
  type Holder,
} from '../exporting.ts';
import { becomes, stateOf } from '../support.ts';

describe('an export against an erasure', () => {
  let at: ExportWorld;
  /** Another node on the same database and folder, by which an erasure can be taken back for a week. */
  let other: World;
  let ada: Holder;
  let admin: Holder;
  before(async () => {
    at = await ExportWorld.create({ environment: { ERASURE_GRACE_DAYS: '0' } });
    other = await World.create({ environment: { EXPORT_DIR: at.folder } });
    admin = await at.holder('Administrator', 'admin');
    await at.holder('Deputy', 'admin');
  });
  beforeEach(async () => {
    ada = await at.holder('Ada');
  });
  after(async () => {
    await other.end();
    await at.end();
  });

  const query = (text: string, ...values: unknown[]) => at.world.database.query(text, values);
  const job = (task: string, about: object) =>
    query(
      `SELECT graphile_worker.add_job($1,
         json_build_object('workspaceId', $2::uuid, 'about', $3::json))`,
      task,
      at.world.workspaceId,
      JSON.stringify(about),
    );
  const stateOfExport = async (id: ExportId) =>
    (await rows(at.world, 'SELECT state FROM data_export WHERE id = $1', id))[0]?.['state'];
  const files = (id: ExportId) => readdir(join(at.folder, id)).catch(() => []);
  const erasing = ({ person, password }: Holder) =>
    person.call('erasure.request', { password }).accepted();

  /** As it was when it was asked for, with no job in the queue. */
  async function begunAnew(id: ExportId): Promise<void> {
    await query('DELETE FROM data_export_part WHERE export_id = $1', id);
    await query(
      `UPDATE data_export SET state = 'collecting', step = step + 1, rows = 0, finished_at = NULL,
         progress = '{"contributor": 0, "cursor": null, "files": 0}' WHERE id = $1`,
      id,
    );
    await rm(join(at.folder, id), { recursive: true });
  }

  it('ends one before a step counts: the step takes its files back itself', async () => {
    const exportId = await exported(ada);
    await begunAnew(exportId);
    const holding = await at.world.database.connect();
    try {
      await holding.query('BEGIN');
      await holding.query('SELECT FROM data_export WHERE id = $1 FOR UPDATE', [exportId]);
      await job('privacy.export', { exportId });
      await until(async () => (await files(exportId)).length > 0);
      const end = `UPDATE data_export SET state = 'cancelled', step = step + 1 WHERE id = $1`;
      await holding.query(end, [exportId]);
      await holding.query('COMMIT');
    } finally {
      holding.release();
    }
    await until(async () => (await files(exportId)).length === 0);
    assert.equal(await stateOfExport(exportId), 'cancelled');
  });

  it('ends one in the middle of a step, and its files are removed with those of before', async () => {
    const exportId = await exported(ada);
    await begunAnew(exportId);
    const holding = await at.world.database.connect();
    try {
      await holding.query('BEGIN');
      await holding.query('SELECT FROM data_export WHERE id = $1 FOR UPDATE', [exportId]);
      await job('privacy.export', { exportId });
      await until(async () => (await files(exportId)).length > 0);
      const { erasureId } = await erasing(ada);
      // Its keys are gone, and it waits for the row, as does the step that has written and not yet counted.
      const waiting = `SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%data_export%'`;
      await until(async () => ((await query(waiting)).rowCount ?? 0) >= 2);
      assert.ok((await stateOf(at.world, erasureId))?.['keys_at']);
      await holding.query('COMMIT');
      await becomes(at.world, erasureId, 'done');
    } finally {
      holding.release();
    }
    await until(async () => (await files(exportId)).length === 0);
    assert.equal(await stateOfExport(exportId), 'cancelled');
    const parts = await query('SELECT FROM data_export_part WHERE export_id = $1', exportId);
    assert.equal(parts.rowCount, 0);
    await job('privacy.export', { exportId }); // that of a node that died comes again
    const text = `SELECT FROM graphile_worker.jobs WHERE task_identifier = 'privacy.export'`;
    await until(async () => (await query(text)).rowCount === 0);
    assert.deepEqual([await files(exportId), await stateOfExport(exportId)], [[], 'cancelled']);
  });

  it('gives nothing for a link of before, to nobody who asked, and begins none for who is erased', async () => {
    const own = await exported(ada);
    const link = await linked(ada, own);
    const { erasureId } = await erasing(ada);
    await becomes(at.world, erasureId, 'done');
    assert.equal((await fetching(at.world.url, ada, own, link)).status, 401);
    const { userId } = ada.person;
    const { password } = admin;
    await admin.person
      .call('export.request-for', { userId, reason: 'by letter', password })
      .refused('not_found');
    await ada.person
      .http('POST', '/v1/me/exports', { password: ada.password })
      .refused('unauthenticated');
  });

  it('leaves an export alone while it can be taken back, and again when it was', async () => {
    const first = await exported(ada);
    const there = await ada.person.connectTo(other.url);
    const { password } = ada;
    const { erasureId } = await there.call('erasure.request', { password }).accepted();
    assert.ok((await fetched(at.world.url, ada, first)).length > 0);
    const archive = await Opened.of(await fetched(at.world.url, ada, await exported(ada)));
    assert.deepEqual(
      archive.rows('erasures').map(({ id, state }) => [id, state]),
      [[erasureId, 'waiting']],
    );
    await ada.person.call('erasure.cancel', { erasureId }).accepted();
    assert.ok((await fetched(at.world.url, ada, first)).length > 0);
  });

  it('is made once by two nodes that take up the same one, and sent whole by either', async () => {
    const { id: channelId } = await at.world.channel(ada.person);
    for (let n = 0; n < 5; n += 1)
      await ada.person.send(channelId, `canary: ${n}`, at.world.clientId()).accepted();
    const exportId = await exported(ada);
    await begunAnew(exportId);
    await Promise.all(Array.from({ length: 6 }, () => job('privacy.export', { exportId })));
    await until(async () => (await stateOfExport(exportId)) === 'ready');
    const text = `SELECT FROM graphile_worker.jobs WHERE task_identifier = 'privacy.export'`;
    await until(async () => (await query(text)).rowCount === 0);
    const known = await rows(
      at.world,
      'SELECT id FROM data_export_part WHERE export_id = $1',
      exportId,
    );
    const ids = known.map(({ id }) => String(id)).sort();
    await until(async () => (await files(exportId)).length === ids.length);
    assert.deepEqual((await files(exportId)).sort(), ids);
    for (const { url } of [at.world, other]) {
      const archive = await Opened.of(await fetched(url, ada, exportId));
      assert.equal(archive.rows('messages').length, 5);
    }
  });

  it('keeps its files until its week is over by the clock of the node, however early the job comes', async () => {
    const exportId = await exported(ada);
    const clocks = [at.world.clock, other.clock];
    for (const clock of clocks) clock.set(-60 * 60_000);
    try {
      await job('privacy.export-end', { exportId });
      const text = `SELECT FROM graphile_worker.jobs
        WHERE task_identifier = 'privacy.export-end' AND run_at <= now()`;
      await until(async () => (await query(text)).rowCount === 0);
      assert.equal(await stateOfExport(exportId), 'ready');
    } finally {
      for (const clock of clocks) clock.set(60 * 60_000);
    }
    assert.ok((await fetched(at.world.url, ada, exportId)).length > 0);
  });
});
