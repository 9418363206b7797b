/** Keys move under a new workspace key while people talk: nothing is lost, wherever it was stopped, and nothing comes back. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readConfig } from '../../src/config.ts';
import type { ChannelId, WorkspaceId } from '../../src/contract/index.ts';
import {
  keyring,
  keyRows,
  rotateWorkspaceKey,
  rotationRows,
  Vault,
  type Keyring,
  type RotationProgress,
} from '../../src/crypto/index.ts';
import { Secret } from '../../src/kernel/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { systemClock, systemEntropy } from '../../src/platform/system.ts';
import { ownDatabase, type OwnDatabase } from '../architecture/own-database.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';

const entropy = systemEntropy(systemClock);

describe('the rotation of workspace keys', function () {
  this.timeout(240_000);
  let database: OwnDatabase;
  let world: World;
  let postgres: Postgres;
  let root: Keyring;
  let people: Person[];
  let workspaceId: WorkspaceId;
  before(async () => {
    database = await ownDatabase();
    const environment = { DATABASE_APP_URL: database.serverUrl };
    const config = readConfig({ ...process.env, ...environment });
    root = keyring(config.keys.root);
    postgres = new Postgres({ ...config.database, connections: 4 });
    world = await World.create({ environment });
    ({ workspaceId } = world);
    people = await Promise.all(['Ada', 'Bob', 'Cleo', 'Dan', 'Eve'].map((n) => world.person(n)));
  });
  after(async () => {
    await postgres.close();
    await world.end();
    await database.remove();
  });

  const recorded: [string, object][] = [];
  const rotation = (ring = root, batch = 500) =>
    rotateWorkspaceKey({
      ...{ workspaceId, root: ring, entropy, clock: systemClock, batch },
      transaction: postgres.transaction.bind(postgres),
      onRecord(_tx, action, details) {
        recorded.push([action, details]);
        return Promise.resolve();
      },
    });
  const rotate = async (ring?: Keyring): Promise<RotationProgress> => {
    let last: RotationProgress | null = null;
    for await (const progress of rotation(ring)) last = progress;
    return last ?? assert.fail('it said nothing');
  };
  const within = <T>(work: (rows: ReturnType<typeof rotationRows>) => Promise<T>) =>
    postgres.transaction(workspaceId, 'own', (tx) => work(rotationRows(tx, workspaceId)));
  const uses = () => within((rows) => rows.uses());
  const newest = async () => (await uses()).at(-1)?.version ?? 0;
  const query = (text: string, ...values: unknown[]) => database.owner.query(text, values);
  const spoken = async () => {
    const { id } = await world.channel(people[0] ?? assert.fail(), people.slice(1));
    for (const person of people) await person.send(id, 'hello', world.clientId()).accepted();
    return id;
  };
  /** The key of everybody, as a node reads it that remembers nothing. */
  const keysOf = (channelId: ChannelId, ring = root) => {
    const vault = new Vault(ring, entropy, systemClock);
    return Promise.all(
      people.map(({ userId }) =>
        postgres.transaction(workspaceId, 'read', async (tx) => {
          const rows = keyRows(tx, workspaceId);
          const data = await vault.dataKey(rows, channelId, userId, 1);
          const subject = await vault.subjectKey(rows, userId);
          return [data, subject].map((key) => key?.toString('hex'));
        }),
      ),
    );
  };

  it('leaves every key the same, under the next version, with nothing behind it', async () => {
    const channelId = await spoken();
    const before = await keysOf(channelId);
    const was = await newest();
    const done = await rotate();
    assert.deepEqual([done.is, done.version, done.broken], ['done', was + 1, 0]);
    assert.ok(done.rewrapped >= 10 && done.rewrapped === done.total, JSON.stringify(done));
    assert.deepEqual(await keysOf(channelId), before);
    for (const { version, dataKeys, subjectKeys } of await uses())
      if (version < done.version) assert.equal(dataKeys + subjectKeys, 0);
    assert.deepEqual(
      recorded.slice(-2).map(([action]) => action),
      ['key.rotate', 'key.adopt'],
    );
  });

  it('is gone on with after it was stopped at any page, and makes no version in vain', async () => {
    const channelId = await spoken();
    const before = await keysOf(channelId);
    const was = await newest();
    for (let pages = 0; pages < 4; pages += 1) {
      const stopped = rotation(root, 1);
      for (let i = 0; i <= pages; i += 1) assert.equal((await stopped.next()).done, false);
      await stopped.return(undefined);
      assert.deepEqual(await keysOf(channelId), before, `after ${pages} pages`);
    }
    const done = await rotate();
    assert.deepEqual([done.resumed, done.version], [true, was + 1]);
    assert.deepEqual(await keysOf(channelId), before);
    assert.equal((await rotate()).version, was + 2, 'the next one is a new one');
  });

  it('puts a key that is made meanwhile under the new version at once, on a node that knew the old one', async () => {
    const begun = rotation(root, 1);
    await begun.next();
    const version = await newest();
    const channelId = await spoken();
    const { rows } = await query(
      'SELECT DISTINCT workspace_key FROM data_key WHERE channel_id = $1',
      channelId,
    );
    assert.deepEqual(rows, [{ workspace_key: version }]);
    for await (const progress of begun) assert.equal(progress.version, version);
  });

  it('brings no key back that was destroyed while it was on its way', async () => {
    const channelId = await spoken();
    const version = await newest();
    const [gone, changed] = people.map(({ userId }) => userId);
    const after = { channelId, authorId: people[0]?.userId ?? assert.fail(), keyEpoch: -1 };
    const read = await within((rows) => rows.dataKeys.under(version, null, 1_000));
    const keys = read.filter(({ name }) => name.channelId === after.channelId);
    await query('DELETE FROM data_key WHERE channel_id = $1 AND author_id = $2', channelId, gone);
    await query(
      `UPDATE data_key SET wrapped = '\\x00' WHERE channel_id = $1 AND author_id = $2`,
      ...[channelId, changed],
    );
    await query(
      `INSERT INTO workspace_key SELECT workspace_id, version + 1, root_key, wrapped, now(), NULL
       FROM workspace_key WHERE workspace_id = $1 AND version = $2`,
      ...[workspaceId, version],
    );
    const exchanged = await within((rows) =>
      rows.dataKeys.rewrap(
        version + 1,
        keys.map((key) => ({ ...key, anew: Buffer.from('anew') })),
      ),
    );
    assert.equal(exchanged, people.length - 2);
    const { rows } = await query(
      'SELECT author_id, wrapped FROM data_key WHERE channel_id = $1 AND workspace_key = $2',
      ...[channelId, version],
    );
    assert.deepEqual(rows, [{ author_id: changed, wrapped: Buffer.from([0]) }]);
    const back = await within((rows) =>
      rows.dataKeys.rewrap(
        version,
        keys.map((key) => ({ ...key, wrapped: Buffer.from('anew'), anew: key.wrapped })),
      ),
    );
    assert.equal(back, 0, 'nothing goes back to an older version');
    await query('DELETE FROM data_key WHERE channel_id = $1', channelId);
    const last = 'DELETE FROM workspace_key WHERE workspace_id = $1 AND version = $2';
    await query(last, workspaceId, version + 1);
  });

  it('leaves a key that does not open as it is, says so, and goes on with the others', async () => {
    const channelId = await spoken();
    const [ada, bob] = people.map(({ userId }) => userId);
    await query(
      `UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE channel_id = $1 AND author_id = $3)
       WHERE channel_id = $1 AND author_id = $2`,
      ...[channelId, ada, bob],
    );
    const was = await newest();
    const done = await rotate();
    assert.deepEqual([done.broken, done.rewrapped], [1, done.total - 1]);
    const { rows } = await query(
      'SELECT author_id FROM data_key WHERE workspace_key = $1 AND workspace_id = $2',
      ...[was, workspaceId],
    );
    assert.deepEqual(rows, [{ author_id: ada }]);
    await query('DELETE FROM data_key WHERE channel_id = $1', channelId);
  });

  it('puts workspace keys under the newest root key, so that the old one can go', async () => {
    const channelId = await spoken();
    const before = await keysOf(channelId);
    const fresh = randomBytes(32).toString('base64');
    const ringOf = (current: string, names: readonly string[]) => {
      const all = { [root.current]: root.key(root.current).toString('base64'), fresh };
      const keys = Object.fromEntries(names.map((name) => [name, all[name] ?? '']));
      return keyring(new Secret({ current, keys }));
    };
    const { rerooted, version } = await rotate(ringOf('fresh', [root.current, 'fresh']));
    assert.equal(rerooted, version - 1, 'every version before it');
    assert.deepEqual(await keysOf(channelId, ringOf('fresh', ['fresh'])), before);
    assert.deepEqual(new Set((await uses()).map(({ rootKey }) => rootKey)), new Set(['fresh']));
    await rotate(ringOf(root.current, [root.current, 'fresh'])); // and back, for the node that runs
    assert.deepEqual(await keysOf(channelId), before);
  });

  it('lets a version go when nothing refers to it, and not a moment too soon', async () => {
    const { version } = await rotate();
    const old = version - 1;
    const retire = (which: number) => within((rows) => rows.retire(which));
    assert.equal(await retire(old), false, 'a node may still be sealing under it');
    await query(`UPDATE workspace_key SET adopted_at = now() - interval '11 minutes'`);
    assert.equal(await retire(version), false, 'the newest one');
    const topic = `UPDATE channel SET topic_sealed = '', topic_key = $1 WHERE workspace_id = $2`;
    await query(topic, old, workspaceId);
    await assert.rejects(retire(old), /channel_workspace_id_topic_key_fkey/);
    const none = 'UPDATE channel SET topic_sealed = NULL, topic_key = NULL WHERE workspace_id = $1';
    await query(none, workspaceId);
    assert.equal(await retire(old), true);
    assert.ok((await uses()).every((use) => use.version !== old));
  });
});
