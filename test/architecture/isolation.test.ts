/** Two workspaces share two connections through thousands of transactions, and neither ever sees a row of the other. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { WorkspaceId } from '../../src/contract/index.ts';
import { Secret } from '../../src/kernel/index.ts';
import { createLog } from '../../src/platform/log.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { connected, ownDatabase, type OwnDatabase } from './own-database.ts';

const TRANSACTIONS = 10_000;
/** Three for each connection: more would wait in vain on a busy machine. */
const AT_A_TIME = 6;
const A = '0a000000-0000-7000-8000-00000000000a' as WorkspaceId;
const B = '0b000000-0000-7000-8000-00000000000b' as WorkspaceId;

interface Seen {
  readonly own: number;
  readonly foreign: number;
}

/** Rows of three tables that somebody scoped to `workspace` can see, theirs and others'. */
const SEEN = `SELECT count(*) FILTER (WHERE workspace_id = $1::uuid)::int AS own,
    count(*) FILTER (WHERE workspace_id <> $1::uuid)::int AS foreign
  FROM (SELECT workspace_id FROM account UNION ALL SELECT workspace_id FROM channel
        UNION ALL SELECT workspace_id FROM message) all_rows`;

/** An account, a channel and as many messages as say so; the owner is above row level security here. */
async function furnish(owner: pg.Client, workspace: string, posts: number): Promise<void> {
  const [account, channel] = [randomUUID(), randomUUID()];
  const at = new Date();
  await owner.query(
    'INSERT INTO workspace (workspace_id, slug, name, created_at) VALUES ($1, $2, $2, $3)',
    [workspace, `w-${workspace}`, at],
  );
  await owner.query(
    `INSERT INTO account (workspace_id, id, role, email_digest, email_digest_key, created_at)
     VALUES ($1, $2, 'user', $3, '1', $4)`,
    [workspace, account, Buffer.from(account), at],
  );
  await owner.query(
    `INSERT INTO workspace_key (workspace_id, version, root_key, wrapped, created_at)
     VALUES ($1, 1, '1', '', $2)`,
    [workspace, at],
  );
  await owner.query(
    `INSERT INTO channel (workspace_id, id, kind, name_sealed, name_key, created_by, created_at, last_seq, last_rev)
     VALUES ($1, $2, 'private', '', 1, $3, $4, $5::int, $5::int)`,
    [workspace, channel, account, at, posts],
  );
  await owner.query(
    `INSERT INTO message (workspace_id, channel_id, seq, id, rev, posted_rev, author_id, client_id,
       key_epoch, at)
     SELECT $1, $2, n, gen_random_uuid(), n, n, $3, gen_random_uuid(), 1, $4 FROM generate_series(1, $5::int) n`,
    [workspace, channel, account, at, posts],
  );
}

/** Runs so many pieces of work, a few at a time, in an order that mixes workspaces and ways to end. */
async function interleaved(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const runner = async () => {
    for (let i = next++; i < count; i = next++) await work(i);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, runner));
}

describe('two workspaces on two connections', function () {
  this.timeout(240_000);

  let database: OwnDatabase;
  before(async () => {
    database = await ownDatabase();
    await furnish(database.owner, A, 7);
    await furnish(database.owner, B, 11);
  });
  after(() => database.remove());
  const rowsOf = (workspace: string) => (workspace === A ? 9 : 13);

  it(`see nothing of each other in ${TRANSACTIONS} interleavings, some of which fail half-way`, async () => {
    const url = new Secret(database.serverUrl);
    const postgres = new Postgres({ url, connections: 2, statementTimeoutMs: 10_000 });
    const ends = { committed: 0, thrown: 0, broken: 0, unscoped: 0 };
    try {
      await postgres.assertBound();
      await interleaved(TRANSACTIONS, async (i) => {
        const workspace = (i * 7) % 3 === 0 ? A : B;
        const way = i % 10;
        if (way === 9) {
          const [seen] = await postgres.statements.run<Seen & Record<string, unknown>>(
            'seen',
            SEEN,
            [workspace],
          );
          assert.deepEqual(seen, { own: 0, foreign: 0 }, 'a connection kept its workspace');
          ends.unscoped += 1;
          return;
        }
        const done = postgres.transaction(workspace, i % 2 === 0 ? 'own' : 'read', async (tx) => {
          const [seen] = await tx.$queryRaw<Seen[]>`
              SELECT count(*) FILTER (WHERE workspace_id = ${workspace}::uuid)::int AS own,
                     count(*) FILTER (WHERE workspace_id <> ${workspace}::uuid)::int AS foreign
              FROM (SELECT workspace_id FROM account UNION ALL SELECT workspace_id FROM channel
                    UNION ALL SELECT workspace_id FROM message) all_rows`;
          assert.deepEqual(seen, { own: rowsOf(workspace), foreign: 0 });
          if (way === 7) throw new Error('given up on purpose');
          if (way === 8) await tx.$executeRaw`SELECT 1 / 0`;
          ends.committed += 1;
        });
        if (way < 7) return done;
        await assert.rejects(done, way === 7 ? /on purpose/ : /division by zero/);
        ends[way === 7 ? 'thrown' : 'broken'] += 1;
      });
    } finally {
      await postgres.close();
    }
    assert.deepEqual(ends, { committed: 7_000, thrown: 1_000, broken: 1_000, unscoped: 1_000 });
  });

  it('would see nothing at all without the setting, and each other if it outlived the transaction', async () => {
    const pool = new pg.Pool({ connectionString: database.serverUrl, max: 2 });
    const look = async (workspace: string, setting: string | null): Promise<Seen> => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        if (setting !== null) await client.query(setting, [workspace]);
        const { rows } = await client.query<Seen>(SEEN, [workspace]);
        await client.query('COMMIT');
        return rows[0] ?? { own: -1, foreign: -1 };
      } finally {
        client.release();
      }
    };
    const total = { own: 0, foreign: 0 };
    const add = ({ own, foreign }: Seen) => {
      total.own += own;
      total.foreign += foreign;
    };
    try {
      await interleaved(200, async (i) => add(await look(i % 2 ? A : B, null)));
      assert.deepEqual(total, { own: 0, foreign: 0 }, 'nobody is scoped: nobody sees anything');
      const local = `SELECT set_config('app.workspace', $1, true)`;
      await interleaved(200, async (i) => add(await look(i % 2 ? A : B, local)));
      assert.deepEqual(total, { own: 100 * (rowsOf(A) + rowsOf(B)), foreign: 0 });
      const session = `SELECT set_config('app.workspace', $1, false)`;
      await interleaved(200, async (i) => add(await look(i % 2 ? A : B, i % 3 ? null : session)));
      assert.ok(total.foreign > 0, 'a setting of the session leaks, and the count shows it');
    } finally {
      await pool.end();
    }
  });

  it("hold even where the server's own login writes SQL by hand", async () => {
    const client = await connected(database.serverUrl);
    const refused = /row-level security|permission denied|violates/;
    try {
      for (const table of ['workspace', 'account', 'channel', 'message', 'audit_event']) {
        const { rowCount } = await client.query(`SELECT * FROM ${table}`);
        assert.equal(rowCount, 0, table);
      }
      await client.query(`SELECT set_config('app.workspace', $1, false)`, [A]);
      const intruder = `INSERT INTO workspace_key (workspace_id, version, root_key, wrapped, created_at)
          VALUES ($1, 2, '1', '', now())`;
      await assert.rejects(client.query(intruder, [B]), refused);
      const moved = 'UPDATE message SET workspace_id = $1';
      await assert.rejects(client.query(moved, [B]), refused);
      const { rowCount } = await client.query(
        'UPDATE message SET version = 2 WHERE workspace_id = $1',
        [B],
      );
      assert.equal(rowCount, 0);
      // Nothing is truncated here: there is no post that may go.
      assert.equal((await client.query('DELETE FROM message')).rowCount, 0);
      for (const forbidden of [
        'TRUNCATE message',
        'DROP POLICY own_workspace ON message',
        'ALTER TABLE message DISABLE ROW LEVEL SECURITY',
        'CREATE TABLE mine (id int)',
        'SET ROLE conclave_lookup',
        `COPY message TO PROGRAM 'cat'`,
        `SELECT pg_read_file('/etc/passwd')`,
      ])
        await assert.rejects(client.query(forbidden), /permission denied|must be owner/, forbidden);
      await client.query('SET row_security = off');
      await assert.rejects(client.query('SELECT * FROM message'), /row-level security/);
    } finally {
      await client.end();
    }
    const { rows } = await database.owner.query<{ count: string }>(
      'SELECT count(*) FROM message WHERE version = 1',
    );
    assert.equal(rows[0]?.count, '18');
  });

  it('are not mixed up by an append: it scopes itself, and leaves the scope of a transaction as it was', async () => {
    const none = Array.from({ length: 7 }, () => '{}');
    const append = `SELECT * FROM append_messages($1, $2, $3, $4, $5, $6, $7, $8, now(), '{}', '{}', true)`;
    const client = await connected(database.serverUrl);
    try {
      for (const before of [A, '']) {
        await client.query('BEGIN');
        await client.query(`SELECT set_config('app.workspace', $1, true)`, [before]);
        await client.query(append, [B, ...none]);
        const { rows } = await client.query(SEEN, [B]);
        assert.deepEqual(rows, [{ own: 0, foreign: before === A ? rowsOf(A) : 0 }]);
        await client.query('COMMIT');
      }
    } finally {
      await client.end();
    }
  });

  it('are found by slug without a workspace, as ids and nothing more', async () => {
    const client = await connected(database.serverUrl);
    try {
      const { rows } = await client.query<Record<string, unknown>>(
        'SELECT workspace_by_slug($1) AS a, workspace_by_host($2), only_workspace() AS b, any_workspace()',
        [`w-${A}`, 'nowhere.example'],
      );
      const expected = { a: A, workspace_by_host: null, b: null, any_workspace: true };
      assert.deepEqual(rows, [expected]);
    } finally {
      await client.end();
    }
  });

  it('are not served by a node whose login row level security does not bind', async () => {
    const { ownerUrl, owner } = database;
    const unbound = `unbound_${randomUUID().slice(0, 8)}`;
    await owner.query(`CREATE ROLE ${unbound} LOGIN BYPASSRLS PASSWORD 'unbound-password-16'`);
    try {
      const bypassing = new URL(ownerUrl);
      [bypassing.username, bypassing.password] = [unbound, 'unbound-password-16'];
      for (const url of [ownerUrl, bypassing.href]) {
        const config = readConfig({ ...process.env, PORT: '0', DATABASE_APP_URL: url });
        const app = createApp({ config, log: createLog('error') });
        await assert.rejects(app.start(), /row level security would not bind it/);
        assert.throws(() => app.port());
        // What was begun was ended as well; Postgres notices a moment after the connection is closed.
        const left = `SELECT FROM pg_stat_activity
          WHERE application_name = 'conclave' AND datname = current_database()`;
        while ((await owner.query(left)).rowCount !== 0);
      }
    } finally {
      await owner.query(`DROP ROLE ${unbound}`);
    }
  });
});
