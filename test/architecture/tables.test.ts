/** Every table belongs to workspaces and Postgres itself keeps them apart, whatever the server's code does. */
import assert from 'node:assert/strict';
import type pg from 'pg';
import { appLogin } from '../../src/config.ts';
import { isolationFaults, openFunctions, powersOf, rightsOf } from './catalogue.ts';
import { connected, ownerUrl, ownDatabase, type OwnDatabase } from './own-database.ts';
import { declared, present } from './prisma-models.ts';

describe('the tables', () => {
  let owner: pg.Client;
  before(async () => {
    owner = await connected(ownerUrl());
  });
  after(() => owner.end());
  const login = () => appLogin(ownerUrl());

  it('are all under forced row level security with the same policy', async () => {
    const { tables, faults } = await isolationFaults(owner);
    assert.ok(tables.includes('message') && tables.includes('audit_event') && tables.length >= 12);
    assert.deepEqual(faults, []);
  });

  it("are nothing that the server's login could lift itself above", async () => {
    assert.deepEqual(await powersOf(owner, login()), []);
  });

  it('keep what was recorded: nothing is deleted but what was used up or taken back, truncated posts, deleted texts, keys of the erased and sessions long over', async () => {
    const { deletes, others } = await rightsOf(owner, login());
    assert.deepEqual(deletes, [
      'channel_override',
      'custom_role',
      'custom_role_channel',
      'data_export_part',
      'data_key',
      'held_text',
      'invitation',
      'mail',
      'mention',
      'mention_watch',
      'message',
      'message_version',
      'one_time_token',
      'reaction',
      'refresh_token',
      'role_grant',
      'session',
      'subject_key',
      'usage_day',
    ]);
    const { rows } = await owner.query(
      `SELECT polname FROM pg_policy WHERE polcmd = 'd' AND NOT polpermissive
         AND polrelid IN ('message'::regclass, 'session'::regclass) ORDER BY polname`,
    );
    const only = [{ polname: 'not_held' }, { polname: 'over_only' }, { polname: 'truncated_only' }];
    assert.deepEqual(rows, only);
    const { rows: erased } = await owner.query(
      `SELECT polrelid::regclass::text AS of FROM pg_policy
       WHERE polname = 'erased_only' AND polcmd = 'd' AND NOT polpermissive ORDER BY of`,
    );
    const keys = [{ of: 'data_key' }, { of: 'refresh_token' }, { of: 'subject_key' }];
    assert.deepEqual(erased, keys);
    assert.deepEqual(others, []);
  });

  it('keep what was recorded: the audit log is only added to, and no row moves or changes its author', async () => {
    const { updates } = await rightsOf(owner, login());
    const changed = (pattern: RegExp) => updates.filter((column) => pattern.test(column));
    assert.deepEqual(changed(/^audit_event\./), []);
    assert.deepEqual(changed(/^(workspace_key|subject_key|data_key)\./), []);
    const fixed =
      /\.(workspace_id|id|channel_id|user_id|session_id|author_id|client_id|created_\w+|at)$/;
    assert.deepEqual(changed(fixed), []);
    assert.deepEqual(changed(/^message\.(seq|reply_to)$|^membership\.joined_/), []);
    assert.ok(updates.includes('message.body_sealed'), 'the question is put rightly');
  });

  it('are looked at from outside a workspace by these functions only, which give ids and numbers', async () => {
    assert.deepEqual(await openFunctions(owner), [
      'adopt_workspace_key gives boolean as conclave_lookup',
      'any_workspace gives boolean as conclave_lookup',
      'channel_heads gives record as conclave_lookup',
      'control_events_since gives record as conclave_lookup',
      'enqueue_job gives void as conclave_jobs',
      'erasure_floors gives record as conclave_lookup',
      'erasure_heads gives record as conclave_lookup',
      'erasures_due gives record as conclave_lookup',
      'expire_control_events gives integer as conclave_lookup',
      'has_job gives boolean as conclave_jobs',
      'only_workspace gives uuid as conclave_lookup',
      'requests_waiting gives record as conclave_lookup',
      'retire_workspace_key gives boolean as conclave_lookup',
      'rewrap_data_keys gives integer as conclave_lookup',
      'rewrap_subject_keys gives integer as conclave_lookup',
      'rewrap_workspace_key gives boolean as conclave_lookup',
      'root_keys_in_use gives record as conclave_lookup',
      'take_up_mails gives record as conclave_lookup',
      'workspace_by_host gives uuid as conclave_lookup',
      'workspace_by_slug gives uuid as conclave_lookup',
      'workspaces_after gives record as conclave_lookup',
    ]);
  });

  it('of the server itself are reached by three functions only, which give sealed keys', async () => {
    assert.deepEqual(await openFunctions(owner, { ofTheServer: true }), [
      'next_signing_key gives record as conclave_lookup',
      'publish_signing_key gives boolean as conclave_lookup',
      'signing_keys gives record as conclave_lookup',
    ]);
  });

  it('are what the models of Prisma say, column by column and key by key', async () => {
    const models = declared();
    const database = await present(owner);
    assert.deepEqual(database.columns, models.columns);
    assert.deepEqual(database.keys, models.keys);
  });
});

describe('the check of the tables', () => {
  const damages: readonly [string, string, readonly string[]][] = [
    [
      'a policy that was dropped',
      'DROP POLICY own_workspace ON message',
      ['message: has no policy own_workspace'],
    ],
    [
      'a table that spares its owner',
      'ALTER TABLE account NO FORCE ROW LEVEL SECURITY',
      ['account: row level security is not forced'],
    ],
    [
      'a table without row level security',
      'ALTER TABLE session DISABLE ROW LEVEL SECURITY',
      ['session: row level security is off'],
    ],
    [
      'a row that need not belong anywhere',
      'ALTER TABLE audit_event DROP CONSTRAINT audit_event_pkey, ALTER workspace_id DROP NOT NULL',
      ['audit_event: has no workspace_id that is NOT NULL'],
    ],
    [
      'a second, wider policy',
      'CREATE POLICY wide ON channel FOR SELECT USING (true)',
      ['channel: has one more policy: wide on channel for r to public using true check null'],
    ],
    [
      'a policy that lets rows in from elsewhere',
      'ALTER POLICY own_workspace ON message WITH CHECK (true)',
      ['message: has another policy'],
    ],
    [
      'a new table that nobody thought of',
      'CREATE TABLE note (id int)',
      [
        'note: has no workspace_id that is NOT NULL',
        'note: row level security is off',
        'note: row level security is not forced',
        'note: has no policy own_workspace',
      ],
    ],
    [
      'a right to the keys of the server',
      'GRANT SELECT (sealed) ON signing_key TO conclave_app',
      ['signing_key: is open to the server itself'],
    ],
    [
      'a policy that shows the keys of the server',
      'CREATE POLICY wide ON signing_key FOR SELECT USING (true)',
      ['signing_key: has one more policy: wide on signing_key for r to public'],
    ],
    [
      'a view, which has the rights of its owner',
      'CREATE VIEW every_message AS SELECT * FROM message',
      ['every_message: is no table'],
    ],
  ];

  let owner: pg.Client;
  let database: OwnDatabase;
  before(async () => {
    database = await ownDatabase();
    ({ owner } = database);
  });
  after(() => database.remove());

  it('finds nothing in a database that is as the migrations make it', async () => {
    assert.deepEqual((await isolationFaults(owner)).faults, []);
  });

  for (const [what, damage, expected] of damages)
    it(`finds ${what}, and names nothing else`, () =>
      undone(async () => {
        await owner.query(damage);
        const { faults } = await isolationFaults(owner);
        assert.equal(faults.length, expected.length, faults.join('; '));
        for (const [i, fault] of expected.entries())
          assert.ok(faults[i]?.startsWith(fault), faults.join('; '));
      }));

  it('finds rights and powers that were given to the server', () =>
    undone(async () => {
      const login = appLogin(database.ownerUrl);
      await owner.query('GRANT UPDATE, DELETE ON audit_event TO conclave_app');
      await owner.query(`ALTER ROLE ${login} BYPASSRLS`);
      await owner.query(`GRANT CREATE ON SCHEMA public TO ${login}`);
      await owner.query(`ALTER TABLE message OWNER TO ${login}`);
      const rights = await rightsOf(owner, login);
      assert.ok(rights.deletes.includes('audit_event'));
      assert.ok(rights.updates.includes('audit_event.details'));
      assert.deepEqual(await powersOf(owner, login), [
        `bypasses row level security: ${login}`,
        'creates in public',
        'owns message',
      ]);
    }));

  it('finds functions that anybody may call', () =>
    undone(async () => {
      const body = `RETURNS SETOF message LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM message'`;
      await owner.query(`CREATE FUNCTION every_message() ${body}`);
      const open = await openFunctions(owner);
      assert.match(open.find((name) => name.startsWith('every')) ?? '', /search_path to anybody$/);
    }));

  const drifts: readonly [string, string[], string[]][] = [
    ['ADD COLUMN note text', ['message.note text null'], []],
    [
      'ALTER at DROP NOT NULL',
      ['message.at timestamp(3) with time zone null'],
      ['message.at timestamp(3) with time zone'],
    ],
    ['ALTER version TYPE bigint', ['message.version bigint'], ['message.version integer']],
    ['DROP COLUMN deleted_by', [], ['message.deleted_by uuid null']],
  ];
  for (const [change, unknown, missing] of drifts)
    it(`finds that the models do not say ${change}`, () =>
      undone(async () => {
        await owner.query(`ALTER TABLE message ${change}`);
        const models = declared().columns;
        const { columns } = await present(owner);
        const without = (all: string[], others: string[]) => all.filter((c) => !others.includes(c));
        assert.deepEqual(without(columns, models), unknown);
        assert.deepEqual(without(models, columns), missing);
      }));

  /** Each damage is a transaction that is rolled back. */
  async function undone(work: () => Promise<void>): Promise<void> {
    await owner.query('BEGIN');
    try {
      await work();
    } finally {
      await owner.query('ROLLBACK');
    }
  }
});
