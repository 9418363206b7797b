/** Claiming: of two moderators at once one wins, the other is told so, and a claim that nothing comes of lapses. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ReportId } from '../../../src/contract/index.ts';
import { World } from '../../support/world.ts';
import { allRefused, audited, misshapen } from '../../chat/support.ts';
import { scene, type Scene } from '../support.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

describe('report.claim', () => {
  let world: World;
  let s: Scene;
  before(async () => {
    world = await World.create();
    s = await scene(world);
  });
  after(() => world.end());

  const reported = async (): Promise<ReportId> => {
    const { channelId, bob, carol } = s;
    const sent = await bob.send(channelId, 'once more', world.clientId()).accepted();
    const input = { channelId, messageId: sent.id, category: 'spam' } as const;
    return (await carol.call('report.create', input).accepted()).id;
  };

  it('by two at once is one claim: the other is refused, the reporter told once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const reportId = await reported();
      const both = [s.keeper, s.staff];
      const answers = await Promise.all(both.map((one) => one.call('report.claim', { reportId })));
      const won = answers.filter(({ ok }) => ok);
      const codes = answers.flatMap((answer) => (answer.ok ? [] : [answer.error.code]));
      assert.deepEqual([won.length, codes], [1, ['report_claimed']]);
      const told = await s.carol.hears('report.updated', (event) => event.reportId === reportId);
      assert.equal(told.state, 'claimed');
      assert.equal((await audited(world, 'report.claim', reportId)).length, 1);
    }
  });

  it('shows the message as it is now, also to staff who are not in the channel', async () => {
    const reportId = await reported();
    const claimed = await s.staff.call('report.claim', { reportId }).accepted();
    assert.deepEqual(
      [claimed.state, claimed.claimedBy, claimed.message?.body],
      ['claimed', s.staff.userId, 'once more'],
    );
    const again = await s.staff.http('POST', `/v1/reports/${reportId}/claim`).accepted();
    assert.deepEqual(again, claimed);
  });

  it('lapses after a day, and not before', async () => {
    const reportId = await reported();
    await s.staff.call('report.claim', { reportId }).accepted();
    const age = (ms: number) =>
      world.database.query('UPDATE report SET claimed_at = $2 WHERE id = $1', [
        reportId,
        new Date(world.clock.now().getTime() - ms),
      ]);
    await age(DAY_MS - 60_000);
    await s.keeper.call('report.claim', { reportId }).refused('report_claimed');
    await age(DAY_MS);
    const taken = await s.keeper.call('report.claim', { reportId }).accepted();
    assert.equal(taken.claimedBy, s.keeper.userId);
  });

  it('of a decided one is refused as report_closed', async () => {
    const reportId = await reported();
    await s.keeper.call('report.resolve', { reportId, action: 'warned' }).accepted();
    await s.keeper.call('report.claim', { reportId }).refused('report_closed');
  });

  it('is not_found, all alike, for who does not handle reports there, forbidden to auditors', async () => {
    const reportId = await reported();
    const stranger = await world.person('Stranger');
    const foreign = await world.person('Foreign', {
      workspaceId: await world.anotherWorkspace(),
      role: 'admin',
    });
    await allRefused('not_found', [
      s.carol.call('report.claim', { reportId }),
      s.bob.call('report.claim', { reportId }),
      stranger.call('report.claim', { reportId }),
      foreign.call('report.claim', { reportId }),
      s.staff.call('report.claim', { reportId: randomUUID() }),
    ]);
    const auditor = await world.person('Auditor', { role: 'auditor' });
    await auditor.call('report.claim', { reportId }).refused('forbidden');
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const reportId = await reported();
    await misshapen(world, s.keeper, 'report.claim', { reportId }, { 'no id': { reportId: 'x' } });
  });
});
