/** What opens a transaction costs no round trip of its own, and nothing runs outside of it whatever comes. */
import assert from 'node:assert/strict';
import { readConfig } from '../../src/config.ts';
import type { WorkspaceId } from '../../src/contract/index.ts';
import { Refusal } from '../../src/kernel/index.ts';
import { Postgres, type Tx } from '../../src/platform/postgres/index.ts';
import { countingWay, type CountingWay } from '../support/counting-way.ts';

const A = '0a000000-0000-7000-8000-00000000000a' as WorkspaceId;
const B = '0b000000-0000-7000-8000-00000000000b' as WorkspaceId;

describe('a transaction that begins with its first statement', () => {
  let way: CountingWay;
  let postgres: Postgres;
  before(async () => {
    way = await countingWay(readConfig(process.env).database.url);
    postgres = new Postgres({ url: way.url, connections: 1, statementTimeoutMs: 10_000 });
    await postgres.transaction(A, 'read', scope);
  });
  after(async () => {
    await postgres.close();
    way.close();
  });

  const scope = (tx: Tx) => tx.$queryRaw<Record<'workspace' | 'isolation' | 'id', string>[]>`
    SELECT current_setting('app.workspace') AS workspace, current_setting('transaction_isolation') AS isolation,
      pg_current_xact_id()::text AS id`;
  const outside = async () => {
    const text = "SELECT coalesce(current_setting('app.workspace', true), '') AS workspace";
    const [row] = await postgres.statements.read<{ workspace: string }>('outside', text, []);
    return row?.workspace;
  };
  it('asks two things in three round trips, the last of them the commit', async () => {
    for (const mode of ['own', 'read'] as const) {
      const took = await way.during(() =>
        postgres.transaction(A, mode, async (tx) => {
          await scope(tx);
          await scope(tx);
        }),
      );
      assert.equal(took, 3, mode);
    }
  });

  it('shows every statement its workspace, from the first on, and the isolation that was asked for', async () => {
    for (const [workspace, mode, isolation] of [
      [A, 'read', 'repeatable read'],
      [B, 'own', 'read committed'],
    ] as const)
      await postgres.transaction(workspace, mode, async (tx) => {
        const [first] = await scope(tx);
        assert.deepEqual(await scope(tx), [first]);
        assert.deepEqual({ ...first, id: '' }, { workspace, isolation, id: '' });
      });
    assert.equal(await outside(), '');
  });

  it('says nothing to the database where nothing is asked, and is over all the same', async () => {
    const refused = () =>
      assert.rejects(
        postgres.transaction(A, 'own', () => Promise.reject(new Refusal('forbidden'))),
        Refusal,
      );
    assert.equal(
      await way.during(() => postgres.transaction(A, 'own', () => Promise.resolve())),
      0,
    );
    assert.equal(await way.during(refused), 0);
    assert.equal(await outside(), '', 'what was held back did not stay on the connection');
  });

  it('carries nothing out where its scope fails, and tells that error', async () => {
    const locked = (tx: Tx) => tx.$executeRaw`SELECT pg_advisory_xact_lock(4711)`;
    const broken = 'no\0workspace' as WorkspaceId;
    await assert.rejects(
      postgres.transaction(broken, 'own', locked),
      /invalid byte sequence for encoding/,
    );
    assert.equal(await outside(), '');
    await postgres.transaction(B, 'own', async (tx) => {
      assert.equal((await scope(tx))[0]?.workspace, B);
    });
  });

  it('ends with the first statement that is wrong, as any other', async () => {
    const wrong = postgres.transaction(A, 'own', (tx) => tx.$queryRaw`SELECT 1 / 0`);
    await assert.rejects(wrong, /division by zero/);
    assert.equal(await outside(), '');
  });
});
