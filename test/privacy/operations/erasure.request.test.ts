/** People ask to be erased with their password; once, not as the last admin, and nothing happens before its time. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ChannelId, UserId } from '../../../src/contract/index.ts';
import { World } from '../../support/world.ts';
import { assertSealed, audited, rows } from '../../chat/support.ts';
import { administrator, author, stateOf, writes } from '../support.ts';

const DAY = 24 * 60 * 60_000;

describe('erasure.request', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('takes the password again, says when it is due, is on record, and does nothing yet', async () => {
    const { person, resident } = await author(world);
    const now = world.clock.now().getTime();
    const { password } = resident;
    const { erasureId, dueAt } = await person.call('erasure.request', { password }).accepted();
    assert.equal(dueAt, now + 7 * DAY);
    const found = await stateOf(world, erasureId);
    assert.deepEqual([found?.['state'], found?.['keys_at']], ['waiting', null]);
    const [event] = await audited(world, 'erasure.request', erasureId);
    assert.deepEqual(event?.['details'], { channelId: null, dueAt });
    assertSealed(event);
    const whole = await rows(
      world,
      'SELECT e::text AS whole FROM erasure e WHERE id = $1',
      erasureId,
    );
    assert.ok(!String(whole[0]?.['whole']).includes('127.0.0.1'), 'the address is sealed');
    await resident.tries().accepted();
    await person.http('GET', '/v1/me').accepted();
  });

  it('is refused as invalid_credentials with another password, and without one', async () => {
    const [{ person }, minted] = [await author(world), await world.person('Bob')];
    for (const who of [person, minted])
      await who
        .http('POST', '/v1/me/erasure', { password: 'Wrong-1234' })
        .refused('invalid_credentials');
    const { person: ada, resident } = await author(world);
    const stolen = ada.http('POST', '/v1/me/erasure', { password: resident.password });
    const wish = { present: resident.password, password: 'Purple-otters-7-juggle' };
    const [, changed] = await Promise.all([stolen, ada.http('PUT', '/v1/me/password', wish)]);
    assert.ok(changed.ok);
    const none = await rows(world, 'SELECT FROM erasure WHERE subject_id = ANY ($1)', [
      person.userId,
      minted.userId,
    ]);
    assert.equal(none.length, 0);
  });

  it('is refused as erasure_open where there is one, of two at once too, with its id', async () => {
    const { person, resident } = await author(world);
    const { password } = resident;
    const answers = await Promise.all(
      [1, 2].map(() => person.call('erasure.request', { password })),
    );
    assert.equal(answers.filter(({ ok }) => ok).length, 1);
    const { erasureId } = await world.database
      .query('SELECT id FROM erasure WHERE subject_id = $1', [person.userId])
      .then(({ rows: [one] }) => ({ erasureId: (one as { id: string }).id }));
    const no = await person.call('erasure.request', { password }).refused('erasure_open');
    assert.deepEqual(no.detail, { erasureId });
  });

  it('is refused as last_admin to the only one, who may ask for a channel all the same', async () => {
    const alone = await World.create();
    try {
      const { person, resident } = await administrator(alone);
      const { password } = resident;
      await person.call('erasure.request', { password }).refused('last_admin');
      const { id: channelId } = await alone.channel(person);
      await writes(alone, person, channelId, ['hello']);
      await person.call('erasure.request', { password, channelId }).accepted();
      await administrator(alone, 'Another');
      await person.call('erasure.request', { password }).accepted();
    } finally {
      await alone.end();
    }
  });

  it('is refused as not_found for a channel in which the caller wrote nothing', async () => {
    const { person, resident } = await author(world);
    const bob = await world.person('Bob');
    const { id: channelId } = await world.channel(bob, [person]);
    const { password } = resident;
    const nowhere = randomUUID() as ChannelId;
    for (const id of [channelId, nowhere])
      await person.call('erasure.request', { password, channelId: id }).refused('not_found');
  });

  it('is of nobody else, whatever the input says', async () => {
    const { person, resident } = await author(world);
    const { password } = resident;
    const userId = randomUUID() as UserId;
    for (const bad of [{ password, userId }, {}, { password: '' }, { password, channelId: 'x' }])
      await person.connection.raw('erasure.request', bad).refused('invalid_input');
  });
});
