/** Syncing: one call for many channels, each answered as if it were alone, and every later frame of those one may read. */
import assert from 'node:assert/strict';
import { RESUME_REVISIONS, SYNC_CHANNELS, type ChannelId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import {
  archive,
  changesNothing,
  hiddenChannels,
  misshapen,
  quietChannel,
  rows,
} from '../support.ts';

type Answer = OutputOf<'channel.sync'>['channels'][number];

describe('channel.sync', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const sync = async (person: Person, channels: Parameters<typeof ask>[1]) =>
    (await ask(person, channels).accepted()).channels;
  const ask = (
    person: Person,
    channels: { id: ChannelId; rev?: number; epoch?: number; follow?: boolean }[],
  ) => person.call('channel.sync', { channels });
  const at = (id: ChannelId, rev: number, epoch = 1) => ({ id, rev, epoch });
  const revs = (answer: Answer | undefined) =>
    answer?.answer === 'changes' ? answer.events.map(({ rev }) => rev) : null;

  it('answers each channel by itself, in the order of the question', async () => {
    const sayings = ['one', 'two'];
    const [still, moved, first] = [
      await quietChannel(world, alice, [bob], { sayings }),
      await quietChannel(world, alice, [bob], { sayings }),
      await quietChannel(world, alice, [bob], { sayings }),
    ];
    const { absent, ofOthers } = await hiddenChannels(world);
    assert.ok(absent && ofOthers);
    const asked = [
      at(absent, 1),
      at(moved.id, 2),
      at(still.id, 4),
      { id: first.id },
      { id: ofOthers },
    ];
    await changesNothing(world, async () => {
      const answers = await sync(bob, asked);
      assert.deepEqual(
        answers.map(({ id, answer }) => [id, answer]),
        [
          [absent, 'refused'],
          [moved.id, 'changes'],
          [still.id, 'current'],
          [first.id, 'changes'],
          [ofOthers, 'refused'],
        ],
      );
      assert.deepEqual(revs(answers[1]), [3, 4]);
      assert.deepEqual(revs(answers[3]), [1, 2, 3, 4]);
      for (const answer of answers) {
        if (!('channel' in answer)) continue;
        assert.deepEqual(
          answer.channel,
          await bob.call('channel.read', { channelId: answer.id }).accepted(),
        );
      }
    });
  });

  it('brings every later frame of the channels it answered with a yes, and of no other', async () => {
    const [one, two, head, hidden] = await Promise.all([
      quietChannel(world, alice, [bob]),
      quietChannel(world, alice, [bob]),
      quietChannel(world, alice, [bob]),
      quietChannel(world, alice, []),
    ]);
    const connection = await bob.connect();
    const before = world.app.followers.size;
    await sync(bob, [
      { id: one.id },
      at(two.id, 1),
      { id: head.id, follow: false },
      at(hidden.id, 1),
    ]);
    assert.equal(world.app.followers.size, before + 2);
    for (const { id } of [hidden, head, one, two])
      await alice.send(id, 'hello', world.clientId()).accepted();
    await connection.hearsMessage(({ channelId }) => channelId === two.id);
    await connection.hearsMessage(({ channelId }) => channelId === one.id);
    await connection.settled();
    assert.deepEqual(
      connection.frames().map(({ channelId, prev, last }) => [channelId, prev, last]),
      [
        [one.id, 2, 3],
        [two.id, 2, 3],
      ],
    );
  });

  it('only tells where a channel stands that is not to be followed', async () => {
    const { id } = await quietChannel(world, alice, [bob], { sayings: ['one', 'two'] });
    const answers = await sync(bob, [{ ...at(id, 99), follow: false }]);
    assert.deepEqual(answers, [{ answer: 'head', id, lastSeq: 2, lastRev: 4, epoch: 1 }]);
  });

  it('says reset where it cannot bridge, and subscribes all the same', async () => {
    const positions = { other: at, ahead: at, purged: at, far: at, long: at };
    const ids = Object.fromEntries(
      await Promise.all(
        Object.keys(positions).map(async (name) => [
          name,
          (await quietChannel(world, alice, [bob], { sayings: ['one', 'two'] })).id,
        ]),
      ),
    ) as Record<keyof typeof positions, ChannelId>;
    const stretch = 'UPDATE channel SET last_rev = $2, purged_rev = $3 WHERE id = $1';
    await world.database.query(stretch, [ids.far, RESUME_REVISIONS + 2, 0]);
    await world.database.query(stretch, [ids.long, 201, 0]);
    await world.database.query(stretch, [ids.purged, 4, 3]);
    await archive(world, { id: ids.ahead });
    const asked = [
      at(ids.other, 4, 2),
      at(ids.ahead, 5),
      at(ids.purged, 2),
      at(ids.far, 1),
      { id: ids.long },
    ];
    const answers = await sync(bob, asked);
    assert.deepEqual(
      answers.map((answer) => [answer.answer, 'channel' in answer && answer.channel.lastRev]),
      [
        ['reset', 4],
        ['reset', 4],
        ['reset', 4],
        ['reset', RESUME_REVISIONS + 2],
        ['reset', 201],
      ],
    );
    const within = [
      at(ids.other, 4),
      at(ids.ahead, 4),
      at(ids.purged, 3),
      at(ids.far, 2),
      at(ids.long, 1),
    ];
    assert.deepEqual(
      (await sync(bob, within)).map(({ answer }) => answer),
      ['current', 'current', 'changes', 'changes', 'changes'],
    );
    await alice.send(ids.other, 'heard', world.clientId()).accepted();
    await bob.hearsMessage(({ channelId, body }) => channelId === ids.other && body === 'heard');
  });

  it('takes absent, hidden and foreign channels for the same, and leaves a trail of them', async () => {
    const hidden = Object.values(await hiddenChannels(world));
    const left = await quietChannel(world, alice, [bob]);
    await bob.call('member.leave', { channelId: left.id }).accepted();
    const machine = await world.person('A job', { role: 'system' });
    const { id } = await quietChannel(world, alice, [bob, machine]);
    const answers = await sync(
      bob,
      [...hidden, left.id, id].map((each) => at(each, 1)),
    );
    assert.deepEqual(
      answers.map((answer) => (answer.answer === 'refused' ? answer.code : answer.answer)),
      [...Array.from({ length: 4 }, () => 'not_found'), 'changes'],
    );
    assert.deepEqual(Object.keys(answers[0] ?? {}).sort(), ['answer', 'code', 'id']);
    const [forbidden, unseen] = await sync(machine, [at(id, 1), at(left.id, 1)]);
    assert.deepEqual(forbidden, { answer: 'refused', id, code: 'forbidden' });
    assert.deepEqual(unseen, { answer: 'refused', id: left.id, code: 'not_found' });
    await world.app.audit.refusals.drained();
    const trail = await rows(
      world,
      `SELECT actor_id, outcome, type, sum((details->>'count')::int)::int AS count FROM audit_event
       WHERE workspace_id = $1 AND action = 'channel.sync' AND actor_id = ANY ($2) AND outcome <> 'ok'
       GROUP BY 1, 2, 3 ORDER BY 4 DESC, 2`,
      world.workspaceId,
      [bob.userId, machine.userId],
    );
    const type = 'authorization_failed';
    assert.deepEqual(trail.slice(-2), [
      { actor_id: machine.userId, outcome: 'forbidden', type, count: 1 },
      { actor_id: machine.userId, outcome: 'not_found', type, count: 1 },
    ]);
    assert.ok(Number(trail[0]?.['count']) >= 4);
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id } = await quietChannel(world, alice);
    const many = (n: number) =>
      Array.from({ length: n }, () => ({ id: world.clientId() as string as ChannelId }));
    await misshapen(
      world,
      alice,
      'channel.sync',
      { channels: [at(id, 1)] },
      {
        'no channel': { channels: [] },
        'no list': { channels: at(id, 1) },
        'one more than may be': { channels: many(SYNC_CHANNELS + 1) },
        'the same twice': { channels: [at(id, 1), { id }] },
        'the same twice, in capitals': { channels: [{ id: id.toUpperCase() }, { id }] },
        'an unknown key in a channel': { channels: [{ ...at(id, 1), since: 1 }] },
        'a rev alone': { channels: [{ id, rev: 1 }] },
        'an epoch alone': { channels: [{ id, epoch: 1 }] },
        'a position before all': { channels: [at(id, -1)] },
        'an epoch before the first': { channels: [at(id, 1, 0)] },
        'a pattern among ids': { channels: [at(id, 1), { id: '*' }] },
      },
    );
    await ask(alice, many(SYNC_CHANNELS)).accepted();
    await ask(alice, []).refused('invalid_input');
  });
});
