/** The append statement: a verdict per row, places without gaps, and no yes to anybody who was removed before. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { appendMessages, type Append, type AppendVerdict } from '../../src/chat/append-store.ts';
import { messageSend } from '../../src/chat/operations/index.ts';
import { readConfig } from '../../src/config.ts';
import type { ChannelId, MessageId } from '../../src/contract/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { archive, assertDense, row, rows, spoken } from './support.ts';

const { demand } = messageSend.access;

function pool(connections: number): Postgres {
  return new Postgres({ ...readConfig(process.env).database, connections });
}

describe('appending', () => {
  let world: World;
  let one: Postgres;
  let two: Postgres;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [one, two] = [pool(4), pool(4)];
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(async () => {
    await Promise.all([one.close(), two.close(), world.end()]);
  });

  const post = (channelId: ChannelId, { userId }: Person, more: Partial<Append> = {}): Append => ({
    channelId,
    authorId: userId,
    clientId: world.clientId(),
    id: randomUUID() as MessageId,
    bodySealed: randomBytes(40),
    keyEpoch: 1,
    replyTo: null,
    ...more,
  });
  const append = (appends: readonly Append[], postgres = one) =>
    appendMessages(
      postgres.statements,
      world.workspaceId,
      appends,
      demand,
      world.clock.now(),
      true,
    );
  const verdicts = (decided: readonly AppendVerdict[]) => decided.map(({ verdict }) => verdict);

  it('answers each row of a batch for itself, and stores exactly those it said yes to', async () => {
    const [carol, mute, locked] = await Promise.all(
      ['Carol', 'Mute', 'Locked'].map((name) => world.person(name)),
    );
    assert.ok(carol && mute && locked);
    const here = await spoken(world, [alice, bob, carol, locked]);
    const there = await spoken(world, [alice]);
    const shut = await spoken(world, [alice]);
    await archive(world, { id: shut });
    await alice.call('member.add', { channelId: here, userId: mute.userId }).accepted();
    await alice.call('member.remove', { channelId: here, userId: bob.userId }).accepted();
    const guest = { channelId: here, userId: carol.userId, role: 'guest' } as const;
    await alice.call('member.set-role', guest).accepted();
    await world.database.query("UPDATE account SET status = 'locked' WHERE id = $1", [
      locked.userId,
    ]);
    const foreigner = await world.person('Foreigner', {
      workspaceId: await world.anotherWorkspace(),
    });
    const elsewhere = await spoken(world, [foreigner]);
    const first = post(here, alice);
    const known = post(there, alice);
    const [before] = await append([known]);
    assert.equal(before?.verdict, 'sent');
    const batch: [Append, AppendVerdict['verdict']][] = [
      [post(here, bob), 'not_found'],
      [first, 'sent'],
      [post(here, carol), 'forbidden'],
      [post(shut, alice), 'archived'],
      [post(there, alice), 'sent'],
      [post(here, mute), 'stale_key'],
      [post(here, alice, { keyEpoch: 2 }), 'stale_key'],
      [{ ...first, id: randomUUID() as MessageId }, 'duplicate'],
      [{ ...known, id: randomUUID() as MessageId }, 'duplicate'],
      [post(here, locked), 'not_found'],
      [post(randomUUID() as ChannelId, alice), 'not_found'],
      [post(elsewhere, alice), 'not_found'],
      [post(elsewhere, foreigner), 'not_found'],
      [post(here, alice, { replyTo: randomUUID() as MessageId }), 'not_found'],
      [post(here, alice, { replyTo: known.id }), 'not_found'],
      [post(there, alice, { replyTo: known.id }), 'sent'],
      [post(here, alice), 'sent'],
    ];
    const decided = await append(batch.map(([each]) => each));
    assert.deepEqual(
      verdicts(decided),
      batch.map(([, verdict]) => verdict),
    );
    assert.deepEqual(decided[7], { ...decided[1], verdict: 'duplicate' });
    assert.deepEqual(decided[8], { ...before, verdict: 'duplicate' });
    const yes = batch.flatMap(([each], i) => (decided[i]?.verdict === 'sent' ? [each.id] : []));
    const stored = await rows<{ id: MessageId }>(
      world,
      'SELECT id FROM message WHERE id = ANY ($1::uuid[])',
      batch.map(([each]) => each.id),
    );
    assert.deepEqual(stored.map(({ id }) => id).sort(), yes.sort());
    for (const channelId of [there, shut, elsewhere]) await assertDense(world, channelId);
    const seqs = [1, 16].map((i) => (decided[i] as { seq: number }).seq);
    assert.equal((seqs[0] ?? 0) + 1, seqs[1]);
  });

  it('numbers the posts of a batch by arrival, in each of its channels', async () => {
    const channels = [
      await spoken(world, [alice]),
      await spoken(world, [alice]),
      await spoken(world, [alice]),
    ];
    const appends = Array.from({ length: 30 }, (_, i) => post(channels[i % 3] as ChannelId, alice));
    const decided = await append(appends);
    for (const [n, channelId] of channels.entries()) {
      const own = decided.filter((_, i) => i % 3 === n);
      assert.deepEqual(
        own.map((each) => each.verdict === 'sent' && each.seq),
        Array.from({ length: 10 }, (_, i) => i + 2),
      );
      await assertDense(world, channelId);
    }
  });

  it('leaves nothing of the workspace behind on the connection', async () => {
    const channelId = await spoken(world, [alice]);
    const single = pool(1);
    try {
      assert.deepEqual(verdicts(await append([post(channelId, alice)], single)), ['sent']);
      const text = "SELECT current_setting('app.workspace', true) AS w, count(*) AS n FROM message";
      const [left] = await single.statements.run('left', text, []);
      assert.deepEqual([left?.['w'] ?? '', Number(left?.['n'])], ['', 0]);
    } finally {
      await single.close();
    }
  });

  it('is heard on a node that was told nothing of it', async () => {
    const channelId = await spoken(world, [alice]);
    await alice.call('channel.subscribe', { channelId }).accepted();
    const untold = post(channelId, alice);
    await append([untold]);
    const heard = await alice.hearsMessage(({ id }) => id === untold.id);
    assert.deepEqual([heard.seq, heard.content], [2, 'unreadable']);
  });

  it('never waits in a circle when two nodes name the same channels in opposite orders', async () => {
    const channels = [
      await spoken(world, [alice]),
      await spoken(world, [alice]),
      await spoken(world, [alice]),
    ];
    const turns = Array.from({ length: 40 }, (_, i) => {
      const order = i % 2 ? channels : [...channels].reverse();
      return append(
        order.map((channelId) => post(channelId, alice)),
        i % 2 ? one : two,
      );
    });
    const decided = (await Promise.all(turns)).flat();
    assert.deepEqual(new Set(verdicts(decided)), new Set(['sent']));
    for (const channelId of channels) await assertDense(world, channelId);
  });

  it('stores no post of somebody after their removal, however the two race', async () => {
    const channelId = await spoken(world, [alice, bob]);
    const { userId } = bob;
    const race = { over: false };
    const flap = async () => {
      for (let turns = 0; !race.over || turns < 3; turns += 1) {
        await alice.call('member.remove', { channelId, userId }).accepted();
        await alice.call('member.add', { channelId, userId }).accepted();
      }
    };
    const flapping = flap();
    const decided: AppendVerdict[] = [];
    for (let sent = 0; sent < 300; sent += 20) {
      const batches = Array.from({ length: 10 }, (_, i) =>
        append([post(channelId, bob), post(channelId, alice)], i % 2 ? one : two),
      );
      decided.push(...(await Promise.all(batches)).flat());
    }
    race.over = true;
    await flapping;
    assert.equal(decided.length, 300);
    const ofBob = verdicts(decided.filter((_, i) => i % 2 === 0));
    assert.deepEqual([...new Set(ofBob)].sort(), ['not_found', 'sent'], 'they did race');
    assert.deepEqual(
      new Set(verdicts(decided.filter((_, i) => i % 2))),
      new Set(['sent']),
      'neighbours of a refused row',
    );
    await assertDense(world, channelId);
    const strays = await rows(
      world,
      `SELECT m.seq FROM message m WHERE m.channel_id = $1 AND NOT EXISTS (
         SELECT FROM membership p WHERE p.channel_id = m.channel_id AND p.user_id = m.author_id
           AND m.seq > p.joined_seq AND (p.left_seq IS NULL OR m.seq <= p.left_seq)
           AND m.rev > p.joined_rev AND (p.left_rev IS NULL OR m.rev < p.left_rev))`,
      channelId,
    );
    assert.deepEqual(strays, []);
    const { n } = await row(
      world,
      'SELECT count(*) AS n FROM message WHERE channel_id = $1',
      channelId,
    );
    const yes = verdicts(decided).filter((verdict) => verdict === 'sent').length;
    assert.equal(Number(n), yes + 2);
  });
});
