/** Resolving: whoever made the report is told what was done, on every node, and not by whom. */
import assert from 'node:assert/strict';
import type { ReportId } from '../../../src/contract/index.ts';
import { World } from '../../support/world.ts';
import { assertSealed, audited, misshapen, row } from '../../chat/support.ts';
import { scene, type Scene } from '../support.ts';

describe('report.resolve', () => {
  let world: World;
  let s: Scene;
  let reportId: ReportId;
  before(async () => {
    world = await World.create();
  });
  beforeEach(async () => {
    s = await scene(world);
    const { channelId, messageId } = s;
    const input = { channelId, messageId, category: 'hate' } as const;
    reportId = (await s.carol.call('report.create', input).accepted()).id;
  });
  after(() => world.end());

  it('tells the reporter what was done, and neither by whom nor what was noted', async () => {
    const { keeper, carol } = s;
    const input = { reportId, action: 'warned', note: 'canary: second time' } as const;
    const decided = await keeper.call('report.resolve', input).accepted();
    assert.deepEqual(
      [decided.state, decided.action, decided.note, decided.decidedBy],
      ['resolved', 'warned', 'canary: second time', keeper.userId],
    );
    await carol.hears('report.updated', (e) => e.reportId === reportId && e.state === 'resolved');
    const { reports } = await carol.call('report.list', { of: 'mine' }).accepted();
    assert.deepEqual(
      reports.map((one) => [one.state, one.action, one.note, one.decidedBy, one.claimedBy]),
      [['resolved', 'warned', null, null, null]],
    );
    const stored = await row(
      world,
      'SELECT r.*, r::text AS whole, r.note_sealed AS personal_sealed FROM report r WHERE id = $1',
      reportId,
    );
    assertSealed(stored, 'canary');
    const [event, ...others] = await audited(world, 'report.resolve', reportId);
    assert.deepEqual([event?.['actor_id'], others.length], [keeper.userId, 0]);
    assertSealed(event, 'canary');
  });

  it('shows a tombstone where the message was deleted meanwhile', async () => {
    const { keeper, channelId, messageId } = s;
    const reason = 'rude';
    await keeper.call('message.delete', { channelId, messageId, reason }).accepted();
    const decided = await keeper
      .call('report.resolve', { reportId, action: 'message-deleted' })
      .accepted();
    assert.deepEqual([decided.message?.content, decided.message?.body], ['deleted', null]);
  });

  it('is refused as report_claimed while another holds it, as report_closed once it is decided', async () => {
    const { keeper, staff } = s;
    await staff.call('report.claim', { reportId }).accepted();
    await keeper.call('report.resolve', { reportId, action: 'none' }).refused('report_claimed');
    await staff.call('report.resolve', { reportId, action: 'none' }).accepted();
    await staff.call('report.resolve', { reportId, action: 'none' }).refused('report_closed');
    assert.equal((await audited(world, 'report.resolve', reportId)).length, 1);
  });

  it('is refused as not_found to the reporter', async () => {
    await s.carol.call('report.resolve', { reportId, action: 'none' }).refused('not_found');
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    await misshapen(
      world,
      s.keeper,
      'report.resolve',
      { reportId, action: 'none' },
      {
        'an act that there is not': { action: 'shot' },
        'a note of 501 characters': { note: 'x'.repeat(501) },
      },
    );
  });
});
