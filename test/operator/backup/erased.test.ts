/** What was erased opens from an old backup only with keys that are as old, and of those the third backup leaves none. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readConfig } from '../../../src/config.ts';
import { keyring } from '../../../src/crypto/index.ts';
import type { Person } from '../../support/person.ts';
import { tryAllOf } from '../../support/ciphertexts.ts';
import { all, Restorable, someFolder } from '../../support/restorable.ts';
import { World } from '../../support/world.ts';

describe('a backup of somebody who was erased later', function () {
  this.timeout(240_000);
  const folder = someFolder();
  let old: Restorable;
  let fresh: Restorable;
  let world: World;
  let eve: Person;
  const TEXTS = 3;
  before(async () => {
    old = await Restorable.create({ migrated: true });
    fresh = await Restorable.create();
    world = await World.create({ environment: old.environment });
    const ada = await world.person('Ada', { role: 'admin' });
    eve = await world.person('Eve');
    const room = await world.channel(ada, [eve]);
    for (let n = 0; n < TEXTS; n += 1)
      await eve.send(room.id, `secret ${n}`, world.clientId()).accepted();
    await ada.send(room.id, 'of somebody else', world.clientId()).accepted();
  });
  after(async () => {
    await world.end();
    await old.remove();
    await fresh.remove();
    folder.remove();
  });

  const root = () => {
    const ring = keyring(readConfig({ ...process.env, ...old.environment }).keys.root);
    return ring.key(ring.current);
  };
  const taken = async () => {
    const last = (await all(old.keeper().take({ to: folder.path }))).at(-1);
    assert.ok(last?.is === 'taken');
    return last;
  };
  const restored = (from: string, keys?: string) =>
    all(fresh.keeper().restore({ from, keys, replace: fresh.name, keepSessions: false }));

  it('opens whole with the keys of its own time, and not at all with those of after', async () => {
    const first = await taken();
    // What an erasure does to keys; the rest of the rows go later.
    await old.rows('DELETE FROM data_key WHERE author_id = $1', [eve.userId]);
    await old.rows('DELETE FROM subject_key WHERE subject_id = $1', [eve.userId]);
    const second = await taken();

    await restored(first.path, first.keys);
    const whole = { opened: TEXTS + 2, closed: 0 };
    assert.deepEqual(await tryAllOf(fresh, eve.userId, root()), whole, 'the check can fail');

    await restored(first.path, second.keys);
    const nothing = { opened: 0, closed: TEXTS + 2 };
    assert.deepEqual(await tryAllOf(fresh, eve.userId, root()), nothing);
    const [others] = await fresh.rows<{ count: string }>('SELECT count(*) FROM data_key');
    assert.equal(others?.count, '1', 'keys of others are there');

    await taken();
    assert.ok(!existsSync(first.keys), 'the last copy of the keys is gone');
    assert.ok(existsSync(first.path));
    await restored(first.path);
    assert.deepEqual(await tryAllOf(fresh, eve.userId, root()), nothing);
  });

  it('takes keys that were made after the rows only where there is something for them', async () => {
    const { path } = await taken();
    const ada = await world.person('Ada again');
    const later = await world.channel(ada);
    await ada.send(later.id, 'of later', world.clientId()).accepted();
    const { keys } = await taken();
    await restored(path, keys);
    const lost = await fresh.rows('SELECT FROM data_key WHERE channel_id = $1', [later.id]);
    assert.equal(lost.length, 0);
    const findings = await all(fresh.keeper().verify());
    const wrong = findings.filter(({ verdict }) => verdict !== 'ok').map(({ check }) => check);
    // Whose keys were destroyed has sealed rows still: an erasure removes those next.
    assert.deepEqual(wrong, ['keys message', 'keys account']);
  });

  it('names in its manifest up to where the ledgers outside the database were followed', async () => {
    const heads = { erasure: { seq: 7, hash: 'ab'.repeat(32) } };
    const keeper = old.keeper({ heads: () => Promise.resolve(heads) });
    await all(keeper.take({ to: folder.path }));
    const words = { from: folder.path, replace: fresh.name, keepSessions: false };
    const last = (await all(fresh.keeper().restore(words))).at(-1);
    assert.ok(last?.is === 'restored');
    assert.deepEqual(last.heads, heads);
  });

  it('keeps the versions of a workspace key that its rows are sealed under, and has newer ones from the keys', async () => {
    const { path } = await taken();
    const of = [world.workspaceId];
    await old.rows(
      `INSERT INTO workspace_key (workspace_id, version, root_key, wrapped, created_at)
       SELECT workspace_id, 2, root_key, wrapped, created_at FROM workspace_key WHERE workspace_id = $1`,
      of,
    );
    for (const [table, column] of [
      ['channel', 'name_key'],
      ['channel', 'topic_key'],
      ['audit_event', 'sealed_key'],
      ['data_key', 'workspace_key'],
      ['subject_key', 'workspace_key'],
    ])
      await old.rows(
        `UPDATE ${table} SET ${column} = 2 WHERE workspace_id = $1 AND ${column} = 1`,
        of,
      );
    await old.rows('DELETE FROM workspace_key WHERE workspace_id = $1 AND version = 1', of);
    const { keys } = await taken();
    await restored(path, keys);
    const versions: object[] = await fresh.rows('SELECT version FROM workspace_key ORDER BY 1');
    assert.deepEqual(versions, [{ version: 1 }, { version: 2 }]);
    const names = await fresh.rows('SELECT DISTINCT name_key AS key FROM channel');
    assert.deepEqual(names, [{ key: 1 }], 'as they were sealed then');
    const keyed = await fresh.rows('SELECT DISTINCT workspace_key AS key FROM data_key');
    assert.deepEqual(keyed, [{ key: 2 }]);
  });
});
