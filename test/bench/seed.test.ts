/** A channel that was filled in bulk is one that was written: every operation reads it to the first message. */
import assert from 'node:assert/strict';
import { sealingAs } from '../../bench/seed/authors.ts';
import { BATCH, fill } from '../../bench/seed/fill.ts';
import { THREAD_EVERY } from '../../bench/seed/posts.ts';
import { readConfig } from '../../src/config.ts';
import type { ChannelId, Message } from '../../src/contract/index.ts';
import type { Person } from '../support/person.ts';
import { ROOMY, World } from '../support/world.ts';
import { row, rows } from '../chat/support.ts';

/** More than a batch, and no whole number of threads. */
const SEEDED = BATCH + 1_007;

describe('a seeded channel', function () {
  this.timeout(240_000);
  let world: World;
  let alice: Person;
  let bob: Person;
  let channelId: ChannelId;
  let stood: { rev: number; seq: number };
  const progress: number[] = [];

  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
    // Nobody listens meanwhile: a follower that finds thousands of changes at once sends its connections away.
    const kind = { kind: 'private', name: 'A long story' } as const;
    ({ id: channelId } = await alice.call('channel.create', kind).accepted());
    await alice.call('member.add', { channelId, userId: bob.userId }).accepted();
    for (let i = 0; i < 10; i += 1)
      for (const person of [alice, bob])
        await person.send(channelId, `written ${i}`, world.clientId()).accepted();
    stood = await head();
    await seed(SEEDED);
  });
  after(() => world.end());

  const head = async () => {
    const { lastRev: rev, lastSeq: seq } = await alice
      .call('channel.read', { channelId })
      .accepted();
    return { rev, seq };
  };
  const sealing = () =>
    sealingAs({
      config: readConfig({ ...process.env, ...ROOMY }),
      ...{ workspaceId: world.workspaceId, channelId, keyEpoch: 1 },
      authors: [alice.userId, bob.userId],
    });
  const seed = async (count: number) =>
    fill({
      ...(await sealing()),
      database: process.env['DATABASE_URL'] ?? '',
      count,
      body: (n) => `seeded ${n}`,
      now: () => world.clock.now(),
      progress: (filled) => progress.push(filled),
    });

  it('is read by history from the last to the first message, each once and with its text', async () => {
    const bodies: (string | null)[] = [];
    let oldest: number | undefined;
    for (let more = true; more;) {
      const page = await bob
        .call('message.history', {
          channelId,
          limit: 200,
          ...(oldest !== undefined && { before: oldest }),
        })
        .accepted();
      for (const { content } of page.messages) assert.equal(content, 'present');
      bodies.unshift(...page.messages.map(({ body }) => body));
      oldest = page.messages[0]?.seq;
      more = page.more;
    }
    assert.equal(oldest, 1);
    assert.equal(bodies.length, stood.seq + SEEDED);
    assert.equal(bodies[0], 'written 0');
    const expected = new Set(Array.from({ length: SEEDED }, (_, n) => `seeded ${n}`));
    assert.deepEqual(new Set(bodies.slice(stood.seq)), expected);
    assert.ok(progress.includes(BATCH) || progress.includes(SEEDED - BATCH));
    assert.equal(progress.at(-1), SEEDED);
  });

  it('is resumed over without a hole, by one who was away since before', async () => {
    let rev = stood.rev;
    for (let headRev = Infinity; rev < headRev;) {
      const page = await bob.call('channel.resume', { channelId, rev, epoch: 1 }).accepted();
      assert.equal(page.reset, false);
      for (const event of page.events) {
        assert.equal(event.rev, rev + 1);
        rev = event.rev;
      }
      headRev = page.head;
    }
    assert.equal(rev, stood.rev + SEEDED);
  });

  it('has threads that are whole, whoever of them is asked about', async () => {
    const { messages } = await bob.call('message.history', { channelId }).accepted();
    const reply = messages.find(({ thread }) => thread);
    assert.ok(reply?.thread);
    const read = (messageId: Message['id']) =>
      alice.call('thread.read', { channelId, messageId }).accepted();
    const { root, replies } = await read(reply.id);
    assert.equal(root?.id, reply.thread.root);
    assert.deepEqual(
      replies.map(({ thread, replyTo }) => [thread?.place, replyTo]),
      replies.map((_, i) => [i + 1, root.id]),
    );
    assert.deepEqual(root.replies, { count: replies.length, lastSeq: replies.at(-1)?.seq });
    const threads = await row(
      world,
      'SELECT count(*) AS n FROM message WHERE channel_id = $1 AND reply_count > 0',
      channelId,
    );
    const begun = Math.ceil(BATCH / THREAD_EVERY) + Math.ceil((SEEDED - BATCH) / THREAD_EVERY);
    assert.equal(Number(threads['n']), begun);
  });

  it('stands where its rows say, and goes on from there, for whoever listens', async () => {
    const [counted] = await rows<Record<string, string>>(
      world,
      `SELECT count(*) AS n, max(seq) AS last, count(DISTINCT rev) AS revs, count(DISTINCT client_id) AS clients,
         bool_and(rev = posted_rev AND key_epoch = 1) AS plain,
         (SELECT bool_and(at >= earlier) FROM (SELECT at, lag(at) OVER (ORDER BY seq) AS earlier
           FROM message WHERE channel_id = $1) t WHERE earlier IS NOT NULL) AS in_time
       FROM message WHERE channel_id = $1`,
      channelId,
    );
    const { seq, rev } = await head();
    assert.deepEqual(
      [counted?.['n'], counted?.['last'], counted?.['revs'], counted?.['clients']].map(Number),
      [seq, seq, seq, seq],
    );
    assert.deepEqual([counted?.['plain'], counted?.['in_time']], [true, true]);
    await bob.call('channel.subscribe', { channelId }).accepted();
    const sent = await alice.send(channelId, 'afterwards', world.clientId()).accepted();
    assert.deepEqual([sent.seq, sent.rev], [seq + 1, rev + 1]);
    await bob.hearsMessage(({ id }) => id === sent.id);
  });

  it('is not filled under keys of an epoch that is over, nor for somebody without a key', async () => {
    const stand = await head();
    const old = await sealing();
    await world.database.query('UPDATE channel SET key_epoch = 2 WHERE id = $1', [channelId]);
    const more = { body: String, now: () => world.clock.now(), count: 10 };
    const database = process.env['DATABASE_URL'] ?? '';
    await assert.rejects(fill({ ...old, ...more, database }), /key epoch is another/);
    await world.database.query('UPDATE channel SET key_epoch = 1 WHERE id = $1', [channelId]);
    assert.deepEqual(await head(), stand);
    const carol = await world.person('Carol');
    const config = readConfig({ ...process.env, ...ROOMY });
    const { workspaceId } = world;
    await assert.rejects(
      sealingAs({ config, workspaceId, channelId, keyEpoch: 1, authors: [carol.userId] }),
      /has not written/,
    );
  });
});
