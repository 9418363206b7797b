/** What is restored is what was there, down to rights and policies; what was ended or used up later does not come back. */
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Channel } from '../../../src/contract/index.ts';
import type { BackupStep } from '../../../src/operator/backup/index.ts';
import { asked } from '../../support/asked.ts';
import { Connection } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { all, Restorable, someFolder } from '../../support/restorable.ts';
import { World } from '../../support/world.ts';

describe('a backup that is restored', function () {
  this.timeout(240_000);
  const folder = someFolder();
  const databases: Restorable[] = [];
  let world: World;
  let ada: Person;
  let bob: Person;
  let room: Channel;
  let before_: Record<string, string[]>;
  let steps: BackupStep[];
  const credentials = { email: 'eve@example.org', password: 'correct-Horse-7' };

  async function database(options?: { migrated: boolean }): Promise<Restorable> {
    const made = await Restorable.create(options);
    databases.push(made);
    return made;
  }
  const served = (it: Restorable) => World.create({ environment: it.environment });

  before(async () => {
    const old = await database({ migrated: true });
    world = await served(old);
    await old.rows(`UPDATE workspace SET registration = 'open'`);
    [ada, bob] = [await world.person('Ada', { role: 'admin' }), await world.person('Bob')];
    const eve = { workspace: world.slug, displayName: 'Eve', ...credentials };
    await asked(world.url, 'POST', '/v1/accounts', { body: eve }).accepted();
    room = await world.channel(ada, [bob]);
    for (const body of ['one', 'two', 'tab\tand\nline', '\\N and “quotes” 🗝'])
      await bob.send(room.id, body, world.clientId()).accepted();
    const { id: messageId } = await bob.send(room.id, 'typo', world.clientId()).accepted();
    await bob.call('message.edit', { channelId: room.id, messageId, body: 'no typo' }).accepted();
    await ada.call('message.react', { channelId: room.id, messageId, emoji: '🔑' }).accepted();
    const token = `INSERT INTO one_time_token VALUES ($1, $2, 'password-reset', '\\x01', '1', now(), now())`;
    await old.rows(token, [world.workspaceId, bob.userId]);
    await old.rows(
      `SELECT graphile_worker.add_job('restraint.end', '{"workspaceId":"x","about":{"n":1}}', run_at := now() + interval '1 day', job_key := 'a-job')`,
    );
    const holders = `workspace_id = '${world.workspaceId}' AND id = '${bob.userId}'`;
    for (const [table, columns, values] of MORE)
      await old.rows(`INSERT INTO ${table} (workspace_id, ${columns}) SELECT workspace_id, ${values} FROM account a
        WHERE ${holders}`);
    before_ = await old.content();
    steps = await all(old.keeper().take({ to: folder.path }));
    await bob.send(room.id, 'too late', world.clientId()).accepted();
  });
  after(async () => {
    await world.end();
    for (const one of databases) await one.remove();
    folder.remove();
  });

  it('says what it copied, table by table, and stands in folders for its owner alone', () => {
    const copied = new Map(
      steps.flatMap((step) => (step.is === 'copied' ? [[step.name, step.rows]] : [])),
    );
    for (const [table, rows] of Object.entries(before_))
      if (copied.has(table)) assert.equal(copied.get(table), rows.length, table);
    assert.deepEqual(
      Object.keys(before_).filter((table) => !copied.has(table)),
      ['_prisma_migrations', 'control_event', 'mail'],
    );
    for (const [table] of MORE) assert.equal(copied.get(table), 1, table);
    const taken = steps.at(-1);
    assert.ok(taken?.is === 'taken');
    assert.deepEqual(readdirSync(taken.keys).sort(), [
      'data_key.sealed',
      'manifest.json',
      'subject_key.sealed',
      'workspace_key.sealed',
    ]);
    assert.deepEqual(
      readdirSync(taken.path).filter((name) => name.includes('_key.')),
      ['signing_key.sealed', 'workspace_key.sealed'],
    );
    for (const path of [folder.path, taken.path, taken.keys])
      assert.equal(statSync(path).mode & 0o077, 0, path);
    for (const name of readdirSync(taken.path))
      assert.equal(statSync(join(taken.path, name)).mode & 0o077, 0, name);
  });

  it('is row by row what was there; only epochs, sessions and links by mail are not what they were', async () => {
    const fresh = await database();
    const restored = await all(fresh.keeper().restore({ from: folder.path, keepSessions: false }));
    const last = restored.at(-1);
    assert.ok(last?.is === 'restored');
    assert.equal(last.sessions, before_['session']?.length);
    const now = await fresh.content();
    assert.deepEqual(Object.keys(now), Object.keys(before_));
    const changed = new Set([
      'channel',
      'session',
      'one_time_token',
      'control_event',
      '_prisma_migrations',
      'data_export', // its files are in no backup: test/operator/backup/exports.test.ts
      'data_export_part',
    ]);
    for (const [table, rows] of Object.entries(before_))
      if (!changed.has(table)) assert.deepEqual(now[table], rows, table);
    const [found] = await fresh.rows<{ epoch: number; last_seq: string }>(
      'SELECT epoch, last_seq FROM channel',
    );
    assert.deepEqual(found, { epoch: last.epoch, last_seq: '5' });
    assert.deepEqual(now['one_time_token'], []);
    const jobs = await fresh.rows(`SELECT task_identifier, key FROM graphile_worker.jobs`);
    assert.ok(jobs.some(({ key }) => key === 'a-job'));
    assert.deepEqual(await catalogue(fresh), await catalogue(databases[0] as Restorable));
  });

  it('lets nobody in by what they held before, and everybody by their password; all texts open', async () => {
    const here = await served(databases[1] as Restorable);
    try {
      const { refreshToken } = bob;
      const old = { body: { refreshToken, nonce: 'n'.repeat(22) } };
      await asked(here.url, 'POST', '/v1/sessions/refresh', old).refused('invalid_refresh_token');
      await assert.rejects(Connection.open(here.url, { token: bob.accessToken }));
      const body = { workspace: world.slug, ...credentials };
      await asked(here.url, 'POST', '/v1/sessions', { body }).accepted();
    } finally {
      await here.end();
    }
  });

  it('keeps sessions where it is told to, with every text as it was, and sends clients back to the start once', async () => {
    const moved = await database();
    const words = { from: folder.path, keepSessions: true };
    const last = (await all(moved.keeper().restore(words))).at(-1);
    assert.ok(last?.is === 'restored' && last.sessions === 0);
    const here = await served(moved);
    try {
      const line = await Connection.open(here.url, { token: bob.accessToken });
      const { messages } = await line
        .call('message.history', { channelId: room.id, limit: 50 })
        .accepted();
      assert.deepEqual(
        messages.map((message) => ('body' in message ? message.body : null)),
        ['one', 'two', 'tab\tand\nline', '\\N and “quotes” 🗝', 'no typo'],
      );
      const resume = (epoch: number, rev: number) =>
        line.call('channel.resume', { channelId: room.id, epoch, rev }).accepted();
      const first = await resume(1, 5);
      assert.deepEqual([first.reset, first.epoch], [true, last.epoch]);
      const again = await resume(first.epoch, first.head);
      assert.equal(again.reset, false);
      line.close();
    } finally {
      await here.end();
    }
  });
});

const ID = `'00000000-0000-7000-8000-00000000000a'`;
/** Rows of tables that nothing in this story writes to: columns, and values with the account `a`; heads are of the drill. */
const MORE: readonly (readonly [string, string, string])[] = [
  [
    'custom_role',
    'id, name, scope, permissions, created_by, created_at',
    `${ID}, 'Hosts', 'channels', '{message.send}', id, now()`,
  ],
  ['role_grant', 'user_id, role_id, granted_by, granted_at', `id, ${ID}, id, now()`],
  [
    'custom_role_channel',
    'role_id, channel_id',
    `${ID}, (SELECT c.id FROM channel c WHERE c.workspace_id = a.workspace_id LIMIT 1)`,
  ],
  [
    'erasure',
    'id, subject_id, requested_by, requested_at, origin_sealed, origin_key, due_at',
    `${ID}, id, id, now(), '\\x01', 1, now()`,
  ],
  [
    'legal_hold',
    'id, subject_id, reason_sealed, reason_key, placed_by, placed_at',
    `${ID}, id, '\\x01', 1, id, now()`,
  ],
  [
    'data_export',
    'id, subject_id, requested_by, requested_at, key_sealed, expires_at',
    `${ID}, id, id, now(), '\\x01', now()`,
  ],
  [
    'data_export_part',
    'export_id, id, file, rows, bytes, digest',
    `${ID}, ${ID}, 'a.json', 1, 1, decode(repeat('ab', 32), 'hex')`,
  ],
  [
    'revoked_token',
    'session_id, jti, expires_at',
    `(SELECT s.id FROM session s WHERE s.workspace_id = a.workspace_id LIMIT 1), ${ID}, now() + interval '1 hour'`,
  ],
  ['integrity_alert', 'kind, row_id, found, at', `'message', id, '\\x01', now()`],
];

/** Whatever decides who may do what, and what must hold of rows. */
async function catalogue(database: Restorable): Promise<readonly unknown[]> {
  const asks = [
    `SELECT relname, relkind, relrowsecurity, relforcerowsecurity, relacl::text, pg_get_userbyid(relowner) FROM pg_class
      WHERE relnamespace = 'public'::regnamespace ORDER BY 1`,
    `SELECT attrelid::regclass::text, attname, attacl::text FROM pg_attribute WHERE attacl IS NOT NULL ORDER BY 1, 2`,
    `SELECT polrelid::regclass::text, polname, polcmd, polpermissive, polroles::regrole[]::text, pg_get_expr(polqual, polrelid),
      pg_get_expr(polwithcheck, polrelid) FROM pg_policy ORDER BY 1, 2`,
    `SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`,
    `SELECT proname, proacl::text, pg_get_userbyid(proowner), pg_get_functiondef(oid) FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace ORDER BY 1`,
    `SELECT nspname, nspacl::text, pg_get_userbyid(nspowner) FROM pg_namespace
      WHERE nspname IN ('public', 'graphile_worker') ORDER BY 1`,
    `SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`,
  ];
  const found: unknown[] = [];
  for (const ask of asks) found.push(await database.rows(ask));
  return found;
}
