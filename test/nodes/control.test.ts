/** What is revoked on one node reaches the sockets of all: at once over the bus, soon without it. */
import assert from 'node:assert/strict';
import pg from 'pg';
import type { Person } from '../support/person.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { bodies, clientId, TwoNodes } from '../support/two-nodes.ts';

describe('the control feed of two nodes', () => {
  let redis: OwnRedis;
  let nodes: TwoNodes;
  let owner: pg.Client;
  before(async () => {
    redis = await OwnRedis.start();
    nodes = await TwoNodes.create({ environment: { REDIS_URL: redis.url } });
    owner = new pg.Client(process.env['DATABASE_URL']);
    await owner.connect();
  });
  after(async () => {
    await owner.end();
    await nodes.end();
    await redis.end();
  });

  /** Closes the session on node A; gives how long its socket on node B lived on, in milliseconds. */
  async function closedAfter(person: Person): Promise<number> {
    const response = await fetch(`${nodes.a.url}/v1/sessions/current`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${person.accessToken}` },
    });
    assert.equal(response.status, 200);
    const began = performance.now();
    const { code } = await person.hears('connection.closing');
    assert.equal(code, 'session_ended');
    await person.connection.closed();
    return performance.now() - began;
  }

  it('closes the sockets of a session on the other node', async () => {
    const bob = await nodes.person('Bob', nodes.b);
    const milliseconds = await closedAfter(bob);
    console.log(`      session.close on A -> socket on B closed: ${milliseconds.toFixed(1)} ms`);
    await assert.rejects(bob.connect(), /unauthenticated/);
  });

  it('closes them, and delivers nothing more to a removed member, while Redis is away', async () => {
    const [alice, bob] = [await nodes.person('Alice', nodes.a), await nodes.person('Bob', nodes.b)];
    const [ben, carl] = [await nodes.person('Ben', nodes.b), await nodes.person('Carl', nodes.b)];
    const { id } = await nodes.channel(alice, bob, ben);
    await redis.kill();
    const away = nodes.a.app.bus.counts.notPublished;
    const removal = { channelId: id, userId: bob.userId };
    const { rev } = await alice.call('member.remove', removal).accepted();
    await alice.send(id, 'among us', clientId()).accepted();
    await ben.hearsMessage(({ body }) => body === 'among us');
    await bob.connection.settled();
    assert.equal(bob.connection.frames().at(-1)?.last, rev);
    assert.deepEqual(bodies(bob.connection), []);
    const milliseconds = await closedAfter(carl);
    console.log(`      the same without Redis: ${milliseconds.toFixed(1)} ms`);
    assert.ok(nodes.a.app.bus.counts.notPublished > away);
    await redis.begin();
    await nodes.connected();
  });

  it('closes every connection of an account that changed, on both nodes; they come back and are asked', async () => {
    const alice = await nodes.person('Alice', nodes.a);
    const onB = await alice.connect();
    await owner.query("SELECT set_config('app.workspace', $1, false)", [nodes.workspaceId]);
    const bob = await nodes.person('Bob', nodes.b);
    await owner.query('BEGIN');
    await owner.query("UPDATE account SET status = 'locked' WHERE id = $1", [alice.userId]);
    await owner.query(
      "INSERT INTO control_event (workspace_id, kind, user_id) VALUES ($1, 'account-changed', $2)",
      [nodes.workspaceId, alice.userId],
    );
    await owner.query('COMMIT');
    const { code } = await onB.hears('connection.closing');
    assert.equal(code, 'access_changed');
    await onB.closed();
    await assert.rejects(alice.connect(), /unauthenticated/);
    await bob.connection.settled();
    assert.ok(bob.connection.socket.connected, 'nobody else is disturbed');
  });
});
