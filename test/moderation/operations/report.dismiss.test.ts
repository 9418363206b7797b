/** Dismissing: it takes a reason, which stays with the moderators, and the reporter is told. */
import assert from 'node:assert/strict';
import type { ReportId } from '../../../src/contract/index.ts';
import { World } from '../../support/world.ts';
import { assertSealed, audited, misshapen } from '../../chat/support.ts';
import { scene, type Scene } from '../support.ts';

describe('report.dismiss', () => {
  let world: World;
  let s: Scene;
  let reportId: ReportId;
  before(async () => {
    world = await World.create();
  });
  beforeEach(async () => {
    s = await scene(world);
    const { channelId, messageId } = s;
    const input = { channelId, messageId, category: 'illegal' } as const;
    reportId = (await s.carol.call('report.create', input).accepted()).id;
  });
  after(() => world.end());

  it('closes it, tells the reporter, and keeps the reason sealed in the trail', async () => {
    const { alice, carol } = s;
    const input = { reportId, reason: 'canary: all in jest' };
    const decided = await alice.call('report.dismiss', input).accepted();
    assert.deepEqual(
      [decided.state, decided.action, decided.note],
      ['dismissed', null, 'canary: all in jest'],
    );
    await carol.hears('report.updated', (e) => e.reportId === reportId && e.state === 'dismissed');
    const [event] = await audited(world, 'report.dismiss', reportId);
    assertSealed(event, 'canary');
  });

  it('is refused as report_claimed while another holds it, as report_closed once it is decided', async () => {
    const { keeper, staff } = s;
    const input = { reportId, reason: 'no' };
    await staff.call('report.claim', { reportId }).accepted();
    await keeper.call('report.dismiss', input).refused('report_claimed');
    await staff.call('report.dismiss', input).accepted();
    await staff.call('report.dismiss', input).refused('report_closed');
  });

  it('is refused as not_found to members, and without a reason', async () => {
    await s.bob.call('report.dismiss', { reportId, reason: 'I am innocent' }).refused('not_found');
    const good = { reportId, reason: 'no' };
    await misshapen(world, s.keeper, 'report.dismiss', good, { 'no reason': { reason: '' } });
  });
});
