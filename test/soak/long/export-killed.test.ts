/** Nodes are killed in the middle of an export, one after the other: the next goes on, and there is one archive and nothing else. */
import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { verifyExport } from '../../../src/cli/archive/verify.ts';
import type { ExportId } from '../../../src/contract/index.ts';
import { NodeProcess } from '../../support/node-process.ts';
import { World } from '../../support/world.ts';
import { exported, ExportWorld, fetched, Opened, until } from '../../privacy/exporting.ts';

/** Which file that the node writes, and the moment: collecting, closing, and right before the last commit. */
const KILLS = ['1:opened', '4:synced', '8:written', '20:synced'];
const MODULE = new URL('../support/killed-writing.mjs', import.meta.url).href;

describe('soak: an export whose nodes are killed', function () {
  this.timeout(240_000);
  let at: ExportWorld;
  let database: pg.Pool;
  before(async () => {
    at = await ExportWorld.create();
    database = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 2 });
  });
  after(async () => {
    await database.end();
    await rm(at.folder, { recursive: true, force: true });
  });

  const stateOf = async (id: ExportId): Promise<unknown> =>
    (await database.query<{ state: string }>('SELECT state FROM data_export WHERE id = $1', [id]))
      .rows[0]?.state;

  /** As it was when it was asked for, with its job in the queue. */
  async function begunAnew(id: ExportId): Promise<void> {
    await database.query('DELETE FROM data_export_part WHERE export_id = $1', [id]);
    await database.query(
      `UPDATE data_export SET state = 'collecting', step = step + 1, rows = 0, finished_at = NULL,
         progress = '{"contributor": 0, "cursor": null, "files": 0}' WHERE id = $1`,
      [id],
    );
    await rm(join(at.folder, id), { recursive: true });
    await database.query(
      `SELECT graphile_worker.add_job('privacy.export',
         json_build_object('workspaceId', $1::uuid, 'about', json_build_object('exportId', $2::uuid)))`,
      [at.world.workspaceId, id],
    );
  }

  async function files(id: ExportId): Promise<string[]> {
    const names = await readdir(join(at.folder, id)).catch(() => []);
    for (const name of names) {
      const bytes = await readFile(join(at.folder, id, name));
      for (const word of ['canary', 'channelId', 'doctype'])
        assert.ok(!bytes.includes(word), 'what a dead node left is sealed as well');
    }
    return names;
  }

  it('is finished once by the node that is left, and what the dead ones left is gone', async () => {
    const ada = await at.holder('Ada');
    const { id: channelId } = await at.world.channel(ada.person);
    for (let n = 0; n < 30; n += 1)
      await ada.person.send(channelId, `canary: ${n}`, at.world.clientId()).accepted();
    const exportId = await exported(ada);
    await at.leave();
    await begunAnew(exportId);
    let killed = 0;
    for (const kill of [...KILLS, '0:']) {
      const settings = { ...process.env, EXPORT_DIR: at.folder, HTTP_REQUESTS_PER_HOUR: '100000' };
      const node = await NodeProcess.start({ ...settings, EXPORT_KILL: kill }, [MODULE]);
      try {
        await until(async () => !node.alive || (await stateOf(exportId)) === 'ready', 30_000);
      } finally {
        if (node.alive) await node.stop();
        else killed += 1;
      }
      await files(exportId);
    }
    assert.equal(killed, KILLS.length, 'each was killed where it should be');

    const world = await World.create({ environment: { EXPORT_DIR: at.folder } });
    try {
      const again = { person: await ada.resident.arrives({ url: world.url }) };
      await again.person.connect();
      const zip = await fetched(world.url, again, exportId);
      assert.equal((await Opened.of(zip)).rows('messages').length, 30);
      const path = join(at.folder, 'whole.zip');
      await writeFile(path, zip);
      const { manifest } = await verifyExport(path, null);
      assert.equal((await files(exportId)).length, manifest.files.length + 2);
      again.person.leave();
    } finally {
      await world.end();
    }
  });
});
