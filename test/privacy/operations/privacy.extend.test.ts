/** A request may take longer: once, within its first month, by two months at most, and its subject is told why. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { PrivacyRequestId } from '../../../src/contract/index.ts';
import { audited, rows } from '../../chat/support.ts';
import { DAY } from '../../support/hand-clock.ts';
import { World } from '../../support/world.ts';
import { administrator, author, type Author } from '../support.ts';

describe('privacy.extend', () => {
  let world: World;
  let boss: Author;
  beforeEach(async () => {
    world = await World.create();
    boss = await administrator(world);
  });
  afterEach(() => world.end());

  async function requested(name = 'Ada') {
    const one = await author(world, name);
    const asked = { password: one.resident.password };
    const { erasureId } = await one.person.call('erasure.request', asked).accepted();
    return { ...one, requestId: erasureId as string as PrivacyRequestId };
  }
  const extend = (requestId: PrivacyRequestId, days = 60, by = boss.person) =>
    by.call('privacy.extend', { requestId, days, reason: 'canary: many letters' });

  it('tells its subject at once and when they look, is on record, and is kept sealed', async () => {
    const { person, requestId } = await requested();
    const began = world.clock.now().getTime();
    world.clock.forward(29 * DAY);
    const { dueAt } = await extend(
      requestId,
      60,
      await world.person('Admin', { role: 'admin' }),
    ).accepted();
    assert.equal(dueAt, began + 90 * DAY);
    const told = await person.hears('privacy.request-extended');
    assert.deepEqual(told, { requestId, dueAt });
    const [event] = await audited(world, 'privacy.extend', requestId);
    assert.deepEqual(event?.['details'], { dueAt });
    const text = 'SELECT r::text AS whole FROM request_deadline r WHERE id = $1';
    const [row] = await rows(world, text, requestId);
    assert.ok(!String(row?.['whole']).includes(Buffer.from('canary').toString('hex')));
  });

  it('shows its subject the reason', async () => {
    const { person, requestId } = await requested();
    const now = world.clock.now().getTime();
    await extend(requestId, 7).accepted();
    const { requests } = await person.call('privacy.mine', {}).accepted();
    const [mine] = requests;
    assert.deepEqual(
      [mine?.reason, mine?.extendedAt, mine?.dueAt, mine?.state],
      ['canary: many letters', now, now + 37 * DAY, 'open'],
    );
  });

  it('is refused extension_closed the second time, of two at once for one, and for what was answered', async () => {
    const { person, requestId } = await requested();
    const other = await administrator(world, 'Other');
    const both = await Promise.all(
      [boss, other].map(async ({ person: by }) => {
        const answer = await extend(requestId, 5, by);
        return answer.ok ? 'ok' : answer.error.code;
      }),
    );
    assert.deepEqual(both.sort(), ['extension_closed', 'ok']);
    await extend(requestId).refused('extension_closed');
    const bob = await requested('Bob');
    await bob.person.call('erasure.cancel', { erasureId: bob.requestId }).accepted();
    await extend(bob.requestId).refused('extension_closed');
    const { requests } = await person.call('privacy.mine', {}).accepted();
    assert.equal(requests[0]?.dueAt, world.clock.now().getTime() + 35 * DAY);
  });

  it('is refused extension_closed once the month is over: the subject had to be told within it', async () => {
    const { requestId } = await requested();
    world.clock.forward(30 * DAY);
    const admin = await world.person('Admin', { role: 'admin' });
    await extend(requestId, 5, admin).refused('extension_closed');
  });

  it('is refused forbidden to who does not administer people, not_found for none, invalid_input beyond two months', async () => {
    const { person, requestId } = await requested();
    for (const role of ['user', 'moderator', 'auditor'] as const)
      await extend(requestId, 5, await world.person('Somebody', { role })).refused('forbidden');
    await extend(requestId, 5, person).refused('forbidden');
    await extend(randomUUID() as PrivacyRequestId).refused('not_found');
    await extend(requestId, 61).refused('invalid_input');
    await boss.person
      .call('privacy.extend', { requestId, days: 1, reason: ' ' })
      .refused('invalid_input');
  });
});
