/** The check of the tables finds what it is there for: each damage is done to a database of its own, and taken back. */
import assert from 'node:assert/strict';
import type pg from 'pg';
import { appLogin } from '../../src/config.ts';
import { isolationFaults, openFunctions, powersOf, rightsOf } from './catalogue.ts';
import { ownDatabase, type OwnDatabase } from './own-database.ts';
import { declared, present } from './prisma-models.ts';

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
