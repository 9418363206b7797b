/** The ledger of erasures: a restored database does them again before it serves, and no ledger but the true one will do. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { World } from '../../support/world.ts';
import { row, rows } from '../../chat/support.ts';
import { Nodes, type Scene } from '../cut-off.ts';

describe('the ledger of erasures', () => {
  let world: World;
  let nodes: Nodes;
  let folder: string;
  let path: string;
  beforeEach(async () => {
    world = await World.create();
    nodes = new Nodes(world);
    folder = mkdtempSync(join(tmpdir(), 'conclave-ledger-'));
    path = join(folder, 'deep', 'ledger.jsonl');
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await forgetHead(); // nor does the database of the other stories know of it
    await Promise.all([nodes.postgres.close(), world.end()]);
  });

  const forgetHead = () =>
    world.database.query('DELETE FROM erasure_head WHERE workspace_id = $1', [world.workspaceId]);
  const starts = () => nodes.one(null, path).gate.start();
  const lines = () => readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const write = (all: readonly string[]) => {
    writeFileSync(path, all.map((line) => `${line}\n`).join(''));
  };
  async function erased(count: number): Promise<Scene[]> {
    const scenes: Scene[] = [];
    for (let i = 0; i < count; i += 1) {
      const scene = await nodes.scene();
      await nodes.one(null, path).run(scene.erasureId);
      scenes.push(scene);
    }
    return scenes;
  }

  const KEPT = ['subject_key', 'data_key', 'account'] as const;
  /** A copy of what the erasure destroys, and how to put it back as a restore does. */
  async function backup({ ada: { person } }: Scene) {
    const about = { subject_key: 'subject_id', data_key: 'author_id', account: 'id' };
    const copies = new Map<string, unknown[]>();
    for (const table of KEPT) {
      const text = `SELECT to_jsonb(t) AS row FROM ${table} t WHERE ${about[table]} = $1`;
      const found = await rows<{ row: unknown }>(world, text, person.userId);
      copies.set(
        table,
        found.map((one) => one.row),
      );
    }
    return async () => {
      const [account] = copies.get('account') as Record<string, unknown>[];
      await world.database.query(
        `UPDATE account SET (status, email_sealed, profile_sealed, password_hash) =
           (SELECT status, email_sealed, profile_sealed, password_hash FROM jsonb_populate_record(null::account, $1))
         WHERE id = $2`,
        [JSON.stringify(account), person.userId],
      );
      for (const table of ['subject_key', 'data_key'])
        for (const one of copies.get(table) ?? [])
          await world.database.query(
            `INSERT INTO ${table} SELECT * FROM jsonb_populate_record(null::${table}, $1)`,
            [JSON.stringify(one)],
          );
    };
  }

  for (const [what, forget] of [
    ['before it was asked for', 'DELETE FROM erasure WHERE workspace_id = $1'],
    [
      'before it began',
      `UPDATE erasure SET state = 'waiting', step = NULL, keys_at = NULL, receipt = NULL, ended_at = NULL,
         started_at = NULL, counts = '{}' WHERE workspace_id = $1`,
    ],
  ] as const)
    it(`destroys again what a database of ${what} still has, before it serves`, async () => {
      const scene = await nodes.scene();
      const restore = await backup(scene);
      await nodes.one(null, path).run(scene.erasureId);
      assert.deepEqual((await nodes.outcome(scene))['subject_keys'], 0);
      await forgetHead();
      await world.database.query(forget, [world.workspaceId]);
      await restore();
      const { userId } = scene.ada.person;
      const there = () =>
        row(
          world,
          `SELECT status, (SELECT count(*) FROM subject_key WHERE subject_id = id)::int AS subject,
             (SELECT count(*) FROM data_key WHERE author_id = id)::int AS data FROM account WHERE id = $1`,
          userId,
        );
      assert.deepEqual(await there(), { status: 'active', subject: 1, data: 1 });
      await Promise.all([starts(), starts()]); // two nodes that start at once
      assert.deepEqual(await there(), { status: 'erased', subject: 0, data: 0 });
      await nodes.one(null, path).run(scene.erasureId);
      assert.equal((await nodes.outcome(scene))['state'], 'done');
      assert.equal(lines().length, 1, 'nothing is written twice');
      await starts();
    });

  it('lets nobody serve without it, and lets a new server begin without one', async () => {
    await starts();
    await erased(1);
    await starts();
    rmSync(path);
    await assert.rejects(starts(), /ERASURE_LEDGER_FILE.*is missing.*does not serve/);
  });

  it('lets nobody serve where it lost its last line, and says how far it goes', async () => {
    await erased(2);
    const whole = lines();
    write(whole.slice(0, 1));
    await assert.rejects(starts(), /it ends at entry 1 of workspace .* the database knows of 2/);
    write(whole);
    await starts();
  });

  it('names the line that was edited, taken out or moved, whichever byte it is', async () => {
    await erased(3);
    const [one = '', two = '', three = ''] = lines();
    for (let at = 0; at < two.length; at += 7) {
      const other = two[at] === '0' ? '1' : '0';
      write([one, two.slice(0, at) + other + two.slice(at + 1), three]);
      await assert.rejects(starts(), /line 2 /, `byte ${at}`);
    }
    for (const [wrong, line] of [
      [[one, three], 2],
      [[two, three], 1],
      [[one, three, two], 2],
      [[one, one, two, three], 2],
    ] as const) {
      write(wrong);
      await assert.rejects(starts(), new RegExp(`line ${line} does not follow`));
    }
    write([one, ` ${two}`, three]);
    await assert.rejects(starts(), /line 2 is no entry/);
  });

  it('takes half of a line for none: who wrote it died before anything was destroyed', async () => {
    await erased(1);
    appendFileSync(path, '{"version":1,"seq":');
    await starts();
    await erased(1);
    assert.equal(lines().length, 2);
    await starts();
  });

  it('is written to by nodes side by side, one line for each', async () => {
    const scenes = [];
    for (let i = 0; i < 4; i += 1) scenes.push(await nodes.scene());
    const [here, there] = [nodes.one(null, path), nodes.one(null, path)];
    await Promise.all(
      scenes.flatMap(({ erasureId }, i) => [
        (i % 2 === 0 ? here : there).run(erasureId),
        (i % 2 === 0 ? there : here).run(erasureId),
      ]),
    );
    const written = lines().map((line) => JSON.parse(line) as { seq: number; erasureId: string });
    assert.deepEqual(
      written.map(({ seq }) => seq),
      [1, 2, 3, 4],
    );
    assert.equal(new Set(written.map(({ erasureId }) => erasureId)).size, 4);
    for (const scene of scenes) assert.equal((await nodes.outcome(scene))['state'], 'done');
    await starts();
  });
});
