/** Sends that arrive together share commits, and nothing else: not an order, not a wait, not a fate. */
import assert from 'node:assert/strict';
import type { ChannelId } from '../../src/contract/index.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { rows } from './support.ts';

describe('grouped sends', () => {
  let world: World;
  let people: Person[];
  before(async () => {
    world = await World.create();
    people = await Promise.all(Array.from({ length: 20 }, (_, i) => world.person(`Person ${i}`)));
  });
  after(() => world.end());

  /** A channel of everybody, in which each has a key. */
  async function spoken(): Promise<ChannelId> {
    const [owner, ...members] = people;
    assert.ok(owner);
    const { id } = await world.channel(owner, members);
    for (const person of people) await person.send(id, 'hello', world.clientId()).accepted();
    return id;
  }

  /** Commits that posted in the channel: PostgreSQL names each row's own. */
  const commits = async (channelId: ChannelId) => {
    const [row] = await rows<{ commits: string; posts: string }>(
      world,
      'SELECT count(DISTINCT xmin::text) AS commits, count(*) AS posts FROM message WHERE channel_id = $1',
      channelId,
    );
    return { commits: Number(row?.commits), posts: Number(row?.posts) };
  };

  it('of a crowd are in fewer commits than there are messages, each with a place of its own', async () => {
    const channelId = await spoken();
    const quiet = await commits(channelId);
    assert.equal(quiet.commits, quiet.posts, 'one after the other each has a commit of its own');
    const sent = await Promise.all(
      people.flatMap((person) =>
        [1, 2, 3].map((n) => person.send(channelId, `message ${n}`, world.clientId()).accepted()),
      ),
    );
    const seqs = sent.map(({ seq }) => seq).sort((a, b) => a - b);
    assert.deepEqual(
      seqs,
      Array.from({ length: 60 }, (_, i) => 21 + i),
    );
    const { commits: all } = await commits(channelId);
    assert.ok(all - quiet.commits <= 30, `60 messages in ${all - quiet.commits} commits`);
  });

  it('answer in the order in which one person sent them', async () => {
    const channelId = await spoken();
    const [alice] = people;
    assert.ok(alice);
    const sent = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        alice.send(channelId, `${i}`, world.clientId()).accepted(),
      ),
    );
    const seqs = sent.map(({ seq }) => seq);
    assert.deepEqual(
      seqs,
      [...seqs].sort((a, b) => a - b),
    );
  });

  it('do not wait for a channel that somebody else holds, unless they are for it', async () => {
    const [held, free] = [await spoken(), await spoken()];
    const [alice, bob] = people;
    assert.ok(alice && bob);
    const holder = await world.database.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM channel WHERE id = $1 FOR NO KEY UPDATE', [held]);
      const waiting = alice.send(held, 'waits', world.clientId()).accepted();
      let answered = false;
      void waiting.then(() => (answered = true));
      for (let i = 0; i < 5; i += 1)
        await bob.send(free, `does not wait ${i}`, world.clientId()).accepted();
      assert.equal(answered, false);
      await holder.query('COMMIT');
      assert.equal((await waiting).seq, 21);
    } finally {
      holder.release();
    }
  });

  it('of one who may not are refused alone', async () => {
    const channelId = await spoken();
    const stranger = await world.person('Stranger');
    const [alice, bob] = people;
    assert.ok(alice && bob);
    const [first, , second] = await Promise.all([
      alice.send(channelId, 'one', world.clientId()).accepted(),
      stranger.send(channelId, 'not mine', world.clientId()).refused('not_found'),
      bob.send(channelId, 'two', world.clientId()).accepted(),
    ]);
    assert.deepEqual([first.seq, second.seq].sort(), [21, 22]);
  });

  it('of two workspaces are never in one commit', async () => {
    const workspaceId = await world.anotherWorkspace();
    const foreigner = await world.person('Foreigner', { workspaceId });
    const [alice] = people;
    assert.ok(alice);
    const here = await world.channel(alice, []);
    const there = await world.channel(foreigner, []);
    for (let i = 0; i < 10; i += 1)
      await Promise.all([
        alice.send(here.id, 'here', world.clientId()).accepted(),
        foreigner.send(there.id, 'there', world.clientId()).accepted(),
      ]);
    const shared = await rows(
      world,
      `SELECT xmin::text FROM message WHERE channel_id = ANY ($1::uuid[])
       GROUP BY xmin::text HAVING count(DISTINCT workspace_id) > 1`,
      [here.id, there.id],
    );
    assert.deepEqual(shared, []);
  });
});
