/** An outage is told apart from a bug, and "nothing was stored" from "nobody knows", by a real Postgres that goes away. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { readConfig } from '../../src/config.ts';
import type { RefusalCode, WorkspaceId } from '../../src/contract/index.ts';
import { Refusal, Secret } from '../../src/kernel/index.ts';
import { isLostConnection, isWorthRetrying } from '../../src/platform/postgres/failures.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { ownDatabase, type OwnDatabase } from '../architecture/own-database.ts';

const A = '0a000000-0000-7000-8000-00000000000a' as WorkspaceId;
/** The advisory lock at which a commit, or a statement, is made to wait. */
const GATE = 4_242;

function postgresAt(url: string, connections = 4): Postgres {
  return new Postgres({ url: new Secret(url), connections, statementTimeoutMs: 10_000 });
}

async function refused(work: Promise<unknown>, code: RefusalCode): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof Refusal, String(error));
    assert.equal(error.code, code, String(error.cause));
    assert.ok(error.cause !== undefined, 'the log hears why');
    return true;
  });
}

describe('a Postgres that is away', () => {
  it('is unavailable: nothing was stored, by a transaction or by a statement', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const url = new URL(readConfig(process.env).database.url.reveal());
    url.port = String(port);
    const postgres = postgresAt(url.href);
    try {
      const never = () => assert.fail('the work was begun');
      await refused(postgres.transaction(A, 'own', never), 'unavailable');
      await refused(postgres.transaction(A, 'read', never), 'unavailable');
      await refused(postgres.statements.run('one', 'SELECT 1', []), 'unavailable');
      assert.equal(await postgres.answers(), false);
    } finally {
      await postgres.close();
    }
  });

  it('is told from a statement that is wrong by codes, however deep they lie', () => {
    const lost = ['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '53300', '08006', 'P2024'];
    for (const code of lost) {
      assert.ok(isLostConnection(Object.assign(new Error('x'), { code })), code);
      assert.ok(isLostConnection({ meta: { driverAdapterError: { cause: { code } } } }), code);
    }
    for (const code of ['23505', '42601', '42501', '22012', '40001', 'P2002', 'P2025', ''])
      assert.ok(!isLostConnection(Object.assign(new Error('x'), { code })), code);
    assert.ok(isWorthRetrying({ cause: { originalCode: '40P01' } }));
    assert.ok(!isWorthRetrying({ code: '23505' }));
    for (const nothing of [null, undefined, 'ECONNRESET', 7]) assert.ok(!isLostConnection(nothing));
  });
});

describe('a Postgres that forgets', () => {
  it('is refused for each setting by which it would, and taken without them', async () => {
    const database = await ownDatabase();
    const asked = async (...settings: string[]) => {
      const url = new URL(database.serverUrl);
      // As an operator does it for a login; fsync is the same for all and is off in test runs, on elsewhere.
      url.searchParams.set('options', settings.map((setting) => `-c ${setting}`).join(' '));
      const postgres = postgresAt(url.href);
      await postgres.assertDurable().finally(() => postgres.close());
    };
    try {
      const { rows } = await database.owner.query<{ fsync: string }>('SHOW fsync');
      const fsync = rows[0]?.fsync === 'off' ? 'fsync' : null;
      const named = (...names: (string | null)[]) => {
        const off = names.filter((name) => name !== null).join(' and ');
        return new RegExp(`^Error: ${off} must not be off`);
      };
      await assert.rejects(asked('synchronous_commit=off'), named(fsync, 'synchronous_commit'));
      for (const safe of ['on', 'local'])
        if (fsync === null) await asked(`synchronous_commit=${safe}`);
        else await assert.rejects(asked(`synchronous_commit=${safe}`), named(fsync));
    } finally {
      await database.remove();
    }
  });

  it('keeps a server from starting in production, and nowhere else', async () => {
    const database = await ownDatabase();
    try {
      const login = new URL(database.serverUrl).username;
      await database.owner.query(`ALTER ROLE "${login}" SET synchronous_commit = off`);
      const postgres = postgresAt(database.serverUrl);
      const fit = (production: boolean) => postgres.assertFit({ production });
      await fit(false);
      await assert.rejects(fit(true), /synchronous_commit must not be off/);
      await postgres.close();
    } finally {
      await database.remove();
    }
  });
});

describe('a Postgres that goes away', () => {
  let database: OwnDatabase;
  let postgres: Postgres;
  before(async () => {
    database = await ownDatabase();
    postgres = postgresAt(database.serverUrl);
    await database.owner.query(`
      CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(${GATE}); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER late AFTER INSERT ON workspace DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.slug LIKE 'late-%') EXECUTE FUNCTION wait_at_commit();
      GRANT EXECUTE ON FUNCTION wait_at_commit() TO PUBLIC`);
  });
  after(async () => {
    await postgres.close();
    await database.remove();
  });

  const insert = (slug: string) =>
    postgres.transaction(A, 'own', async (tx) => {
      await tx.$executeRaw`INSERT INTO workspace (workspace_id, slug, name, created_at)
        VALUES (${A}::uuid, ${slug}, 'A', now())`;
    });

  /** Ends the connection that waits at the gate, which is held meanwhile, with a statement like this. */
  async function endWhoWaits(statement: string, work: () => Promise<unknown>): Promise<void> {
    const { owner } = database;
    await owner.query('SELECT pg_advisory_lock($1)', [GATE]);
    const done = work();
    const settled = { yet: false };
    const noted = done.catch(() => undefined).finally(() => (settled.yet = true));
    try {
      for (let ended = 0; ended === 0 && !settled.yet;) {
        const { rows } = await owner.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event = 'advisory' AND query ~* $1`,
          [statement],
        );
        ended = rows.length;
      }
      await noted;
    } finally {
      await owner.query('SELECT pg_advisory_unlock($1)', [GATE]);
    }
    await done;
  }

  it('while it commits leaves the outcome unknown, and says so', async () => {
    await refused(
      endWhoWaits('^COMMIT', () => insert('late-commit')),
      'outcome_unknown',
    );
    const { rowCount } = await database.owner.query(`SELECT FROM workspace WHERE slug ~ 'late'`);
    assert.equal(rowCount, 0);
  });

  it('while a statement runs that is a transaction of its own does as well', async () => {
    const wait = `SELECT pg_advisory_xact_lock(${GATE}) AS waited`;
    await refused(
      endWhoWaits('waited', () => postgres.statements.run('wait', wait, [])),
      'outcome_unknown',
    );
  });

  it('before the commit has stored nothing', async () => {
    const work = () =>
      postgres.transaction(A, 'own', async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(${GATE})`;
      });
    await refused(endWhoWaits('pg_advisory_xact_lock', work), 'unavailable');
  });

  it('and comes back is used again, after at most one no for each connection it ended', async () => {
    await Promise.all([1, 2, 3].map(() => postgres.statements.run('one', 'SELECT 1', [])));
    await database.owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'conclave'`,
    );
    const answers: unknown[] = [];
    while (answers.length <= 4 && !answers.includes('stored'))
      answers.push(
        await insert('first').then(
          () => 'stored',
          (error: unknown) => error instanceof Refusal && error.code,
        ),
      );
    assert.deepEqual(answers, [...answers.slice(1).map(() => 'unavailable'), 'stored']);
    assert.equal(await postgres.answers(), true);
  });

  it('has no outage to report when a statement is wrong: that is a bug, and rolls back', async () => {
    const wrong = postgres.transaction(A, 'own', async (tx) => {
      await tx.$executeRaw`UPDATE workspace SET name = 'B'`;
      await tx.$executeRaw`SELECT 1 / 0`;
    });
    await assert.rejects(wrong, (error) => !(error instanceof Refusal));
    await assert.rejects(
      postgres.statements.run('wrong', 'SELECT 1 / 0', []),
      (error) => !(error instanceof Refusal),
    );
    const { rows } = await database.owner.query(`SELECT name FROM workspace WHERE slug = 'first'`);
    assert.deepEqual(rows, [{ name: 'A' }]);
  });

  it('lets the loser of a deadlock begin again, so that both succeed', async () => {
    let attempts = 0;
    let arrived = 0;
    let open = (): void => undefined;
    const bothHoldOne = new Promise<void>((resolve) => (open = resolve));
    const lock = (first: number, second: number) =>
      postgres.transaction(A, 'own', async (tx) => {
        attempts += 1;
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(${first})`;
        arrived += 1;
        if (arrived === 2) open();
        await bothHoldOne;
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(${second})`;
        return first;
      });
    assert.deepEqual(await Promise.all([lock(1, 2), lock(2, 1)]), [1, 2]);
    assert.equal(attempts, 3);
  });

  it('shows a reader one snapshot from the first look to the last', async () => {
    const seen = await postgres.transaction(A, 'read', async (tx) => {
      const before = await tx.workspace.findMany({ select: { name: true } });
      await database.owner.query(`UPDATE workspace SET name = 'changed' WHERE slug = 'first'`);
      return [before, await tx.workspace.findMany({ select: { name: true } })];
    });
    assert.deepEqual(seen, [[{ name: 'A' }], [{ name: 'A' }]]);
  });
});
