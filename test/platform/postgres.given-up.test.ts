/** A statement that waits too long for a lock is given up: unavailable, to be tried again, and never a bug of the server. */
import assert from 'node:assert/strict';
import { readConfig } from '../../src/config.ts';
import type { ChannelId } from '../../src/contract/index.ts';
import { Refusal } from '../../src/kernel/index.ts';
import { Postgres, type Tx } from '../../src/platform/postgres/index.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';

describe('a lock that is held for too long', () => {
  let world: World;
  let postgres: Postgres;
  let alice: Person;
  let channelId: ChannelId;
  before(async () => {
    world = await World.create({ environment: { STATEMENT_TIMEOUT_MS: '1000' } });
    const { database } = readConfig(process.env);
    postgres = new Postgres({ ...database, connections: 2, statementTimeoutMs: 2_000 });
    alice = await world.person('Alice');
    ({ id: channelId } = await world.channel(alice));
  });
  after(async () => {
    await postgres.close();
    await world.end();
  });

  /** Runs it while somebody else holds the channel's row. */
  async function held<T>(work: () => Promise<T>): Promise<T> {
    const holder = await world.database.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM channel WHERE id = $1 FOR UPDATE', [channelId]);
      return await work();
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
  }

  const hasty = (setting: string, work: (tx: Tx) => Promise<unknown>) =>
    postgres.transaction(world.workspaceId, 'own', async (tx) => {
      await tx.$executeRaw`SELECT set_config(${setting}, '100ms', true)`;
      return work(tx);
    });

  const WAITING: Record<string, (tx: Tx) => Promise<unknown>> = {
    'a raw query': (tx) =>
      tx.$queryRaw`SELECT 1 FROM channel WHERE id = ${channelId}::uuid FOR NO KEY UPDATE`,
    'a raw statement': (tx) =>
      tx.$executeRaw`UPDATE channel SET read_only = true WHERE id = ${channelId}::uuid`,
    'a statement of a model': (tx) =>
      tx.channel.updateMany({ where: { id: channelId }, data: { readOnly: true } }),
  };
  for (const [what, work] of Object.entries(WAITING))
    for (const setting of ['statement_timeout', 'lock_timeout'])
      it(`is unavailable for a moment to ${what} in a transaction, by ${setting}`, async () => {
        const given = held(() => hasty(setting, work));
        await assert.rejects(given, (error) => {
          assert.ok(error instanceof Refusal, String(error));
          assert.deepEqual([error.code, error.retryAfterMs], ['unavailable', 1_000]);
          assert.ok(error.cause !== undefined, 'the log hears why');
          return true;
        });
        await hasty(setting, work);
      });

  it('reaches whoever calls as such, and the same call is carried out once the lock is free', async () => {
    const change = () => alice.call('channel.update', { channelId, topic: 'news' });
    const refusal = await held(async () => change().refused('unavailable'));
    assert.equal(refusal.retry, 'later');
    assert.equal((await change().accepted()).topic, 'news');
  });

  it('is told from what is wrong with a statement', async () => {
    const wrong = postgres.transaction(
      world.workspaceId,
      'own',
      (tx) => tx.$queryRaw`SELECT 1 / 0`,
    );
    await assert.rejects(wrong, (error) => !(error instanceof Refusal));
  });
});
