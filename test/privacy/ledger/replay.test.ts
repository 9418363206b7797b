/** What a start does with lines of the ledger that the database does not know of, whatever else the database holds. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { World } from '../../support/world.ts';
import { row } from '../../chat/support.ts';
import { Killed, Nodes, type Scene } from '../cut-off.ts';
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
});
