/** Whatever deletes it: what a legal hold covers disappears for everybody, stays sealed, and goes for good when it is lifted. */
import assert from 'node:assert/strict';
import { readConfig } from '../../src/config.ts';
import type { ChannelId } from '../../src/contract/index.ts';
import { keyring, keyRows, open, Vault } from '../../src/crypto/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { systemClock, systemEntropy } from '../../src/platform/system.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { World } from '../support/world.ts';
import { rows } from '../chat/support.ts';
import { administrator, author, becomes, writes, type Author } from './support.ts';

describe('a text that is deleted under a legal hold', () => {
  let world: World;
  let postgres: Postgres;
  let boss: Author;
  let other: Author;
  let ada: Author;
  let channelId: ChannelId;
  const config = readConfig(process.env);
  before(async () => {
    world = await World.create({ environment: { ERASURE_GRACE_DAYS: '0' } });
    postgres = new Postgres({ ...config.database, connections: 2 });
    [boss, other] = [await administrator(world), await administrator(world, 'Other')];
  });
  beforeEach(async () => {
    ada = await author(world);
    ({ id: channelId } = await world.channel(boss.person, [ada.person]));
  });
  after(async () => {
    await Promise.all([postgres.close(), world.end()]);
  });

  const place = async (more: object) =>
    (
      await boss.person
        .call('hold.place', { reason: 'case 7', password: boss.resident.password, ...more })
        .accepted()
    ).holdId;
  const lift = (holdId: never) =>
    other.person.call('hold.lift', { holdId, password: other.resident.password }).accepted();
  const erases = (messageId: never, by = ada) =>
    by.person.call('message.delete', { channelId, messageId, reason: 'canary' });

  interface Held extends Record<string, unknown> {
    readonly message_id: string;
    readonly version: number;
    readonly key_epoch: number;
    readonly body_sealed: Buffer;
  }
  const held = () =>
    rows<Held>(
      world,
      'SELECT * FROM held_text WHERE channel_id = $1 ORDER BY seq, version',
      channelId,
    );
  /** What they say, with the keys that there are: as a court would have them opened. */
  async function texts(): Promise<(string | undefined)[]> {
    const found = await held();
    const { userId } = ada.person;
    const vault = new Vault(keyring(config.keys.root), systemEntropy(systemClock), systemClock);
    return postgres.transaction(world.workspaceId, 'read', (tx) =>
      Promise.all(
        found.map(async ({ message_id: id, version, key_epoch: epoch, body_sealed: sealed }) => {
          const key = await vault.dataKey(
            keyRows(tx, world.workspaceId),
            ...([channelId, userId, epoch] as const),
          );
          const at = ['message', world.workspaceId, channelId, id, userId, version, epoch];
          return (key && open(key, sealed, at))?.toString('utf8');
        }),
      ),
    );
  }
  const gone = () => eventually('they are gone', async () => (await held()).length === 0);

  it('is kept with all its versions, and looks to everybody as one that is deleted where there is none', async () => {
    const free = await world.channel(boss.person, [ada.person]);
    const answers = [];
    for (const id of [free.id, channelId]) {
      const [sent] = await writes(world, ada.person, id, ['first']);
      assert.ok(sent);
      const at = { channelId: id, messageId: sent.id };
      await ada.person.call('message.edit', { ...at, body: 'second' }).accepted();
      if (id === channelId) await place({ channelId });
      const said = await ada.person.call('message.delete', at).accepted();
      const history = await boss.person.call('message.history', { channelId: id }).accepted();
      const versions = await boss.person.call('message.versions', at).accepted();
      answers.push(
        JSON.stringify([said, history, versions])
          .replaceAll(id, 'channel')
          .replaceAll(sent.id, 'message'),
      );
      const [row] = await rows(world, 'SELECT body_sealed FROM message WHERE id = $1', sent.id);
      assert.equal(row?.['body_sealed'], null);
      const left = 'SELECT FROM message_version WHERE channel_id = $1';
      assert.equal((await rows(world, left, id)).length, 0);
    }
    assert.equal(answers[0], answers[1]);
    assert.deepEqual(await texts(), ['first', 'second']);
    assert.equal(
      (await rows(world, 'SELECT FROM held_text WHERE channel_id = $1', free.id)).length,
      0,
    );
  });

  it('goes for good when the last hold that covers it is lifted', async () => {
    const sent = await writes(world, ada.person, channelId, ['evidence', 'more']);
    const first = await place({ channelId });
    const second = await place({ userId: ada.person.userId });
    for (const { id } of sent) await erases(id as never).accepted();
    await lift(first as never);
    assert.deepEqual(await texts(), ['evidence', 'more']);
    await lift(second as never);
    await gone();
  });

  it('by a moderator, or many at a time, is kept where it is of the time of the hold, and not else', async () => {
    const MINUTE = 60_000;
    await writes(world, ada.person, channelId, ['before']);
    world.clock.forward(MINUTE);
    const from = world.clock.now().getTime();
    const [one] = await writes(world, ada.person, channelId, ['by hand', 'in bulk']);
    world.clock.forward(MINUTE);
    const to = world.clock.now().getTime();
    await writes(world, ada.person, channelId, ['after']);
    await place({ channelId, from, to });
    await erases(one?.id as never, boss).accepted();
    const { deletionId } = await boss.person
      .call('message.delete-many', { channelId, authorId: ada.person.userId, reason: 'canary' })
      .accepted();
    await boss.person.hears(
      'moderation.progress',
      (told) => told.deletionId === deletionId && told.finished,
    );
    assert.deepEqual(await texts(), ['by hand', 'in bulk']);
  });

  it('stays where the post itself is truncated, and no login of the server removes it', async () => {
    await writes(world, ada.person, channelId, ['evidence']);
    const holdId = await place({ channelId });
    await world.database.query(
      'DELETE FROM message WHERE channel_id = $1 AND body_sealed IS NOT NULL',
      [channelId],
    );
    const removed = await postgres.transaction(world.workspaceId, 'own', (tx) =>
      tx.heldText.deleteMany({ where: { channelId } }),
    );
    assert.equal(removed.count, 0);
    assert.deepEqual(await texts(), ['evidence']);
    await lift(holdId as never);
    await gone();
  });

  it('at the moment in which the hold is placed waits for that, and is kept', async () => {
    const [sent] = await writes(world, ada.person, channelId, ['evidence']);
    const placing = await world.database.connect();
    try {
      await placing.query('BEGIN');
      const lock = 'SELECT pg_advisory_xact_lock(4711031, hashtext($1))';
      await placing.query(lock, [world.workspaceId]);
      const deleting = erases(sent?.id as never).accepted();
      const waits = `SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))`;
      while ((await placing.query(waits)).rowCount === 0)
        await new Promise((resolve) => setImmediate(resolve));
      await placing.query(
        `INSERT INTO legal_hold (workspace_id, id, channel_id, reason_sealed, reason_key, placed_by, placed_at)
         VALUES ($1, gen_random_uuid(), $2, '\\x00', 1, $3, now())`,
        [world.workspaceId, channelId, boss.person.userId],
      );
      await placing.query('COMMIT');
      await deleting;
    } finally {
      placing.release();
    }
    assert.deepEqual(await texts(), ['evidence']);
  });

  it('goes with an erasure of whoever wrote it, once nothing holds it', async () => {
    const [sent] = await writes(world, ada.person, channelId, ['evidence']);
    const holdId = await place({ channelId });
    await erases(sent?.id as never).accepted();
    const { password } = ada.resident;
    const { erasureId } = await ada.person.call('erasure.request', { password }).accepted();
    await becomes(world, erasureId, 'held');
    assert.deepEqual(await texts(), ['evidence'], 'its key is kept as well');
    // Lifted, but for the job that would let it go: the erasure does not leave it either.
    const text = 'UPDATE legal_hold SET lifted_at = now(), lifted_by = $2 WHERE id = $1';
    await world.database.query(text, [holdId, other.person.userId]);
    await postgres.transaction(world.workspaceId, 'own', async (tx) => {
      await tx.$executeRaw`SELECT enqueue_job('privacy.erase', ${JSON.stringify({ erasureId })}::jsonb, 0, ${erasureId})`;
    });
    await becomes(world, erasureId, 'done');
    assert.deepEqual(await held(), []);
  });

  for (const [what, becoming] of [
    ['was lost', 'DELETE FROM graphile_worker._private_jobs'],
    ['was given up', 'UPDATE graphile_worker._private_jobs SET attempts = max_attempts'],
  ] as const)
    it(`goes for good when a node starts, where the job that lets it go ${what}`, async () => {
      const [kept] = await writes(world, ada.person, channelId, ['evidence']);
      const holdId = await place({ channelId });
      await erases(kept?.id as never).accepted();
      const text = 'UPDATE legal_hold SET lifted_at = now(), lifted_by = $2 WHERE id = $1';
      await world.database.query(text, [holdId, other.person.userId]);
      const client = await world.database.connect();
      try {
        // In one transaction: no worker sees the job before it is what it is to become.
        await client.query('BEGIN');
        await client.query(`SELECT set_config('app.workspace', $1, true)`, [world.workspaceId]);
        await client.query(`SELECT enqueue_job('privacy.let-go', '{}'::jsonb, 0, 'all')`);
        const job = `${becoming} WHERE key = $1 || ':privacy.let-go:all'`;
        await client.query(job, [world.workspaceId]);
        await client.query('COMMIT');
      } finally {
        client.release();
      }
      assert.equal((await held()).length, 1, 'nobody is at it');
      const node = await World.create();
      try {
        await gone();
      } finally {
        await node.end();
      }
    });
});
