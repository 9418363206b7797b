/** What a start does with lines of the ledger that the database does not know of, whatever else the database holds. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../../src/config.ts';
import type { ChannelId, ErasureId } from '../../../src/contract/index.ts';
import { documentSigner, keyring } from '../../../src/crypto/index.ts';
import { headStore } from '../../../src/privacy/ledger/head-store.ts';
import { ledgerFile } from '../../../src/privacy/index.ts';
import { Ledger } from '../../../src/privacy/ledger/ledger.ts';
import { World } from '../../support/world.ts';
import { row, rows } from '../../chat/support.ts';
import { Nodes, type Scene } from '../cut-off.ts';
import { Killed } from '../node.ts';
import { administrator, type Author } from '../support.ts';

describe('a line that the database does not know of', () => {
  let world: World;
  let nodes: Nodes;
  let folder: string;
  let path: string;
  let boss: Author;
  beforeEach(async () => {
    world = await World.create();
    nodes = new Nodes(world);
    boss = await administrator(world);
    folder = mkdtempSync(join(tmpdir(), 'conclave-replay-'));
    path = join(folder, 'ledger.jsonl');
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    const text = 'DELETE FROM erasure_head WHERE workspace_id = $1';
    await world.database.query(text, [world.workspaceId]);
    await Promise.all([nodes.postgres.close(), world.end()]);
  });

  const starts = () => nodes.one(null, path).gate.start();
  const lines = () => readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const left = ({ ada, erasureId }: Scene) =>
    row(
      world,
      `SELECT state, (SELECT count(*) FROM subject_key WHERE subject_id = $2)::int AS subject,
         (SELECT count(*) FROM data_key WHERE author_id = $2)::int AS data FROM erasure WHERE id = $1`,
      erasureId,
      ada.person.userId,
    );
  /** The line is on the disk; what it says is undone with its transaction. */
  async function lost(): Promise<Scene> {
    const scene = await nodes.scene();
    const dies = nodes.one({ n: 2, when: 'before' }, path).run(scene.erasureId);
    await assert.rejects(dies, Killed);
    assert.equal(lines().length, 1);
    return scene;
  }
  /** Another line at the end, of an erasure that the database may not even know. */
  async function says({ ada }: Scene, of: { erasureId?: ErasureId; channelId?: ChannelId }) {
    const signer = documentSigner(keyring(readConfig(process.env).keys.root));
    const ledger = new Ledger(ledgerFile(path), {
      sign: (document) => signer.sign('erasure-ledger', document),
      verify: (document) => signer.verify('erasure-ledger', document),
    });
    const undone = nodes.postgres.transaction(world.workspaceId, 'own', async (tx) => {
      await ledger.append(headStore(tx, world.workspaceId), world.workspaceId, {
        ...{ erasureId: randomUUID() as ErasureId, channelId: null, ...of },
        ...{ subjectId: ada.person.userId, at: world.clock.now().getTime() },
      });
      throw new Killed();
    });
    await assert.rejects(undone, Killed);
  }
  const head = async () =>
    Number(
      (await row(world, 'SELECT seq FROM erasure_head WHERE workspace_id = $1', world.workspaceId))[
        'seq'
      ],
    );
  const hold = async (more: object) =>
    (
      await boss.person
        .call('hold.place', { reason: 'case 7', password: boss.resident.password, ...more })
        .accepted()
    ).holdId;

  it('destroys nothing that was put under a hold after it: the erasure waits until that is lifted', async () => {
    const scene = await lost();
    const holdId = await hold({ userId: scene.ada.person.userId });
    await Promise.all([starts(), starts()]);
    assert.deepEqual(await left(scene), { state: 'held', subject: 1, data: 1 });
    await scene.ada.person
      .call('erasure.cancel', { erasureId: scene.erasureId })
      .refused('erasure_begun');
    const other = await administrator(world, 'Other');
    const { password } = other.resident;
    const lifted = await other.person.call('hold.lift', { holdId, password }).accepted();
    assert.equal(lifted.resumed, 1);
    await nodes.one(null, path).run(scene.erasureId);
    assert.deepEqual(await left(scene), { state: 'done', subject: 0, data: 0 });
    await starts();
  });

  it('cannot be taken back any more, although the database says that nothing was destroyed', async () => {
    const scene = await lost();
    const held = `UPDATE erasure SET state = 'held' WHERE id = $1`;
    await world.database.query(held, [scene.erasureId]);
    const { person } = scene.ada;
    await person.call('erasure.cancel', { erasureId: scene.erasureId }).refused('erasure_begun');
    await starts();
    assert.deepEqual(await left(scene), { state: 'running', subject: 0, data: 0 });
  });

  it('is done again in the order of locks of a run of the same, so that neither waits for the other for ever', async () => {
    const scene = await lost();
    const running = await world.database.connect();
    try {
      await running.query('BEGIN');
      await running.query('SELECT FROM erasure WHERE id = $1 FOR UPDATE', [scene.erasureId]);
      const starting = starts();
      const waits = `SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))`;
      while ((await running.query(waits)).rowCount === 0)
        await new Promise((resolve) => setImmediate(resolve));
      // What a run asks for next; that of the replay is not in its way.
      const text = 'SELECT pg_try_advisory_xact_lock(4711030) AS free';
      const { rows: free } = await running.query<{ free: boolean }>(text);
      await running.query('COMMIT');
      await starting;
      assert.deepEqual(free, [{ free: true }]);
    } finally {
      running.release();
    }
    assert.deepEqual(await left(scene), { state: 'running', subject: 0, data: 0 });
  });

  it('is about nobody where the channel is of after the backup', async () => {
    const scene = await nodes.scene();
    await says(scene, { channelId: randomUUID() as ChannelId });
    await starts();
    assert.equal(await head(), 1);
    assert.deepEqual(await left(scene), { state: 'waiting', subject: 1, data: 1 });
  });

  for (const state of ['running', 'held'])
    it(`is what an earlier one does that the database has as ${state}, and that cannot be cancelled`, async () => {
      const scene = await nodes.scene();
      const dies = nodes.one({ n: 2, when: 'after' }, path).run(scene.erasureId);
      await assert.rejects(dies, Killed); // its keys are gone, its rows are not
      const text = 'UPDATE erasure SET state = $2 WHERE id = $1';
      await world.database.query(text, [scene.erasureId, state]);
      await says(scene, {});
      await Promise.all([starts(), starts()]);
      assert.equal(await head(), 2);
      await nodes.one(null, path).run(scene.erasureId);
      assert.deepEqual(await left(scene), { state: 'done', subject: 0, data: 0 });
      assert.equal(lines().length, 2);
    });

  it('takes the place of one that waits, where its own was taken back', async () => {
    const scene = await nodes.scene();
    const { erasureId, ada } = scene;
    await ada.person.call('erasure.cancel', { erasureId }).accepted();
    const { password } = ada.resident;
    const second = await ada.person.call('erasure.request', { password }).accepted();
    await says(scene, { erasureId });
    await starts();
    assert.deepEqual(await left(scene), { state: 'running', subject: 0, data: 0 });
    assert.equal((await left({ ...scene, ...second }))['state'], 'cancelled');
  });

  it('is written for what went once a hold was lifted, too: a restore of in between destroys it again', async () => {
    const scene = await nodes.scene();
    const { userId } = scene.ada.person;
    const [{ channel_id: channelId, ...key } = {}] = await rows(
      world,
      'SELECT channel_id, to_jsonb(data_key) AS copy FROM data_key WHERE author_id = $1',
      userId,
    );
    const holdId = await hold({ channelId });
    const run = () => nodes.one(null, path).run(scene.erasureId);
    await run();
    assert.deepEqual(await left(scene), { state: 'held', subject: 0, data: 1 });
    assert.equal(lines().length, 1);
    const before = await row(
      world,
      'SELECT hash FROM erasure_head WHERE seq = 1 AND workspace_id = $1',
      world.workspaceId,
    );
    const other = await administrator(world, 'Other');
    const { password } = other.resident;
    await other.person.call('hold.lift', { holdId, password }).accepted();
    await run();
    assert.deepEqual(await left(scene), { state: 'done', subject: 0, data: 0 });
    assert.equal(lines().length, 2);
    // As the database was while the hold was lifted, and the second line not written yet.
    await world.database.query(
      `UPDATE erasure_head SET seq = 1, hash = $2 WHERE workspace_id = $1`,
      [world.workspaceId, before['hash']],
    );
    await world.database.query(`UPDATE erasure SET state = 'held', ledger_seq = 1 WHERE id = $1`, [
      scene.erasureId,
    ]);
    const status = 'UPDATE account SET status = $2 WHERE id = $1'; // or no key is made for them
    await world.database.query(status, [userId, 'locked']);
    await world.database.query(
      'INSERT INTO data_key SELECT * FROM jsonb_populate_record(null::data_key, $1)',
      [JSON.stringify(key['copy'])],
    );
    await world.database.query(status, [userId, 'erased']);
    assert.deepEqual(await left(scene), { state: 'held', subject: 0, data: 1 });
    await starts();
    assert.deepEqual(await left(scene), { state: 'running', subject: 0, data: 0 });
    await run();
    assert.equal((await left(scene))['state'], 'done');
    assert.equal(lines().length, 2);
  });
});
