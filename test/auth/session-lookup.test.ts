/** Looking sessions up tells how they stand now, many in one statement, within one workspace and one fault apart. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { sessionLookup, type MintedSession } from '../../src/auth/index.ts';
import type { SessionId, WorkspaceId } from '../../src/contract/index.ts';
import { Refusal } from '../../src/kernel/index.ts';
import type { Statements } from '../../src/platform/postgres/index.ts';
import { DAY, openHouse, type House } from './support.ts';

describe('looking sessions up', () => {
  let house: House;
  let id: WorkspaceId;
  /** The ids of every statement, in the order in which they were sent. */
  let asked: unknown[];
  let statements: Pick<Statements, 'read'>;

  before(async () => {
    house = await openHouse();
    id = (await house.workspace()).id;
  });
  after(() => house.close());
  beforeEach(() => {
    asked = [];
    statements = {
      read: (name, text, values) => {
        asked.push(values[1]);
        return house.postgres.statements.read(name, text, values);
      },
    };
  });
  const mint = (...names: string[]): Promise<MintedSession[]> =>
    Promise.all(names.map((displayName) => house.auth.mintSession(id, { displayName })));

  it('asks once for all that come together, and gives each their own', async () => {
    const [ada, bob] = await mint('Ada', 'Bob');
    assert.ok(ada && bob);
    const lookUp = sessionLookup(statements);
    const nobody = randomUUID() as SessionId;
    const ids = [ada.sessionId, bob.sessionId, ada.sessionId, nobody];
    const found = await Promise.all(ids.map((sessionId) => lookUp(id, sessionId)));
    assert.deepEqual(
      found.map((row) => row?.userId),
      [ada.userId, bob.userId, ada.userId, undefined],
    );
    assert.deepEqual(asked, [[ada.sessionId, bob.sessionId, nobody]]);
    const expiresAt = new Date(house.clock.now().getTime() + 90 * DAY);
    assert.deepEqual(found[0], {
      ...{ userId: ada.userId, role: 'user', status: 'active', expiresAt, endedAt: null },
      revokedTokens: [],
    });
  });

  it('asks again for whoever comes once a statement has begun', async () => {
    const [ada] = await mint('Ada');
    assert.ok(ada);
    const lookUp = sessionLookup(statements);
    const first = lookUp(id, ada.sessionId);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(asked.length, 1);
    await house.rows('UPDATE session SET ended_at = now() WHERE id = $1', ada.sessionId);
    const second = await lookUp(id, ada.sessionId);
    assert.equal(asked.length, 2);
    assert.ok(second?.endedAt, 'it tells what was committed before it was asked');
    await first;
  });

  it('tells which of the tokens of a session were revoked, and none of another session', async () => {
    const [ada, bob] = await mint('Ada', 'Bob');
    assert.ok(ada && bob);
    const jti = randomUUID();
    await house.rows(
      `INSERT INTO revoked_token SELECT workspace_id, id, $2, now() FROM session WHERE id = $1`,
      ada.sessionId,
      jti,
    );
    const lookUp = sessionLookup(statements);
    const found = await Promise.all([ada, bob].map(({ sessionId }) => lookUp(id, sessionId)));
    assert.deepEqual(
      found.map((row) => row?.revokedTokens),
      [[jti], []],
    );
    assert.equal(asked.length, 1);
  });

  it('finds nothing of another workspace, whatever it is asked for', async () => {
    const [ada] = await mint('Ada');
    assert.ok(ada);
    const elsewhere = (await house.workspace()).id;
    const lookUp = sessionLookup(statements);
    const [here, there] = await Promise.all([
      lookUp(id, ada.sessionId),
      lookUp(elsewhere, ada.sessionId),
    ]);
    assert.equal(here?.userId, ada.userId);
    assert.equal(there, null);
    assert.equal(asked.length, 2);
  });

  it('leaves no workspace on the connection that it used', async () => {
    const [ada] = await mint('Ada');
    assert.ok(ada);
    for (let i = 0; i < 20; i += 1) await sessionLookup(statements)(id, ada.sessionId);
    const [{ seen } = { seen: -1 }] = await house.postgres.statements.run<{ seen: number }>(
      'seen-sessions',
      'SELECT count(*)::int AS seen FROM session',
      [],
    );
    assert.equal(seen, 0);
  });

  it('is unavailable, and not of unknown outcome, when the connection is lost', async () => {
    const nobody = randomUUID() as SessionId;
    const cut = 'SELECT pg_terminate_backend(pg_backend_pid())';
    const cutting: typeof statements = {
      read: (name) => house.postgres.statements.read(`${name}, cut`, cut, []),
    };
    await assert.rejects(sessionLookup(cutting)(id, nobody), { code: 'unavailable' });
    await assert.rejects(house.postgres.statements.run('cut', cut, []), {
      code: 'outcome_unknown',
    });
    const bug = new Error('a bug');
    await assert.rejects(sessionLookup({ read: () => Promise.reject(bug) })(id, nobody), bug);
  });

  it('asks anew after a failure', async () => {
    const [ada] = await mint('Ada');
    assert.ok(ada);
    let away = true;
    const lookUp = sessionLookup({
      read: (name, text, values) =>
        away
          ? Promise.reject(new Refusal('unavailable'))
          : house.postgres.statements.read(name, text, values),
    });
    await assert.rejects(lookUp(id, ada.sessionId), { code: 'unavailable' });
    away = false;
    assert.equal((await lookUp(id, ada.sessionId))?.userId, ada.userId);
  });
});
