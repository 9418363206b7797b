/** Administrators see what waits for an answer and what is late, page by page, and nothing of what it is about. */
import assert from 'node:assert/strict';
import type { PrivacyRequestState } from '../../../src/contract/index.ts';
import { rows } from '../../chat/support.ts';
import { DAY } from '../../support/hand-clock.ts';
import { exported, ExportWorld } from '../exporting.ts';
import { administrator, author, becomes } from '../support.ts';

describe('privacy.requests', () => {
  let at: ExportWorld;
  beforeEach(async () => {
    at = await ExportWorld.create();
  });
  afterEach(() => at.end());

  async function seen(state?: PrivacyRequestState) {
    const admin = await at.world.person('Admin', { role: 'admin' });
    const { requests, waiting } = await admin
      .call('privacy.requests', { ...(state && { state }) })
      .accepted();
    return { ids: requests.map(({ requestId }) => String(requestId)), waiting, requests };
  }

  it('shows each with its due date: open, overdue from the first moment on, and done', async () => {
    const { world } = at;
    const began = world.clock.now().getTime();
    const ada = await at.holder('Ada');
    const exportId = await exported(ada);
    const asked = { password: ada.password };
    const { erasureId } = await ada.person.call('erasure.request', asked).accepted();
    const { requests } = await seen();
    assert.deepEqual(requests, [
      {
        ...{ requestId: exportId, kind: 'export', state: 'done' },
        ...{ requestedAt: began, dueAt: began + 30 * DAY, answeredAt: began },
        ...{ extendedAt: null, extendedBy: null, reason: null },
        ...{ userId: ada.person.userId, requestedBy: ada.person.userId },
      },
      {
        ...{ requestId: erasureId, kind: 'erasure', state: 'open' },
        ...{ requestedAt: began, dueAt: began + 30 * DAY, answeredAt: null },
        ...{ extendedAt: null, extendedBy: null, reason: null },
        ...{ userId: ada.person.userId, requestedBy: ada.person.userId },
      },
    ]);
    world.clock.forward(30 * DAY - 1);
    assert.deepEqual((await seen('open')).ids, [erasureId]);
    world.clock.forward(1);
    const late = await seen('overdue');
    assert.deepEqual([late.ids, late.waiting], [[erasureId], { open: 0, overdue: 1 }]);
    assert.deepEqual((await seen('open')).ids, []);
    await world.database.query(
      `SELECT graphile_worker.add_job('privacy.erase',
         json_build_object('workspaceId', $1::uuid, 'about', json_build_object('erasureId', $2::uuid)))`,
      [world.workspaceId, erasureId],
    );
    await becomes(world, erasureId, 'done');
    const done = await seen('done');
    assert.deepEqual([done.ids, done.waiting], [[exportId, erasureId], { open: 0, overdue: 0 }]);
  });

  it('does not take a failed export for an answer, until another one is finished; what is taken back is answered', async () => {
    const ada = await at.holder('Ada');
    const first = await exported(ada);
    await at.world.database.query(
      `UPDATE data_export SET state = 'failed', finished_at = NULL, ended_at = now() WHERE id = $1`,
      [first],
    );
    assert.deepEqual((await seen('open')).ids, [first]);
    const second = await exported(ada);
    assert.deepEqual((await seen('done')).ids, [first, second]);
    const { person, resident } = await author(at.world, 'Bob');
    const asked = { password: resident.password };
    const { erasureId } = await person.call('erasure.request', asked).accepted();
    await person.call('erasure.cancel', { erasureId }).accepted();
    assert.deepEqual((await seen('done')).ids, [first, second, erasureId]);
  });

  it('gives a page at a time, counts all of them, and reading it is on record', async () => {
    const boss = await administrator(at.world);
    const ids: string[] = [];
    for (const name of ['Ada', 'Bob', 'Carol']) {
      const { person, resident } = await author(at.world, name);
      const asked = { password: resident.password };
      ids.push((await person.call('erasure.request', asked).accepted()).erasureId);
    }
    const found: string[] = [];
    for (let after = {}; ;) {
      const page = await boss.person
        .call('privacy.requests', { state: 'open', limit: 2, ...after })
        .accepted();
      assert.deepEqual(page.waiting, { open: 3, overdue: 0 });
      found.push(...page.requests.map(({ requestId }) => requestId));
      if (page.next === null) break;
      after = { after: page.next };
    }
    assert.deepEqual(found, ids);
    const text = `SELECT FROM audit_event WHERE action = 'privacy.requests' AND workspace_id = $1`;
    assert.equal((await rows(at.world, text, at.world.workspaceId)).length, 2);
  });

  it('is refused as forbidden to everybody else, and knows nothing of other workspaces', async () => {
    for (const role of ['user', 'moderator', 'auditor', 'guest'] as const) {
      const person = await at.world.person('Somebody', { role });
      await person.call('privacy.requests', {}).refused('forbidden');
    }
    await exported(await at.holder('Ada'));
    const workspaceId = await at.world.anotherWorkspace();
    const stranger = await at.world.person('Admin', { role: 'admin', workspaceId });
    const { requests } = await stranger.call('privacy.requests', {}).accepted();
    assert.deepEqual(requests, []);
  });
});
