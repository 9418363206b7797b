/** A code is redeemed once however many try on however many nodes, and a fall of who made it comes before or after, never between. */
import assert from 'node:assert/strict';
import pg from 'pg';
import { ownerUrl } from '../architecture/own-database.ts';
import { redeems } from '../auth/inviting.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import type { Person } from '../support/person.ts';
import { TwoNodes } from '../support/two-nodes.ts';

describe('invitations on two nodes', function () {
  this.timeout(240_000);
  let nodes: TwoNodes;
  let admin: Person;
  let owner: pg.Pool;
  before(async () => {
    nodes = await TwoNodes.create();
    admin = await nodes.person('Admin', nodes.a, 'admin');
    owner = new pg.Pool({ connectionString: ownerUrl(), max: 3 });
  });
  after(async () => {
    await owner.end();
    await nodes.end();
  });

  const guests = async () => {
    const text = `SELECT FROM account WHERE workspace_id = $1 AND role = 'guest'`;
    return (await owner.query(text, [nodes.workspaceId])).rowCount ?? 0;
  };

  it('let exactly one of many in, whichever node they ask', async () => {
    const { code } = await admin.call('invitation.create', { role: 'guest' }).accepted();
    const tries = Array.from({ length: 12 }, (_, i) =>
      redeems([nodes.a, nodes.b][i % 2] ?? nodes.a, code)
        .accepted()
        .then(
          () => 'in',
          () => 'out',
        ),
    );
    const outcomes = await Promise.all(tries);
    assert.equal(outcomes.filter((one) => one === 'in').length, 1);
    assert.equal(await guests(), 1);
  });

  it('wait for a fall of who made them that is under way, and are worth nothing after it', async () => {
    const second = await nodes.person('Second', nodes.b, 'admin');
    const { code } = await second.call('invitation.create', { role: 'guest' }).accepted();
    const before = await guests();
    const client = await owner.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT FROM account WHERE id = $1 FOR NO KEY UPDATE', [second.userId]);
      const trying = redeems(nodes.a, code).refused('registration_closed');
      await eventually('the registration waits for the account', async () => {
        const { rowCount } = await owner.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
             AND application_name = 'conclave' AND query LIKE '%FROM account%FOR NO KEY UPDATE%'`,
        );
        return (rowCount ?? 0) > 0;
      });
      await client.query(`UPDATE account SET role = 'user' WHERE id = $1`, [second.userId]);
      await client.query('COMMIT');
      await trying;
    } finally {
      client.release();
    }
    assert.equal(await guests(), before);
  });
});
