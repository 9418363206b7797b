/** What one sync may cost and carry: a fixed number of queries, a reply of bounded size, and nothing lost on the way. */
import assert from 'node:assert/strict';
import { BODY_CHARACTERS, type ChannelEvent, type ChannelId } from '../../../src/contract/index.ts';
import type { InputOf, OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { statementsOf } from '../../support/statements.ts';
import { UNLIMITED, World } from '../../support/world.ts';
import { quietChannel } from '../support.ts';

type Answer = OutputOf<'channel.sync'>['channels'][number];

describe('channel.sync, as a whole', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const at = (id: ChannelId, rev: number, epoch = 1) => ({ id, rev, epoch });
  const sync = async (person: Person, channels: InputOf<'channel.sync'>['channels']) =>
    (await person.call('channel.sync', { channels }).accepted()).channels;
  const events = (answer: Answer | undefined): readonly ChannelEvent[] =>
    answer?.answer === 'changes' ? answer.events : [];
  const quiet = (sayings: readonly string[]) => quietChannel(world, alice, [bob], { sayings });
  const words = (n: number) => Array.from({ length: n }, (_, i) => `saying ${i}`);

  it('tells of each channel exactly what a resume would, to whoever asks', async () => {
    const [carol, dave] = await Promise.all([
      world.person('Carol'),
      world.person('Dave', { role: 'auditor' }),
    ]);
    const ids: ChannelId[] = [];
    for (const historyPolicy of ['all', 'since-join'] as const)
      for (const kind of ['private', 'public'] as const) {
        const { id: channelId, posts } = await quietChannel(world, alice, [carol], {
          historyPolicy,
          kind,
          sayings: ['early'],
        });
        const say = (body: string) => alice.send(channelId, body, world.clientId()).accepted();
        await alice.call('member.remove', { channelId, userId: carol.userId }).accepted();
        const missed = await say('while Carol was away');
        for (const { userId } of [bob, carol])
          await alice.call('member.add', { channelId, userId }).accepted();
        await say('late');
        await alice
          .call('message.edit', {
            channelId,
            messageId: posts[0]?.id as typeof missed.id,
            body: 'edited',
          })
          .accepted();
        await alice.call('message.delete', { channelId, messageId: missed.id }).accepted();
        ids.push(channelId);
      }
    const told = new Set<string>();
    for (const person of [alice, bob, carol, dave])
      for (const rev of [0, 4, 7]) {
        const answers = await sync(
          person,
          ids.map((id) => at(id, rev)),
        );
        for (const answer of answers) {
          const resume = person.call('channel.resume', { channelId: answer.id, rev, epoch: 1 });
          if (answer.answer === 'refused') await resume.refused(answer.code);
          else {
            const { events, upTo, head } = await resume.accepted();
            assert.deepEqual(answer.answer === 'changes' ? answer.events : [], events);
            assert.deepEqual(
              answer.answer === 'changes' ? [answer.upTo, answer.more] : [rev, false],
              [upTo, upTo < head],
            );
            for (const event of events)
              if (event.kind === 'message')
                told.add(`${person.displayName} ${String(event.message.body)}`);
          }
        }
      }
    assert.ok(told.has('Alice edited') && told.has('Bob edited') && told.has('Dave late'));
    assert.ok(told.has('Carol null'), 'a tombstone');
  });

  /** What the node looks at by itself, whoever asks for what. */
  const isPoll = (text: string) =>
    text.includes('channel_heads') ||
    (text.includes('last_rev') && !/name_sealed|unnest/.test(text));

  it('asks the database as often for forty channels as for two', async () => {
    const ids: ChannelId[] = [];
    for (let n = 0; n < 40; n += 1) ids.push((await quiet(['one'])).id);
    const historyPolicy = 'since-join';
    ids.push((await quietChannel(world, alice, [bob], { historyPolicy, sayings: ['two'] })).id);
    const all = ids.map((id) => at(id, 1));
    const costOf = async (channels: typeof all) => {
      const line = await bob.connectTo(world.url);
      const statements = await statementsOf(() =>
        line.call('channel.sync', { channels }).accepted(),
      );
      line.close();
      return statements
        .filter((text) => /channel|membership|message|account|data_key/.test(text))
        .filter((text) => !isPoll(text))
        .map((text) => text.replace(/\$\d+(,\s*\$\d+)*/g, '$'));
    };
    await costOf(all); // keys and names are at hand from now on
    const few = await costOf(all.slice(-2));
    const many = await costOf(all);
    assert.deepEqual(many, few);
    assert.ok(many.length <= 8, many.join('\n')); // one of them for all read marks together
  });

  it('fetches all the keys that it needs at once', async () => {
    const ids: ChannelId[] = [];
    for (let n = 0; n < 10; n += 1) ids.push((await quiet(['one'])).id);
    const cold = await World.create();
    try {
      const line = await bob.connectTo(cold.url);
      const channels = ids.map((id) => at(id, 1));
      const statements = await statementsOf(async () => {
        const { channels: answers } = await line.call('channel.sync', { channels }).accepted();
        for (const answer of answers)
          assert.ok(events(answer).some((e) => e.kind === 'message' && e.message.body === 'one'));
      });
      assert.equal(statements.filter((text) => text.includes('data_key')).length, 1);
    } finally {
      await cold.end();
    }
  });

  it('carries a page at most, the shortest gaps whole, and says of the others that there is more', async () => {
    const long = await quiet(words(60));
    const short = await quiet(words(10));
    const longer = await quiet(words(80));
    const late = await quiet(words(90));
    const asked = [at(long.id, 0), at(late.id, 0), at(short.id, 2), { id: longer.id }];
    const answers = await sync(bob, asked);
    const told = answers.map((answer) => {
      assert.ok(answer.answer === 'changes');
      return [answer.events.length, answer.upTo, answer.more];
    });
    assert.deepEqual(told, [
      [62, 62, false],
      [46, 46, true],
      [10, 12, false],
      [82, 82, false],
    ]);
    const { events: rest } = await bob
      .call('channel.resume', { channelId: late.id, rev: 46, epoch: 1 })
      .accepted();
    const revs = [...events(answers[1]), ...rest].map(({ rev }) => rev);
    assert.deepEqual(
      revs,
      Array.from({ length: 92 }, (_, i) => i + 1),
    );
  });

  it('answers with nothing but more where the page was full before', async () => {
    const [one, other] = [await quiet([]), await quiet([])];
    const stretch = 'UPDATE channel SET last_rev = $2 WHERE id = $1';
    await world.database.query(stretch, [one.id, 200]);
    await world.database.query(stretch, [other.id, 1_000]);
    const asked = [at(other.id, 0), at(one.id, 0)];
    const [full, read] = await sync(bob, asked);
    assert.ok(full?.answer === 'changes' && read?.answer === 'changes');
    assert.deepEqual([full.events, full.upTo, full.more], [[], 0, true]);
    assert.deepEqual([read.events.length, read.upTo, read.more], [2, 200, false]);
    const [next] = await sync(bob, [at(other.id, 0)]);
    assert.deepEqual([events(next).length, next?.answer === 'changes' && next.more], [2, false]);
  });

  it('stays small where posts are long, and loses none of them', async () => {
    const long = (n: number) => `${n}${'\u{754c}'.repeat(BODY_CHARACTERS - 2)}`;
    const ids: ChannelId[] = [];
    for (let n = 0; n < 4; n += 1) ids.push((await quiet([0, 1, 2].map(long))).id);
    const positions = new Map(ids.map((id) => [id, 0]));
    const texts = new Map<ChannelId, (string | null)[]>(ids.map((id) => [id, []]));
    let rounds = 0;
    for (; positions.size > 0; rounds += 1) {
      const answers = await sync(
        bob,
        [...positions].map(([id, rev]) => at(id, rev)),
      );
      assert.ok(Buffer.byteLength(JSON.stringify(answers)) < 80_000);
      for (const answer of answers) {
        assert.ok(answer.answer === 'changes');
        const bodies = answer.events.flatMap((e) => (e.kind === 'message' ? [e.message.body] : []));
        texts.get(answer.id)?.push(...bodies);
        if (answer.more) positions.set(answer.id, answer.upTo);
        else positions.delete(answer.id);
      }
    }
    for (const bodies of texts.values()) assert.deepEqual(bodies, [0, 1, 2].map(long));
    assert.equal(rounds, 3, 'five of twelve posts fit');
  });

  it('loses nothing that is committed while it is under way: told, heard, or seen as a gap', async () => {
    const { id: channelId, posts } = await quiet(['first']);
    let rev = posts[0]?.rev ?? 0;
    for (let n = 0; n < 40; n += 1) {
      const line = await bob.connectTo(world.url);
      const sending = [0, 1, 2].map((i) =>
        alice.send(channelId, `${n}.${i}`, world.clientId()).accepted(),
      );
      const { channels } = await line
        .call('channel.sync', { channels: [at(channelId, rev)] })
        .accepted();
      const sent = await Promise.all(sending);
      const head = Math.max(...sent.map((each) => each.rev));
      const [answer] = channels;
      assert.ok(answer && 'channel' in answer);
      const covered = answer.channel.lastRev;
      const known = () => Math.max(covered, ...line.frames().map(({ last }) => last));
      await line.settled();
      if (known() < head) await line.hears('channel.events', ({ last }) => last >= head);
      let position = covered;
      for (const { prev, last } of line.frames()) {
        // A reader sees a gap where a frame begins beyond its position, and resumes.
        if (prev > position) assert.equal(last, prev, 'the only gap is the one that it is told of');
        position = Math.max(position, last);
      }
      rev = head;
      line.close();
    }
  });

  it('has a limit of its own: who may not sync any more can still read', async () => {
    const sync = {
      ...UNLIMITED.sync,
      windows: [{ by: 'user', milliseconds: 60_000, calls: 2 }],
    } as const;
    const small = await World.create({ limits: { ...UNLIMITED, sync } });
    try {
      const carol = await small.person('Carol');
      const { id } = await quietChannel(small, carol);
      const ask = () => carol.call('channel.sync', { channels: [at(id, 1)] });
      for (let n = 0; n < 2; n += 1) await ask().accepted();
      const { detail, retryAfterMs } = await ask().refused('rate_limited');
      assert.deepEqual(detail, { bucket: 'sync', by: 'user', windowMs: 60_000 });
      assert.ok(Number(retryAfterMs) > 0);
      await carol.call('channel.resume', { channelId: id, rev: 0, epoch: 1 }).accepted();
    } finally {
      await small.end();
    }
  });
});
