/** A ledger that was put back together with the database: whoever keeps its head elsewhere has a server that notices. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { World } from '../../support/world.ts';
import { rows } from '../../chat/support.ts';
import { Nodes } from '../cut-off.ts';

describe('the file of heads', () => {
  let world: World;
  let nodes: Nodes;
  let folder: string;
  let ledger: string;
  let heads: string;
  beforeEach(async () => {
    world = await World.create();
    nodes = new Nodes(world);
    folder = mkdtempSync(join(tmpdir(), 'conclave-heads-'));
    ledger = join(folder, 'ledger.jsonl');
    heads = join(folder, 'elsewhere', 'head.json');
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await forget();
    await Promise.all([nodes.postgres.close(), world.end()]);
  });

  const forget = () =>
    world.database.query('DELETE FROM erasure_head WHERE workspace_id = $1', [world.workspaceId]);
  const starts = (of: string | null = heads) => nodes.one(null, ledger, of).gate.start();
  const erase = async (of: string | null = heads) => {
    const scene = await nodes.scene();
    await nodes.one(null, ledger, of).run(scene.erasureId);
    return scene;
  };
  const saved = () => ({
    ...{ ledger: readFileSync(ledger), file: readFileSync(heads) },
    head: rows(world, 'SELECT * FROM erasure_head WHERE workspace_id = $1', world.workspaceId),
  });
  /** The ledger and what the database knows of it are as they were; the file is not. */
  async function rolledBack(to: ReturnType<typeof saved>) {
    writeFileSync(ledger, to.ledger);
    await forget();
    for (const row of await to.head)
      await world.database.query(
        'INSERT INTO erasure_head SELECT * FROM jsonb_populate_record(null::erasure_head, $1)',
        [JSON.stringify({ ...row, hash: `\\x${(row['hash'] as Buffer).toString('hex')}` })],
      );
  }

  it('tells of a ledger that lost its end together with the database', async () => {
    await erase();
    const before = saved();
    await before.head;
    await erase();
    await starts();
    await rolledBack(before);
    await starts(null); // nobody else knows of it: this is what the file is for
    await rolledBack(before);
    await assert.rejects(
      starts(),
      /ends at entry 1 .*file of heads \(ERASURE_HEAD_FILE, .*head\.json\) knows of 2.*does not serve/,
    );
  });

  it('tells of a ledger that is gone together with all that the database knew of it', async () => {
    await erase();
    await forget();
    rmSync(ledger);
    await starts(null);
    await assert.rejects(starts(), /it is missing, and its file of heads .* knows of entries/);
  });

  it('tells of a ledger with other lines of the same number', async () => {
    await erase();
    const before = saved();
    await before.head;
    await erase();
    const [one] = [readFileSync(heads)];
    await rolledBack(before);
    await erase(null);
    writeFileSync(heads, one);
    await assert.rejects(starts(), /entry 2 .* is another one than its file of heads .* knows/);
  });

  it('is believed as it was signed only, whichever byte is another, and not where it is cut off', async () => {
    await erase();
    const text = readFileSync(heads, 'utf8');
    for (let at = 0; at < text.length; at += 5) {
      const other = text[at] === '0' ? '1' : '0';
      writeFileSync(heads, text.slice(0, at) + other + text.slice(at + 1));
      await assert.rejects(starts(), /ERASURE_HEAD_FILE.*(edited|lacks one)/, `byte ${at}`);
    }
    for (const short of ['', text.slice(0, text.length / 2)]) {
      writeFileSync(heads, short);
      await assert.rejects(starts(), /ERASURE_HEAD_FILE.* cut off/);
    }
    // What the ledger itself is signed as is no head.
    copyFileSync(ledger, heads);
    await assert.rejects(starts(), /ERASURE_HEAD_FILE/);
  });

  it('is missed once it was there; without the setting it is given up, and begins anew with it', async () => {
    await erase(null);
    assert.equal(existsSync(heads), false);
    await starts(); // a server that had none gets one
    assert.ok(existsSync(heads));
    rmSync(heads);
    await assert.rejects(starts(), /file of heads .* is missing, and the database knows/);
    await starts(null);
    await starts();
    assert.ok(existsSync(heads));
  });

  it('is brought up to the ledger where a node died between the two', async () => {
    await erase();
    const before = saved();
    await erase();
    const whole = readFileSync(heads, 'utf8');
    writeFileSync(heads, before.file);
    await starts();
    assert.equal(readFileSync(heads, 'utf8'), whole);
  });

  it('that cannot be written stops an erasure before its keys', async () => {
    mkdirSync(heads, { recursive: true }); // a folder stands in its place
    const scene = await nodes.scene();
    await assert.rejects(nodes.one(null, ledger, heads).run(scene.erasureId));
    const { subject_keys: keys, state } = await nodes.outcome(scene);
    assert.deepEqual({ keys, state }, { keys: 1, state: 'running' });
    rmSync(heads, { recursive: true });
    await nodes.one(null, ledger, heads).run(scene.erasureId);
    assert.equal((await nodes.outcome(scene))['state'], 'done');
    assert.equal(readFileSync(ledger, 'utf8').split('\n').length, 2, 'one line');
  });
});
