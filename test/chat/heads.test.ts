/** Heads tell each connection where the logs that it follows end, as Postgres has them: no other log, and nobody removed. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { headStore } from '../../src/chat/head-store.ts';
import { readConfig } from '../../src/config.ts';
import type { Channel, ChannelId } from '../../src/contract/index.ts';
import { Postgres, type Statements } from '../../src/platform/postgres/index.ts';
import type { Connection } from '../support/connection.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { quietChannel, row } from './support.ts';

/** What the connection was told of heads in all, oldest first. */
const told = (connection: Connection) =>
  connection.heard.flatMap(({ event, payload }) =>
    event === 'channel.heads' ? [(payload as { channels: unknown[] }).channels] : [],
  );

describe('the heads of channels', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const headOf = async ({ id }: { id: ChannelId }) => {
    const { rev, epoch } = await row<{ rev: string; epoch: number }>(
      world,
      'SELECT last_rev AS rev, epoch FROM channel WHERE id = $1',
      id,
    );
    return { id, rev: Number(rev), epoch };
  };
  /** What the people, on new connections that follow these channels, are told of when everybody is. */
  const heads = async (...pairs: readonly (readonly [Person, readonly { id: ChannelId }[]])[]) => {
    for (const [person, channels] of pairs) {
      await person.connect();
      for (const { id } of channels)
        await person.call('channel.subscribe', { channelId: id }).accepted();
    }
    await world.app.followers.tellHeads();
    await Promise.all(pairs.map(([{ connection }]) => connection.settled()));
    return pairs.map(([{ connection }]) => told(connection).at(-1) ?? []);
  };
  const byId = <T>(list: readonly T[]) =>
    [...list].sort((a, b) => ((a as Channel).id < (b as Channel).id ? -1 : 1));

  it('are told of what each connection follows, in whatever workspace, and of nothing else', async () => {
    const foreigner = await world
      .anotherWorkspace()
      .then((workspaceId) => world.person('Foreigner', { workspaceId }));
    const [one, two, hidden, elsewhere] = await Promise.all([
      quietChannel(world, alice, [bob], { sayings: ['a', 'b'] }),
      quietChannel(world, alice, [bob]),
      quietChannel(world, alice),
      quietChannel(world, foreigner, [], { sayings: ['c'] }),
    ]);
    await world.database.query('UPDATE channel SET epoch = 3 WHERE id = $1', [two.id]);
    const found = await heads([alice, [one, two, hidden]], [bob, [one]], [foreigner, [elsewhere]]);
    assert.deepEqual(found.map(byId), [
      byId(await Promise.all([one, two, hidden].map(headOf))),
      [await headOf(one)],
      [await headOf(elsewhere)],
    ]);
    const silent = await bob.connect();
    await world.app.followers.tellHeads();
    await silent.settled();
    assert.deepEqual(told(silent), [], 'who follows nothing is told nothing');
  });

  it('are not told to who was removed, and are while they are in', async () => {
    const [one, two] = [
      await quietChannel(world, alice, [bob]),
      await quietChannel(world, alice, [bob]),
    ];
    const [before] = await heads([bob, [one, two]]);
    assert.equal(before?.length, 2);
    await alice.call('member.remove', { channelId: one.id, userId: bob.userId }).accepted();
    await world.app.followers.tellHeads();
    await bob.connection.settled();
    assert.deepEqual(told(bob.connection).at(-1), [await headOf(two)]);
  });

  it('wait for the follower: what nobody has applied here may be the removal of somebody in the room', async () => {
    const [quiet, changed] = [
      await quietChannel(world, alice, [bob]),
      await quietChannel(world, alice, [bob]),
    ];
    await heads([bob, [quiet, changed]]);
    const head = await headOf(changed);
    // A change of which no notice comes: the follower reads it, and only then is it told how far the log reaches.
    await world.database.query('UPDATE channel SET last_rev = last_rev + 1 WHERE id = $1', [
      changed.id,
    ]);
    const earlier = told(bob.connection).length;
    await world.app.followers.tellHeads();
    await bob.connection.settled();
    const [now] = told(bob.connection).slice(earlier);
    const isThere = bob.connection.frames().some(({ channelId }) => channelId === changed.id);
    if (!isThere) assert.deepEqual(now, [await headOf(quiet)]);
    const rev = head.rev + 1;
    await bob.hears(
      'channel.events',
      ({ channelId, last }) => channelId === changed.id && last === rev,
    );
    await world.app.followers.tellHeads();
    await bob.hears('channel.heads', ({ channels }) =>
      channels.some((h) => h.id === changed.id && h.rev === rev),
    );
  });

  it('are read a thousand at a time, as numbers alone, of channels that exist', async () => {
    const config = readConfig(process.env);
    const postgres = new Postgres({ ...config.database, connections: 1 });
    try {
      const runs: unknown[][] = [];
      const run: Statements['run'] = (name, text, values) => {
        runs.push([...values]);
        return postgres.statements.run(name, text, values);
      };
      const { id } = await quietChannel(world, alice, [], { sayings: ['a'] });
      const strangers = Array.from({ length: 1_000 }, () => randomUUID() as ChannelId);
      assert.deepEqual(await headStore({ run })([...strangers, id]), [await headOf({ id })]);
      assert.deepEqual(
        runs.map(([ids]) => (ids as string[]).length),
        [1_000, 1],
      );
      assert.deepEqual(await headStore({ run })([]), []);
      assert.equal(runs.length, 2);
    } finally {
      await postgres.close();
    }
  });

  it('of another incarnation send everybody away, who then is told to start over', async () => {
    for (const damage of ['epoch = 2', 'last_rev = 3, last_seq = 1']) {
      for (const person of [alice, bob]) await person.connect();
      const { id, posts } = await quietChannel(world, alice, [bob], { sayings: ['a', 'b', 'c'] });
      const away = await quietChannel(world, bob);
      await heads([alice, [{ id }]], [bob, [{ id }, away]]);
      const rev = posts.at(-1)?.rev ?? 0;
      await world.database.query(`UPDATE channel SET ${damage} WHERE id = $1`, [id]);
      for (const { connection } of [alice, bob])
        assert.equal((await connection.hears('connection.closing')).code, 'resubscribe');
      await bob.connect();
      const channels = [{ id, rev, epoch: 1 }];
      const [answer] = (await bob.call('channel.sync', { channels }).accepted()).channels;
      assert.equal(answer?.answer, 'reset');
    }
  });
});
