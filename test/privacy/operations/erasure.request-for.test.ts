/** Administrators have others erased: with their own password and a reason, and nobody who is above them. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../../src/contract/index.ts';
import { World } from '../../support/world.ts';
import { assertSealed, audited, rows } from '../../chat/support.ts';
import { administrator, author, reaches, writes, type Author } from '../support.ts';

describe('erasure.request-for', () => {
  let world: World;
  let admin: Author;
  before(async () => {
    world = await World.create({ environment: { ERASURE_GRACE_DAYS: '0' } });
    admin = await administrator(world);
  });
  after(() => world.end());

  const wish = (userId: UserId, more: object = {}) => {
    return { userId, password: admin.resident.password, reason: 'canary: left us', ...more };
  };

  it('erases them, tells who asked how far it is, and keeps the reason sealed', async () => {
    const { person } = await author(world);
    const { userId } = person;
    const { id: channelId } = await world.channel(admin.person, [person]);
    await writes(world, person, channelId, ['one', 'two']);
    const { erasureId } = await admin.person.call('erasure.request-for', wish(userId)).accepted();
    const told = await reaches(admin.person, erasureId, 'done');
    assert.equal(told.step, told.steps);
    const { receipt } = await admin.person.call('erasure.read', { erasureId }).accepted();
    assert.equal(receipt?.requestedBy, 'administrator');
    const [event] = await audited(world, 'erasure.request-for', erasureId);
    assert.equal(event?.['subject_id'], userId);
    assertSealed(event, 'left us');
    const [row] = await rows(
      world,
      'SELECT e::text AS whole FROM erasure e WHERE id = $1',
      erasureId,
    );
    assert.ok(!String(row?.['whole']).includes(Buffer.from('left us').toString('hex')));
    await admin.person.call('erasure.request-for', wish(userId)).refused('not_found');
  });

  it('is refused as invalid_credentials with the password of the person, who is left as they were', async () => {
    const { person, resident } = await author(world);
    const input = wish(person.userId, { password: resident.password });
    await admin.person.call('erasure.request-for', input).refused('invalid_credentials');
    await person.http('GET', '/v1/me').accepted();
  });

  it('is refused as erasure_open where there is one', async () => {
    const quiet = await World.create();
    try {
      const [boss, { person, resident }] = [await administrator(quiet), await author(quiet)];
      const { password } = resident;
      const { erasureId } = await person.call('erasure.request', { password }).accepted();
      const input = wish(person.userId, { password: boss.resident.password });
      const no = await boss.person.call('erasure.request-for', input).refused('erasure_open');
      assert.deepEqual(no.detail, { erasureId });
    } finally {
      await quiet.end();
    }
  });

  it('is refused as last_admin about the only one', async () => {
    const { userId } = admin.person;
    await admin.person.call('erasure.request-for', wish(userId)).refused('last_admin');
  });

  it('is refused as forbidden to who may not, and as not_found where there is no such account', async () => {
    const { person } = await author(world);
    const moderator = await author(world, 'Moderator');
    const text = `UPDATE account SET role = 'moderator' WHERE id = $1`;
    await world.database.query(text, [moderator.person.userId]);
    const input = wish(person.userId, { password: moderator.resident.password });
    await moderator.person.call('erasure.request-for', input).refused('forbidden');
    const nobody = wish(randomUUID() as UserId);
    await admin.person.call('erasure.request-for', nobody).refused('not_found');
    for (const bad of [wish(person.userId, { reason: '' }), { ...nobody, reason: undefined }])
      await admin.person.connection.raw('erasure.request-for', bad).refused('invalid_input');
  });
});
