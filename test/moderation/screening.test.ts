/** Filters are asked about at each send and cost it nothing: one statement now and then, behind nobody's transaction. */
import assert from 'node:assert/strict';
import { eventually } from '../support/bootstrap-clone.ts';
import { statementsOf } from '../support/statements.ts';
import { World } from '../support/world.ts';
import { quietChannel } from '../chat/support.ts';
import { fresh } from './support.ts';

describe('screening what is sent', () => {
  let world: World;
  before(async () => {
    world = await World.create({ environment: { DATABASE_CONNECTIONS: '4' } });
  });
  after(() => world.end());

  it('asks in one statement whether the filters changed, and reads them only then', async () => {
    const alice = await world.person('Alice');
    const { id: channelId } = await quietChannel(world, alice, []);
    const asked = async () => {
      fresh(world);
      const texts = await statementsOf(() =>
        alice.send(channelId, 'kind words', world.clientId()).accepted(),
      );
      return texts.filter((text) => /filter/.test(text));
    };
    await asked();
    assert.equal((await asked()).length, 1);
    assert.match((await asked()).join(), /filter_state/);
    const filter = { channelId, kind: 'word', action: 'refuse', text: 'rude' } as const;
    await alice.call('filter.create', filter).accepted();
    assert.equal((await asked()).length, 2, 'once they changed, they are read');
    assert.equal((await asked()).length, 1);
  });

  it('finds nothing of another workspace, and leaves none on the connection', async () => {
    const alice = await world.person('Alice');
    const { id: channelId } = await quietChannel(world, alice, []);
    const filter = { channelId, kind: 'word', action: 'refuse', text: 'rude' } as const;
    await alice.call('filter.create', filter).accepted();
    const client = await world.database.connect();
    try {
      await client.query('SET ROLE conclave_app');
      const state = async (workspaceId: string) =>
        (await client.query<{ state: string }>('SELECT filter_state($1) AS state', [workspaceId]))
          .rows[0]?.state;
      assert.notEqual(await state(world.workspaceId), '0:0');
      assert.equal(await state(crypto.randomUUID()), '0:0');
      const { rows } = await client.query('SELECT FROM content_filter');
      assert.equal(rows.length, 0);
    } finally {
      await client.query('RESET ROLE');
      client.release();
    }
  });

  it('lets a send pass while every transaction waits', async () => {
    const alice = await world.person('Alice');
    const { id: channelId } = await quietChannel(world, alice, []);
    fresh(world);
    await alice.send(channelId, 'warm', world.clientId()).accepted();
    const owners = [await world.person('Bob'), await world.person('Carol')];
    const channels = await Promise.all(owners.map((owner) => quietChannel(world, owner, [])));
    const held = await world.database.connect();
    try {
      await held.query('BEGIN');
      const ids = channels.map(({ id }) => id);
      await held.query('SELECT FROM channel WHERE id = ANY ($1::uuid[]) FOR UPDATE', [ids]);
      const waiting = owners.map((owner, i) =>
        owner.call('channel.archive', { channelId: ids[i] ?? channelId }).accepted(),
      );
      await eventually('both wait', async () => {
        const text = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
        return (await world.database.query(text)).rows.length === 2;
      });
      fresh(world);
      await alice.send(channelId, 'passes by', world.clientId()).accepted();
      await held.query('COMMIT');
      await Promise.all(waiting);
    } finally {
      held.release();
    }
  });
});
