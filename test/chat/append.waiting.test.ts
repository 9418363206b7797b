/** The append statement and a channel that somebody else holds: left out at once, or waited for, but not for ever. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';
import { appendMessages, type Append, type AppendVerdict } from '../../src/chat/append-store.ts';
import { messageSend } from '../../src/chat/operations/index.ts';
import { readConfig } from '../../src/config.ts';
import type { ChannelId, MessageId } from '../../src/contract/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { assertDense, spoken } from './support.ts';

const { demand } = messageSend.access;

describe('appending to a channel that is held', () => {
  let world: World;
  let postgres: Postgres;
  let alice: Person;
  before(async () => {
    world = await World.create();
    postgres = new Postgres(readConfig(process.env).database);
    alice = await world.person('Alice');
  });
  after(async () => {
    await Promise.all([postgres.close(), world.end()]);
  });

  const post = (channelId: ChannelId, { userId }: Person): Append => ({
    channelId,
    authorId: userId,
    clientId: world.clientId(),
    id: randomUUID() as MessageId,
    bodySealed: randomBytes(40),
    keyEpoch: 1,
    replyTo: null,
  });
  const append = (appends: readonly Append[], { statements }: Postgres, wait: boolean) =>
    appendMessages(statements, world.workspaceId, appends, demand, world.clock.now(), wait);
  const verdicts = (decided: readonly AppendVerdict[]) => decided.map(({ verdict }) => verdict);

  it('says busy at once of a channel that is held when it may not wait, and stores the rest', async () => {
    const [held, free] = [await spoken(world, [alice]), await spoken(world, [alice])];
    const known = post(held, alice);
    await append([known], postgres, true);
    const holder = await world.database.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM channel WHERE id = $1 FOR NO KEY UPDATE', [held]);
      const unknown = randomUUID() as ChannelId;
      const batch = [post(held, alice), post(free, alice), known, post(unknown, alice)];
      const decided = await append(batch, postgres, false);
      assert.deepEqual(verdicts(decided), ['busy', 'sent', 'duplicate', 'not_found']);
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
    const again = await append([post(held, alice)], postgres, false);
    assert.deepEqual(verdicts(again), ['sent']);
    await assertDense(world, held);
    await assertDense(world, free);
  });

  it('holds the memberships of a slow channel in their order, as read marks do', async () => {
    const bob = await world.person('Bob');
    const carol = await world.person('Carol');
    const held = await spoken(world, [alice, bob, carol]);
    await world.database.query('UPDATE channel SET slow_mode_seconds = 60 WHERE id = $1', [held]);
    await world.database.query('UPDATE membership SET last_post_at = NULL WHERE channel_id = $1', [
      held,
    ]);
    const pair = [bob, carol].sort((a, b) => (a.userId < b.userId ? -1 : 1)) as [Person, Person];
    const lock = (client: PoolClient, { userId }: Person) =>
      client.query(
        'SELECT FROM membership WHERE channel_id = $1 AND user_id = $2 FOR NO KEY UPDATE NOWAIT',
        [held, userId],
      );
    const [holder, other] = [await world.database.connect(), await world.database.connect()];
    try {
      await holder.query('BEGIN');
      await lock(holder, pair[0]);
      const appended = append([post(held, pair[1]), post(held, pair[0])], postgres, true);
      const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'
        AND datname = current_database() AND query LIKE '%append_messages%'`;
      await eventually('the append waits', async () => {
        return (await other.query(waiting)).rowCount === 1;
      });
      await lock(other, pair[1]);
      await holder.query('ROLLBACK');
      assert.deepEqual(verdicts(await appended), ['sent', 'sent']);
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
      other.release();
    }
  });

  it('is given up when the channel is held for too long: unavailable, and nothing is stored', async () => {
    const held = await spoken(world, [alice]);
    const { database } = readConfig(process.env);
    const hasty = new Postgres({ ...database, connections: 1, statementTimeoutMs: 100 });
    const holder = await world.database.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM channel WHERE id = $1 FOR NO KEY UPDATE', [held]);
      await assert.rejects(append([post(held, alice)], hasty, true), { code: 'unavailable' });
      await holder.query('ROLLBACK');
      const [verdict] = await append([post(held, alice)], hasty, true);
      assert.deepEqual(verdict?.verdict === 'sent' && verdict.seq, 2);
    } finally {
      holder.release();
      await hasty.close();
    }
  });
});
