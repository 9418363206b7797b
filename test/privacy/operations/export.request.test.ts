/** Asking for one's own data: with the password, one at a time, ten in an hour, and only where it can be kept. */
import assert from 'node:assert/strict';
import { rows } from '../../chat/support.ts';
import { World } from '../../support/world.ts';
import { ExportWorld, over } from '../exporting.ts';

describe('export.request', () => {
  let at: ExportWorld;
  before(async () => {
    at = await ExportWorld.create();
  });
  after(() => at.end());

  it('collects what is kept about the caller, and tells how far it is until it is ready', async () => {
    const ada = await at.holder('Ada');
    const { exportId } = await ada.person
      .call('export.request', { password: ada.password })
      .accepted();
    const last = await over(ada, exportId);
    assert.equal(last.state, 'ready');
    assert.ok(last.rows > 0);
    const told = ada.person.connection.heard.flatMap(({ event, payload }) =>
      event === 'export.progress' ? [(payload as { percent: number }).percent] : [],
    );
    assert.deepEqual(
      told,
      [...told].sort((a, b) => a - b),
    );
    assert.equal(told.filter((percent) => percent === 100).length, 1);
  });

  it('is recorded with who asked and not with their password', async () => {
    const ada = await at.holder('Ada');
    const { exportId } = await ada.person
      .call('export.request', { password: ada.password })
      .accepted();
    await over(ada, exportId);
    const [entry] = await rows(
      at.world,
      `SELECT actor_id, e::text AS whole FROM audit_event e WHERE action = 'export.request' AND resource_id = $1`,
      exportId,
    );
    assert.equal(entry?.['actor_id'], ada.person.userId);
    assert.ok(!String(entry['whole']).includes(ada.password));
  });

  it('is refused invalid_credentials without the password, and begins nothing', async () => {
    const ada = await at.holder('Ada');
    await ada.person
      .call('export.request', { password: 'wrong-Password-1' })
      .refused('invalid_credentials');
    const { exports } = await ada.person.call('export.list', {}).accepted();
    assert.deepEqual(exports, []);
  });

  it('is refused rate_limited after ten in an hour, and let in again when the first is an hour old', async () => {
    const ada = await at.holder('Ada');
    const { password } = ada;
    for (let n = 0; n < 10; n += 1) {
      const { exportId } = await ada.person.call('export.request', { password }).accepted();
      await ada.person.call('export.cancel', { exportId }).accepted();
      at.world.clock.forward(1_000);
    }
    const no = await ada.person.call('export.request', { password }).refused('rate_limited');
    assert.equal(no.retryAfterMs, 60 * 60 * 1_000 - 10_000);
    at.world.clock.forward(no.retryAfterMs);
    const again = await ada.resident.arrives(); // the token of before is long over
    await again.connect();
    await again.call('export.request', { password }).accepted();
    again.leave();
  });

  it('asked for twice at the same moment it is one', async () => {
    const ada = await at.holder('Ada');
    const both = await Promise.all(
      [1, 2].map(() => ada.person.call('export.request', { password: ada.password }).accepted()),
    );
    const states = await rows(
      at.world,
      'SELECT id FROM data_export WHERE subject_id = $1',
      ada.person.userId,
    );
    assert.equal(states.length, new Set(both.map(({ exportId }) => exportId)).size);
    await over(ada, both[0]?.exportId as never);
  });

  it('is refused unavailable where the server has no folder for exports', async () => {
    const world = await World.create();
    try {
      const { Resident } = await import('../../auth/residents.ts');
      const ada = await Resident.create(world);
      const here = await ada.arrives();
      await here.connect();
      await here.call('export.request', { password: ada.password }).refused('unavailable');
      here.leave();
    } finally {
      await world.end();
    }
  });
});
