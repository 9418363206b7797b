/** Resuming: everything that changed since a position, in order, whole; or an honest reset where it cannot be bridged. */
import assert from 'node:assert/strict';
import { BODY_CHARACTERS, RESUME_REVISIONS, type MessageId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import {
  allRefused,
  archive,
  changesNothing,
  hiddenChannels,
  misshapen,
  quietChannel,
} from '../support.ts';

type Resumed = OutputOf<'channel.resume'>;

describe('channel.resume', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const summary = ({ events }: Resumed) =>
    events.map((event) => {
      if (event.kind === 'channel') return [event.rev, event.kind, event.channel.name];
      if (event.kind === 'truncated') return [event.rev, event.kind, event.belowSeq];
      return event.kind === 'message'
        ? [event.rev, event.message.content, event.message.body]
        : [event.rev, event.member.userId, event.member.state];
    });

  it('gives the current state of whatever changed, posts and members in one order', async () => {
    const sayings = ['kept', 'edited', 'deleted'];
    const { id: channelId, posts } = await quietChannel(world, alice, [], { sayings });
    const since = posts[0]?.rev ?? 0;
    const [, edited, deleted] = posts.map(({ id }) => id as MessageId);
    assert.ok(edited && deleted);
    await alice.call('message.edit', { channelId, messageId: edited, body: 'better' }).accepted();
    await alice.call('member.add', { channelId, userId: bob.userId }).accepted();
    await alice.call('message.delete', { channelId, messageId: deleted }).accepted();
    await changesNothing(world, async () => {
      const resumed = await bob
        .call('channel.resume', { channelId, rev: since, epoch: 1 })
        .accepted();
      assert.deepEqual(summary(resumed), [
        [since + 3, 'present', 'better'],
        [since + 4, bob.userId, 'joined'],
        [since + 5, 'deleted', null],
      ]);
      assert.deepEqual(
        [resumed.reset, resumed.since, resumed.upTo, resumed.head],
        [false, since, since + 5, since + 5],
      );
    });
  });

  it('is read page by page up to the head, each change once, over HTTP too', async () => {
    const sayings = Array.from({ length: 7 }, (_, i) => `saying ${i + 1}`);
    const { id } = await quietChannel(world, alice, [bob], { sayings });
    const events: Resumed['events'] = [];
    for (let rev = 0, head = 1; rev < head;) {
      const path = `/v1/channels/${id}/log?rev=${rev}&epoch=1&limit=3`;
      const page = await alice.http<Resumed>('GET', path).accepted();
      assert.ok(page.events.length <= 3 && page.upTo > rev);
      events.push(...page.events);
      ({ upTo: rev, head } = page);
    }
    const revs = events.map(({ rev }) => rev);
    assert.deepEqual(revs, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('ends a page early where posts are long, and leaves none out', async () => {
    const long = '\u{754c}'.repeat(BODY_CHARACTERS);
    const sayings = Array.from({ length: 30 }, (_, i) => `${i}${long.slice(2)}`);
    const { id: channelId } = await quietChannel(world, alice, [], { sayings });
    const texts: (string | null)[] = [];
    let pages = 0;
    for (let rev = 0, head = 1; rev < head; pages += 1) {
      const page = await alice.call('channel.resume', { channelId, rev, epoch: 1 }).accepted();
      assert.ok(Buffer.byteLength(JSON.stringify(page)) < 300_000);
      texts.push(...page.events.flatMap((e) => (e.kind === 'message' ? [e.message.body] : [])));
      ({ upTo: rev, head } = page);
    }
    assert.deepEqual(texts, sayings);
    assert.equal(pages, 2);
  });

  it('ends a page early where posts have many reactions and mentions', async () => {
    const sayings = Array.from({ length: 40 }, (_, i) => `saying ${i}`);
    const { id: channelId } = await quietChannel(world, alice, [], { sayings });
    await world.database.query(
      `UPDATE message SET mentions = (SELECT jsonb_agg($2::text) FROM generate_series(1, 50)), reactions = (
         SELECT jsonb_agg(jsonb_build_object('emoji', ':' || repeat('e', 28) || i || ':', 'count', 3,
           'users', jsonb_build_array($2::text, $2::text, $2::text))) FROM generate_series(10, 59) i)
       WHERE channel_id = $1`,
      [channelId, alice.userId],
    );
    let [posts, pages] = [0, 0];
    for (let rev = 0, head = 1; rev < head; pages += 1) {
      const page = await alice.call('channel.resume', { channelId, rev, epoch: 1 }).accepted();
      assert.ok(Buffer.byteLength(JSON.stringify(page)) < 300_000);
      posts += page.events.filter(({ kind }) => kind === 'message').length;
      ({ upTo: rev, head } = page);
    }
    assert.deepEqual([posts, pages], [40, 2]);
  });

  it('is empty at the head', async () => {
    const { id: channelId, posts } = await quietChannel(world, alice, [], { sayings: ['last'] });
    const rev = posts[0]?.rev ?? 0;
    const resumed = await alice.call('channel.resume', { channelId, rev, epoch: 1 }).accepted();
    assert.deepEqual([resumed.reset, resumed.upTo, resumed.events], [false, rev, []]);
  });

  it('goes on in an archived channel', async () => {
    const { id: channelId } = await quietChannel(world, alice, [], { sayings: ['last'] });
    await archive(world, { id: channelId });
    const resumed = await alice.call('channel.resume', { channelId, rev: 1, epoch: 1 }).accepted();
    assert.equal(resumed.events.length, 1);
  });

  it('says reset, with the position to start from, where it cannot bridge', async () => {
    const { id: channelId } = await quietChannel(world, alice, [], { sayings: ['one', 'two'] });
    const wide = RESUME_REVISIONS + 10;
    const damage = 'UPDATE channel SET last_rev = $2, purged_rev = $3, epoch = 2 WHERE id = $1';
    await world.database.query(damage, [channelId, wide, 2]);
    const positions = [
      { rev: 3, epoch: 1 },
      { rev: wide + 1, epoch: 2 },
      { rev: 1, epoch: 2 },
      { rev: 9, epoch: 2 },
    ];
    for (const position of positions) {
      const resumed = await alice.call('channel.resume', { channelId, ...position }).accepted();
      assert.deepEqual(resumed, {
        reset: true,
        epoch: 2,
        since: position.rev,
        upTo: wide,
        head: wide,
        events: [],
      });
    }
    const edge = { channelId, rev: wide - RESUME_REVISIONS, epoch: 2 };
    assert.equal((await alice.call('channel.resume', edge).accepted()).reset, false);
  });

  it('is forbidden to a member whose workspace role may not read messages', async () => {
    const machine = await world.person('A job', { role: 'system' });
    const { id: channelId } = await quietChannel(world, alice, [machine], { sayings: ['words'] });
    await machine.call('channel.resume', { channelId, rev: 0, epoch: 1 }).refused('forbidden');
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible', async () => {
    const hidden = Object.values(await hiddenChannels(world));
    const left = await quietChannel(world, alice, [bob], { sayings: ['while you were here'] });
    await bob.call('member.leave', { channelId: left.id }).accepted();
    await allRefused(
      'not_found',
      [...hidden, left.id].map((channelId) =>
        bob.call('channel.resume', { channelId, rev: 0, epoch: 1 }),
      ),
    );
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    await misshapen(
      world,
      alice,
      'channel.resume',
      { channelId, rev: 0, epoch: 1 },
      {
        'a position before all': { rev: -1 },
        'a position between two': { rev: 0.5 },
        'no epoch': { epoch: undefined },
        'an epoch before the first': { epoch: 0 },
        'a page of nothing': { limit: 0 },
        'a page of 201': { limit: 201 },
      },
    );
    await alice.http('GET', `/v1/channels/${channelId}/log?rev=0`).refused('invalid_input');
  });
});
