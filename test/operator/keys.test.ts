/** The operator moves the keys of all workspaces on: one at a time, on record, taken up where it was stopped, and never blindly. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config.ts';
import { keyring } from '../../src/crypto/index.ts';
import type { Operator } from '../../src/operator/index.ts';
import { ownDatabase, type OwnDatabase } from '../architecture/own-database.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { operatorOf } from '../support/rotation-load.ts';
import { World } from '../support/world.ts';

describe("the operator's hold on keys", function () {
  this.timeout(240_000);
  let database: OwnDatabase;
  let world: World;
  let operator: Operator;
  let environment: NodeJS.ProcessEnv;
  let ledger: string;
  const { current: rootKey } = keyring(readConfig(process.env).keys.root);
  before(async () => {
    database = await ownDatabase();
    // A ledger of its own: other stories write to theirs.
    ledger = mkdtempSync(join(tmpdir(), 'conclave-ledger-'));
    environment = {
      ...process.env,
      DATABASE_APP_URL: database.serverUrl,
      ERASURE_LEDGER_FILE: join(ledger, 'ledger.jsonl'),
    };
    world = await World.create({ environment: { DATABASE_APP_URL: database.serverUrl } });
    const [ada, bob] = await Promise.all([world.person('Ada'), world.person('Bob')]);
    const { id } = await world.channel(ada, [bob]);
    await ada.send(id, 'Hello', world.clientId()).accepted();
    await world.anotherWorkspace();
    operator = await operatorOf(environment);
  });
  after(async () => {
    await operator.close();
    await world.end();
    await database.remove();
    rmSync(ledger, { recursive: true, force: true });
  });

  const all = async <T>(rows: AsyncIterable<T>): Promise<T[]> => {
    const found: T[] = [];
    for await (const row of rows) found.push(row);
    return found;
  };
  const query = async (text: string, ...values: unknown[]) =>
    (await database.owner.query<Record<string, unknown>>(text, values)).rows;
  const recorded = (action: string) =>
    query(
      `SELECT workspace_id, type, outcome, actor_id, transport, details, personal_sealed IS NOT NULL AS sealed
       FROM audit_event WHERE action = $1 ORDER BY at, id`,
      action,
    );
  const ofWorkspace = async () => {
    const found = await all(operator.keys({ retire: false }));
    return found.filter((key) => key.of === 'workspace');
  };
  const newest = async () =>
    (await ofWorkspace()).flatMap((key) => (key.current ? [key.version] : []));

  /** An erasure and a hold of the world, under that version of its key. */
  async function sealed(version: number): Promise<void> {
    const { workspaceId } = world;
    const [who] = await query('SELECT id FROM account WHERE workspace_id = $1', workspaceId);
    const values = [workspaceId, who?.['id'], version];
    await query(
      `INSERT INTO erasure (workspace_id, id, subject_id, requested_by, requested_at, origin_sealed, origin_key, due_at)
       VALUES ($1, gen_random_uuid(), $2, $2, now(), '', $3, now() + interval '7 days')`,
      ...values,
    );
    await query(
      `INSERT INTO legal_hold (workspace_id, id, subject_id, reason_sealed, reason_key, placed_by, placed_at)
       VALUES ($1, gen_random_uuid(), $2, '', $3, $2, now())`,
      ...values,
    );
  }

  it('wraps everything of every workspace anew, on the record of each, and shows what is left where', async () => {
    await sealed(1);
    const told = await all(operator.rotateKeys());
    assert.deepEqual(
      told.filter(({ is }) => is === 'done').map(({ version, rewrapped }) => [version, rewrapped]),
      [
        [2, 3],
        [2, 0],
      ],
    );
    const { workspaceId: workspace_id } = world;
    const by = { type: 'operation', outcome: 'ok', actor_id: null, transport: 'command' };
    const [mine, other, ...more] = await recorded('key.rotate');
    const details = { version: 2, resumed: false, rerooted: 0, rootKey };
    assert.deepEqual(mine, { workspace_id, ...by, details, sealed: true });
    assert.deepEqual([other?.['details'], more], [details, []]);
    assert.deepEqual(
      (await recorded('key.adopt')).map((row) => row['details']),
      [3, 0].map((rewrapped) => ({ version: 2, rewrapped, broken: 0 })),
    );
    const [server, ...workspaces] = await all(operator.keys({ retire: false }));
    const ring = { present: true, current: true };
    assert.deepEqual(server, {
      of: 'server',
      rootKey,
      workspaceKeys: 4,
      signingKeys: 0,
      ...{ ledgerLines: 0, receipts: 0, backups: null, removable: false },
      ...ring,
    });
    const shown = workspaces.flatMap((key) =>
      key.of === 'workspace' && key.workspaceId === workspace_id
        ? [
            [key.version, key.dataKeys, key.subjectKeys, key.channels, key.auditEvents],
            [key.erasures, key.holds],
          ]
        : [],
    );
    assert.deepEqual(shown, [
      [1, 0, 0, 1, 0],
      [1, 1],
      [2, 1, 2, 0, 2],
      [0, 0],
    ]);
  });

  for (const [table, key, columns, values] of [
    ['legal_hold', 'reason_key', 'id, subject_id, placed_by, placed_at, reason_sealed', 'now()'],
    [
      'erasure',
      'origin_key',
      'id, subject_id, requested_by, requested_at, due_at, origin_sealed',
      'now(), now()',
    ],
  ] as const)
    it(`cannot destroy what a row of ${table} is sealed under`, async () => {
      // One transaction, of which nothing stays.
      const destroyed = query(
        `INSERT INTO workspace_key (workspace_id, version, root_key, wrapped, created_at)
           SELECT workspace_id, 99, root_key, wrapped, now() FROM workspace_key WHERE version = 1;
         INSERT INTO ${table} (workspace_id, ${columns}, ${key})
           SELECT workspace_id, gen_random_uuid(), id, id, ${values}, '\\x01', 99 FROM account
           WHERE NOT EXISTS (SELECT FROM erasure e WHERE e.subject_id = account.id) LIMIT 1;
         DELETE FROM workspace_key WHERE version = 99`,
      );
      await assert.rejects(destroyed, new RegExp(`${table}_workspace_id_${key}_fkey`));
    });

  it('destroys what nothing refers to when it is told to, ten minutes after, and on record', async () => {
    const retired = async () =>
      (await all(operator.keys({ retire: true }))).filter(
        (key) => key.of === 'workspace' && key.retired,
      );
    assert.deepEqual(await retired(), []);
    await query(`UPDATE workspace_key SET adopted_at = now() - interval '11 minutes'`);
    const [gone, ...more] = await retired();
    assert.ok(gone?.of === 'workspace' && gone.workspaceId !== world.workspaceId);
    assert.deepEqual([gone.version, gone.references, more], [1, 0, []]);
    assert.deepEqual(
      (await recorded('key.retire')).map((row) => [row['workspace_id'], row['details']]),
      [[gone.workspaceId, { version: 1 }]],
    );
    const channel = (await ofWorkspace()).find((key) => key.version === 1);
    assert.equal(channel?.channels, 1, 'what a name is sealed under stays');
    for (const [table, column] of [
      ['erasure', 'origin_key'],
      ['legal_hold', 'reason_key'],
    ] as const)
      await assert.rejects(query(`UPDATE ${table} SET ${column} = 99`), /foreign key/);
  });

  it('is one at a time, and free again for the next', async () => {
    const first = operator.rotateKeys();
    await first.next();
    const second = await operatorOf(environment);
    await assert.rejects(second.rotateKeys().next(), /^Error: rotation_under_way/);
    await first.return(undefined);
    await eventually('it is free', async () => {
      const mine = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711190`;
      const [held] = await query(mine); // nodes share other locks for as long as they run
      return held === undefined;
    });
    const told = await all(second.rotateKeys());
    assert.deepEqual(
      told.filter(({ is }) => is === 'begun').map(({ resumed }) => resumed),
      [true, false],
      'what was begun is finished',
    );
    await second.close();
  });

  it('makes no version under another root key of the same name, and says what it left alone', async () => {
    const before = await newest();
    const key = randomBytes(32).toString('base64');
    const CONCLAVE_ROOT_KEYS = JSON.stringify({ current: rootKey, keys: { [rootKey]: key } });
    const stranger = await operatorOf({
      ...environment,
      CONCLAVE_ROOT_KEYS,
      CONCLAVE_ROOT_KEYS_FILE: '',
    });
    await assert.rejects(all(stranger.rotateKeys()), /^Error: unreadable_keys: 2 keys do not open/);
    await stranger.close();
    assert.deepEqual(await newest(), before);
  });
});
