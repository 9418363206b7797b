/** Read marks: one number per member and channel, which only goes forward, and which nobody else is told of. */
import assert from 'node:assert/strict';
import { truncateChannel, YOUNGEST_TRUNCATED_MS } from '../../../src/chat/index.ts';
import { readConfig } from '../../../src/config.ts';
import type { Broadcasts, ChannelId } from '../../../src/contract/index.ts';
import { LIMIT_TABLE } from '../../../src/limits/index.ts';
import { Postgres } from '../../../src/platform/postgres/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { statementsOf } from '../../support/statements.ts';
import { ROOMY, UNLIMITED, World } from '../../support/world.ts';
import { interval } from '../members.ts';
import { allRefused, archive, changesNothing, hiddenChannels } from '../support.ts';
import { misshapen, quietChannel } from '../support.ts';

const SAYINGS = ['one', 'two', 'three', 'four', 'five'];

describe('receipt.mark', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    const limits = { ...UNLIMITED, signal: LIMIT_TABLE.signal };
    world = await World.create({ limits });
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  /** How the person is told where they stand, by every call that tells it: each says the same. */
  const standing = async (person: Person, channelId: ChannelId) => {
    const told = [await person.call('channel.read', { channelId }).accepted()];
    for (let after: ChannelId | undefined; ;) {
      const page = { limit: 200, ...(after !== undefined && { after }) };
      const { channels, more } = await person.call('channel.list', page).accepted();
      told.push(...channels.filter(({ id }) => id === channelId));
      if (!more) break;
      after = channels.at(-1)?.id;
    }
    const { channels } = await person
      .call('channel.sync', { channels: [{ id: channelId }] })
      .accepted();
    for (const answer of channels) if ('channel' in answer) told.push(answer.channel);
    told.push(await person.call('channel.subscribe', { channelId }).accepted());
    assert.equal(told.length, 4);
    const [first] = told.map(({ readSeq, unread }) => ({ readSeq, unread }));
    for (const { readSeq, unread } of told) assert.deepEqual({ readSeq, unread }, first);
    return first;
  };

  it('counts what is after the mark as unread, wherever the channel is told of', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob], { sayings: SAYINGS });
    assert.deepEqual(await standing(bob, channelId), { readSeq: 0, unread: 5 });
    const marked = await bob.call('receipt.mark', { channelId, seq: 3 }).accepted();
    assert.deepEqual(marked, { seq: 3, unread: 2 });
    assert.deepEqual(await standing(bob, channelId), { readSeq: 3, unread: 2 });
    assert.deepEqual(await standing(alice, channelId), { readSeq: 0, unread: 5 });
    const path = `/v1/channels/${channelId}/receipt`;
    const http = await bob.http<OutputOf<'receipt.mark'>>('PUT', path, { seq: 4 }).accepted();
    assert.deepEqual(http, { seq: 4, unread: 1 });
    assert.deepEqual(await standing(bob, channelId), { readSeq: 4, unread: 1 });
  });

  it('goes forward only, and no further than the last post', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob], { sayings: SAYINGS });
    const mark = (seq: number) => bob.call('receipt.mark', { channelId, seq }).accepted();
    assert.deepEqual(await mark(4), { seq: 4, unread: 1 });
    assert.deepEqual(await mark(2), { seq: 4, unread: 1 });
    assert.deepEqual(await mark(1_000_000), { seq: 5, unread: 0 });
    await alice.send(channelId, 'six', world.clientId()).accepted();
    assert.deepEqual(await standing(bob, channelId), { readSeq: 5, unread: 1 });
    assert.equal(Number((await interval(world, channelId, bob))['read_seq']), 5);
  });

  it('is told to every other connection of the person, once for each step forward, and to nobody else', async () => {
    const { id: channelId } = await world.channel(alice, [bob]);
    for (const body of SAYINGS) await alice.send(channelId, body, world.clientId()).accepted();
    const phone = bob.connection;
    const desk = await bob.connect();
    for (const seq of [2, 1, 2, 5]) await desk.call('receipt.mark', { channelId, seq }).accepted();
    await phone.hears('receipt.marked', ({ seq }) => seq === 5);
    for (const connection of [phone, desk, alice.connection]) await connection.settled();
    const told = ({ heard }: typeof phone) =>
      heard
        .filter(({ event }) => event === 'receipt.marked')
        .map(({ payload }) => payload as Broadcasts['receipt.marked'])
        .filter((payload) => payload.channelId === channelId);
    const steps = [2, 5].map((seq) => ({ channelId, seq }));
    assert.deepEqual([told(phone), told(desk), told(alice.connection)], [steps, steps, []]);
  });

  it('begins where one joined, for every policy, and again where one came back', async () => {
    for (const historyPolicy of ['all', 'since-join'] as const) {
      const settings = { sayings: SAYINGS, historyPolicy };
      const { id: channelId } = await quietChannel(world, alice, [], settings);
      await alice.call('member.add', { channelId, userId: bob.userId }).accepted();
      assert.deepEqual(await standing(bob, channelId), { readSeq: 5, unread: 0 });
      await alice.send(channelId, 'welcome', world.clientId()).accepted();
      assert.deepEqual(await standing(bob, channelId), { readSeq: 5, unread: 1 });
      const behind = await bob.call('receipt.mark', { channelId, seq: 2 }).accepted();
      assert.deepEqual(behind, { seq: 5, unread: 1 }, 'what was before is read in any case');
      await bob.call('member.leave', { channelId }).accepted();
      await alice.send(channelId, 'gone?', world.clientId()).accepted();
      await alice.call('member.add', { channelId, userId: bob.userId }).accepted();
      assert.deepEqual(await standing(bob, channelId), { readSeq: 7, unread: 0 });
    }
  });

  it('does not count what was truncated', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob], { sayings: SAYINGS });
    const postgres = new Postgres({
      ...readConfig({ ...process.env, ...ROOMY }).database,
      connections: 1,
    });
    const now = new Date(world.clock.now().getTime() + YOUNGEST_TRUNCATED_MS + 1);
    await postgres.transaction(world.workspaceId, 'own', (tx) =>
      truncateChannel(tx, world.workspaceId, { channelId, belowSeq: 4, now }),
    );
    await postgres.close();
    assert.deepEqual(await standing(bob, channelId), { readSeq: 3, unread: 2 });
    const marked = await bob.call('receipt.mark', { channelId, seq: 1 }).accepted();
    assert.deepEqual(marked, { seq: 3, unread: 2 });
  });

  it('takes no revision, leaves no trail, and works in an archived channel', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob], { sayings: SAYINGS });
    await archive(world, { id: channelId });
    const before = await bob.call('channel.read', { channelId }).accepted();
    await bob.call('receipt.mark', { channelId, seq: 5 }).accepted();
    const after = await bob.call('channel.read', { channelId }).accepted();
    assert.deepEqual(after, { ...before, readSeq: 5, unread: 0 });
    const { rows } = await world.database.query(
      `SELECT FROM audit_event WHERE action = 'receipt.mark' AND resource_id = $1`,
      [channelId],
    );
    assert.equal(rows.length, 0);
  });

  it('costs a crowd few statements: marks that arrive together are moved together', async () => {
    const people = await Promise.all(Array.from({ length: 20 }, (_, i) => world.person(`P${i}`)));
    const { id: channelId } = await quietChannel(world, alice, people, { sayings: SAYINGS });
    const statements = await statementsOf(() =>
      Promise.all(
        people.flatMap((person) =>
          [5, 2, 4].map((seq) => person.call('receipt.mark', { channelId, seq }).accepted()),
        ),
      ),
    );
    const marks = statements.filter((text) => text.includes('mark_read('));
    assert.ok(marks.length < 30, `${marks.length} statements for 60 marks`);
    for (const person of people)
      assert.deepEqual(await standing(person, channelId), { readSeq: 5, unread: 0 });
  });

  it('is for members alone: who reads a public channel from outside has no mark in it', async () => {
    const passer = await world.person('Passer-by');
    const settings = { kind: 'public', sayings: SAYINGS } as const;
    const { id: channelId } = await quietChannel(world, alice, [bob], settings);
    assert.deepEqual(await standing(passer, channelId), { readSeq: null, unread: 0 });
    await alice.call('member.remove', { channelId, userId: bob.userId }).accepted();
    await changesNothing(world, () =>
      allRefused(
        'forbidden',
        [passer, bob].map((person) => person.call('receipt.mark', { channelId, seq: 1 })),
      ),
    );
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible', async () => {
    const former = await world.person('Former member');
    const { id: left } = await quietChannel(world, alice, [former], { sayings: SAYINGS });
    await former.call('member.leave', { channelId: left }).accepted();
    const hidden = [...Object.values(await hiddenChannels(world)), left];
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        hidden.map((channelId) => former.call('receipt.mark', { channelId, seq: 1 })),
      ),
    );
  });

  it('is refused when there are more than 300 in a minute, and nothing else with it', async () => {
    const carol = await world.person('Carol');
    const { id: channelId } = await quietChannel(world, carol, [], { sayings: SAYINGS });
    for (let i = 0; i < 300; i += 1)
      await carol.call('receipt.mark', { channelId, seq: 1 }).accepted();
    const { detail } = await carol
      .call('receipt.mark', { channelId, seq: 1 })
      .refused('rate_limited');
    assert.deepEqual(detail, { bucket: 'signal', by: 'user', windowMs: 60_000 });
    await carol.send(channelId, 'still here', world.clientId()).accepted();
    await carol.call('channel.read', { channelId }).accepted();
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob], { sayings: SAYINGS });
    await misshapen(
      world,
      bob,
      'receipt.mark',
      { channelId, seq: 1 },
      {
        'no place': { seq: undefined },
        'the place before the first': { seq: 0 },
        'half a place': { seq: 1.5 },
        'a place too far to count': { seq: 2 ** 53 },
        'somebody else': { userId: alice.userId },
      },
    );
  });
});
