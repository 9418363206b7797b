/** A refresh token that comes twice leaves a trace of its own, with the session that was ended for it. */
import assert from 'node:assert/strict';
import { World } from '../support/world.ts';

describe('the reuse of a refresh token', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('is recorded as critical, with whose it was, in the transaction that ends the session', async () => {
    const alice = await world.person('Alice');
    const { refreshToken, sessionId, userId } = alice;
    const refresh = (nonce: string) =>
      alice.http('POST', '/v1/sessions/refresh', { refreshToken, nonce });
    await refresh('the-first-nonce-of-hers').accepted();
    await refresh('another-nonce-of-others').refused('invalid_refresh_token');
    const client = await world.database.connect();
    try {
      await client.query(`SELECT set_config('app.workspace', $1, false)`, [world.workspaceId]);
      const { rows } = await client.query(
        `SELECT a.type, a.severity, a.outcome, a.actor_id, a.resource_id, s.end_reason
           FROM audit_event a JOIN session s ON s.id = a.resource_id
          WHERE a.type = 'refresh_reused' AND a.workspace_id = $1`,
        [world.workspaceId],
      );
      assert.deepEqual(rows, [
        {
          type: 'refresh_reused',
          severity: 'critical',
          outcome: 'invalid_refresh_token',
          actor_id: userId,
          resource_id: sessionId,
          end_reason: 'reuse',
        },
      ]);
    } finally {
      client.release();
    }
    assert.ok(world.logged.some((line) => line.includes('refresh token reused')));
  });
});
