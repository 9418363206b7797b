/** A legal hold wins over erasure, whether it was there before it was asked for or came in between. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../../src/contract/index.ts';
import { World } from '../../support/world.ts';
import { assertSealed, audited, rows } from '../../chat/support.ts';
import {
  administrator,
  author,
  authorAs,
  becomes,
  reaches,
  writes,
  type Author,
} from '../support.ts';

describe('hold.place', () => {
  let world: World;
  let boss: Author;
  let other: Author;
  before(async () => {
    world = await World.create({ environment: { ERASURE_GRACE_DAYS: '0' } });
    [boss, other] = [await administrator(world), await administrator(world, 'Other')];
  });
  after(() => world.end());

  const place = (more: object, by = boss) =>
    by.person.call('hold.place', {
      ...{ reason: 'canary: case 7', password: by.resident.password },
      ...more,
    });
  const lift = (holdId: never, by = other) =>
    by.person.call('hold.lift', { holdId, password: by.resident.password });
  const erase = (userId: UserId) => {
    const { password } = boss.resident;
    return boss.person
      .call('erasure.request-for', { userId, password, reason: 'asked for' })
      .accepted();
  };
  const keys = async ({ userId }: { userId: UserId }) =>
    (await rows(world, 'SELECT FROM data_key WHERE author_id = $1', userId)).length;

  it('keeps a person from erasure until it is lifted, and then it goes on', async () => {
    const { person, resident } = await author(world);
    const { userId } = person;
    const { id: channelId } = await world.channel(boss.person, [person]);
    await writes(world, person, channelId, ['evidence']);
    const { holdId } = await place({ userId }).accepted();
    const { erasureId } = await erase(userId);
    await reaches(boss.person, erasureId, 'held');
    assert.equal(await keys({ userId }), 1);
    await resident.tries().accepted();
    assert.deepEqual(await lift(holdId as never).accepted(), { lifted: true, resumed: 1 });
    await becomes(world, erasureId, 'done');
    assert.equal(await keys({ userId }), 0);
    const [event] = await audited(world, 'hold.place', holdId);
    assertSealed(event, 'case 7');
  });

  it('of a channel keeps what was written there, says so in the receipt, and lets all the rest go', async () => {
    const { person } = await author(world);
    const { userId } = person;
    const [held, free] = [
      await world.channel(boss.person, [person]),
      await world.channel(boss.person, [person]),
    ];
    for (const { id } of [held, free]) await writes(world, person, id, ['evidence']);
    const { holdId } = await place({ channelId: held.id }).accepted();
    const { erasureId } = await erase(userId);
    await reaches(boss.person, erasureId, 'held');
    const bodies = async (channelId: typeof held.id) => {
      const { messages } = await boss.person.call('message.history', { channelId }).accepted();
      return messages.map(({ body }) => body);
    };
    assert.deepEqual(await bodies(held.id), ['evidence']);
    assert.deepEqual(await bodies(free.id), [null]);
    const { receipt } = await boss.person.call('erasure.read', { erasureId }).accepted();
    assert.deepEqual(receipt?.held, [{ channelId: held.id, from: null, to: null }]);
    await lift(holdId as never).accepted();
    await becomes(world, erasureId, 'done');
    assert.deepEqual(await bodies(held.id), [null]);
    const last = await boss.person.call('erasure.read', { erasureId }).accepted();
    assert.deepEqual(last.receipt?.held, []);
  });

  it('of a time keeps what was posted then, and nothing before and after it', async () => {
    const { person } = await author(world);
    const { id: channelId } = await world.channel(boss.person, [person]);
    const MINUTE = 60_000;
    await writes(world, person, channelId, ['before']);
    world.clock.forward(MINUTE);
    const from = world.clock.now().getTime();
    await writes(world, person, channelId, ['evidence']);
    world.clock.forward(MINUTE);
    const to = world.clock.now().getTime();
    await writes(world, person, channelId, ['after']);
    await place({ channelId, from, to }).accepted();
    const { erasureId } = await erase(person.userId);
    await reaches(boss.person, erasureId, 'held');
    const { messages } = await boss.person.call('message.history', { channelId }).accepted();
    assert.deepEqual(
      messages.map(({ body }) => body),
      [null, 'evidence', null],
    );
  });

  it('lifted lets go what was kept in the channel, and nothing that was written there since', async () => {
    const { person, resident } = await author(world);
    const { userId } = person;
    const { id: channelId } = await world.channel(boss.person, [person]);
    const from = world.clock.now().getTime();
    await writes(world, person, channelId, ['evidence']);
    world.clock.forward(60_000);
    const { holdId } = await place({ userId, channelId, from, to: from + 60_000 }).accepted();
    const { password } = resident;
    const { erasureId } = await person.call('erasure.request', { password, channelId }).accepted();
    await becomes(world, erasureId, 'held');
    await writes(world, person, channelId, ['later']);
    assert.equal(await keys({ userId }), 2);
    await lift(holdId as never).accepted();
    await becomes(world, erasureId, 'done');
    assert.equal(await keys({ userId }), 1);
    const { messages } = await person.call('message.history', { channelId }).accepted();
    assert.deepEqual(
      messages.map(({ body }) => body),
      [null, 'later'],
    );
  });

  it('is upheld by the database itself, whatever the server would do', async () => {
    const { person } = await author(world);
    const { id: channelId } = await world.channel(boss.person, [person]);
    await writes(world, person, channelId, ['evidence']);
    const text = `SELECT polqual IS NOT NULL AS bound FROM pg_policy WHERE polname = 'erased_or_spent'
      AND polrelid = 'data_key'::regclass AND pg_get_expr(polqual, polrelid) ~ 'legal_hold'`;
    assert.equal((await rows(world, text)).length, 1);
  });

  it('is refused as invalid_credentials without the password, and as forbidden to others', async () => {
    const { person } = await author(world);
    const { userId } = person;
    await place({ userId, password: 'Wrong-1234' }).refused('invalid_credentials');
    for (const role of ['user', 'moderator', 'auditor'] as const)
      await place({ userId }, await authorAs(world, role)).refused('forbidden');
    await place({ userId: randomUUID() }).refused('not_found');
    for (const bad of [{}, { userId, from: 1 }, { userId, reason: '' }])
      await boss.person.connection
        .raw('hold.place', { reason: 'x', password: boss.resident.password, ...bad })
        .refused('invalid_input');
  });
});
