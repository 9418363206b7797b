/** What ends a session is in the feed with the same commit, and no reader skips it, whenever that commit came. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { ControlFeed, controlRows } from '../../src/access/index.ts';
import { appUrl } from '../../src/config.ts';
import type { WorkspaceId } from '../../src/contract/index.ts';
import { Secret } from '../../src/kernel/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { later } from '../../src/platform/system.ts';
import { appPassword, ownerUrl } from '../auth/support.ts';
import { World } from '../support/world.ts';

describe('the control feed in Postgres', () => {
  let world: World;
  let postgres: Postgres;
  let rows: ReturnType<typeof controlRows>;
  const writers: pg.Client[] = [];
  before(async () => {
    world = await World.create();
    const url = new Secret(appUrl(ownerUrl(), appPassword()));
    postgres = new Postgres({ url, connections: 1, statementTimeoutMs: 5_000 });
    rows = controlRows(postgres.aside);
    for (let i = 0; i < 2; i += 1) {
      const writer = new pg.Client(ownerUrl());
      await writer.connect();
      await writer.query("SELECT set_config('app.workspace', $1, false)", [world.workspaceId]);
      writers.push(writer);
    }
  });
  after(async () => {
    for (const writer of writers) await writer.end();
    await postgres.close();
    await world.end();
  });
  const write = async (writer: pg.Client | undefined, at = 'now()') => {
    const sessionId = randomUUID();
    await writer?.query(
      `INSERT INTO control_event (workspace_id, kind, session_id, at) VALUES ($1, 'session-ended', $2, ${at})`,
      [world.workspaceId, sessionId],
    );
    return sessionId;
  };

  it('shows an event whose transaction began early and committed late', async () => {
    const applied: (string | undefined)[] = [];
    const feed = new ControlFeed({
      rows,
      clock: world.clock,
      later,
      apply: (event) => {
        if (event.kind === 'session-ended') applied.push(event.sessionId);
      },
      alongside: () => Promise.resolve(),
      missed: () => undefined,
      failed: () => undefined,
    });
    await feed.start();
    const [slow, quick] = writers;
    await slow?.query('BEGIN');
    const first = await write(slow);
    const second = await write(quick);
    await feed.read();
    assert.ok(applied.includes(second) && !applied.includes(first));
    await feed.read();
    await slow?.query('COMMIT');
    await feed.read();
    const mine = applied.filter((id) => id === first || id === second);
    assert.deepEqual(mine, [second, first], 'each once, though read more than once');
    await feed.stop();
  });

  it('gives ids and nothing else, of all workspaces, and lets nobody write for another', async () => {
    const here = await rows.since(null);
    assert.deepEqual(here.events, []);
    const sessionId = await write(writers[0]);
    const { events } = await rows.since(here.position);
    const mine = events.find((e) => e.kind === 'session-ended' && e.sessionId === sessionId);
    assert.deepEqual(Object.keys(mine ?? {}).sort(), ['id', 'kind', 'sessionId']);
    const another = randomUUID() as WorkspaceId;
    const forged = postgres.transaction(
      another,
      'own',
      (tx) =>
        tx.$executeRaw`INSERT INTO control_event (workspace_id, kind, session_id)
        VALUES (${world.workspaceId}::uuid, 'session-ended', ${randomUUID()}::uuid)`,
    );
    await assert.rejects(forged, /row-level security/);
    const dated = postgres.transaction(
      world.workspaceId,
      'own',
      (tx) =>
        tx.$executeRaw`INSERT INTO control_event (workspace_id, kind, session_id, xact)
        VALUES (${world.workspaceId}::uuid, 'session-ended', ${randomUUID()}::uuid, 1)`,
    );
    await assert.rejects(dated, /permission denied/);
  });

  it('is cleared of what is more than an hour old, some at a time, and of nothing younger', async () => {
    const old = [];
    for (let i = 0; i < 3; i += 1)
      old.push(await write(writers[0], "now() - interval '61 minutes'"));
    const young = await write(writers[0], "now() - interval '59 minutes'");
    assert.equal(await rows.expire(2), 2);
    while ((await rows.expire(1_000)) > 0);
    const { rows: left } = await world.database.query<{ session_id: string }>(
      'SELECT session_id FROM control_event WHERE session_id = ANY ($1)',
      [[...old, young]],
    );
    assert.deepEqual(left, [{ session_id: young }]);
  });

  it('says which token of which session was revoked, and clears away those that would have expired', async () => {
    const here = await rows.since(null);
    const alice = await world.person('Alice');
    const { sessionId, jti } = alice;
    await alice.http('PUT', `/v1/sessions/${sessionId}/revoked-tokens/${jti}`).accepted();
    const { events } = await rows.since(here.position);
    const mine = events.find((e) => e.kind === 'token-revoked' && e.jti === jti);
    assert.deepEqual({ ...mine, id: '' }, { id: '', kind: 'token-revoked', sessionId, jti });
    await world.database.query(
      `INSERT INTO revoked_token SELECT workspace_id, id, gen_random_uuid(), now() - interval '1 second'
       FROM session, generate_series(1, 3) WHERE id = $1`,
      [sessionId],
    );
    assert.equal(await rows.expire(2), 2);
    while ((await rows.expire(1_000)) > 0);
    const kept = 'SELECT jti FROM revoked_token WHERE session_id = $1';
    assert.deepEqual((await world.database.query(kept, [sessionId])).rows, [{ jti }]);
  });

  it('has an event of every session that ends, and none of one that had ended', async () => {
    const alice = await world.person('Alice');
    const count = async () => {
      const text = 'SELECT count(*)::int AS n FROM control_event WHERE session_id = $1';
      return (await world.database.query<{ n: number }>(text, [alice.sessionId])).rows[0]?.n;
    };
    const refresh = (nonce: string) =>
      fetch(`${world.url}/v1/sessions/refresh`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ refreshToken: alice.refreshToken, nonce: nonce.repeat(20) }),
      });
    assert.equal((await refresh('a')).status, 200);
    assert.equal(await count(), 0);
    assert.equal((await refresh('b')).status, 401); // a second use: the session ends
    assert.equal(await count(), 1);
    assert.equal((await refresh('c')).status, 401);
    assert.equal(await count(), 1);
    await alice.connection.closed();
  });
});
