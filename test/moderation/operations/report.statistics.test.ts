/** Statistics: exact counts and times of the reports of a period, of those that one may look at and no others. */
import assert from 'node:assert/strict';
import type { InputOf, OutputOf } from 'conclave/client';
import type { ReportId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { DAY, HOUR, SECOND } from '../../support/hand-clock.ts';
import { World } from '../../support/world.ts';
import { misshapen, rows } from '../../chat/support.ts';
import { scene, type Scene } from '../support.ts';

type Statistics = OutputOf<'report.statistics'>;

describe('report.statistics', () => {
  let world: World;
  let here: Scene;
  let there: Scene;
  let admin: Person;
  let began: number;
  before(async () => {
    world = await World.create();
    [here, there] = [await scene(world), await scene(world)];
    admin = await world.person('Admin', { role: 'admin' });
    began = world.clock.now().getTime();
    // Five reports in the one channel, made at once; claimed after 1, 2, 3 and 4 seconds, three of them decided.
    const made: ReportId[] = [];
    for (const category of ['spam', 'spam', 'spam', 'hate', 'other'] as const)
      made.push(await report(here, category));
    const { keeper, staff } = here;
    for (const reportId of made.slice(0, 4)) {
      world.clock.forward(SECOND);
      await keeper.call('report.claim', { reportId }).accepted();
    }
    const [first, second, third] = made as [ReportId, ReportId, ReportId];
    world.clock.forward(6 * SECOND);
    await keeper.call('report.resolve', { reportId: first, action: 'warned' }).accepted();
    await keeper.call('report.dismiss', { reportId: second, reason: 'no' }).accepted();
    world.clock.forward(10 * SECOND);
    await keeper.call('report.resolve', { reportId: third, action: 'none' }).accepted();
    // All of that was two days ago; today one in the other, decided at once by somebody else without a claim.
    began -= 2 * DAY;
    await world.database.query(
      `UPDATE report SET created_at = created_at - interval '2 days',
         claimed_at = claimed_at - interval '2 days', decided_at = decided_at - interval '2 days'
       WHERE channel_id = $1`,
      [here.channelId],
    );
    const last = await report(there, 'violence');
    await staff.call('report.dismiss', { reportId: last, reason: 'no' }).accepted();
    world.clock.forward(1);
  });
  after(() => world.end());

  async function report(s: Scene, category: 'spam' | 'hate' | 'other' | 'violence') {
    const { channelId, bob, carol } = s;
    const sent = await bob.send(channelId, 'words', world.clientId()).accepted();
    const input = { channelId, messageId: sent.id, category };
    return (await carol.call('report.create', input).accepted()).id;
  }
  const asked = (by: Person, input: InputOf<'report.statistics'> = {}): Promise<Statistics> =>
    by.call('report.statistics', input).accepted();
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);

  it('counts by state, category and day, and tells the median and the 90th percentile of the times', async () => {
    const found = await asked(admin);
    const { from, to, moderators, ...counts } = found;
    assert.equal(to - from, 30 * DAY);
    assert.deepEqual(counts, {
      total: 6,
      states: { open: 1, claimed: 1, resolved: 2, dismissed: 2 },
      categories: [
        { category: 'spam', made: 3 },
        { category: 'hate', made: 1 },
        { category: 'other', made: 1 },
        { category: 'violence', made: 1 },
      ],
      days: [
        { day: day(began), made: 5 },
        { day: day(began + 2 * DAY), made: 1 },
      ],
      // 1, 2, 3 and 4 seconds: half-way between the middle two, and 0.7 of the way from the third to the last.
      toClaim: { median: 2.5 * SECOND, p90: 3.7 * SECOND },
      // 0, 10, 10 and 20 seconds.
      toDecide: { median: 10 * SECOND, p90: 17 * SECOND },
    });
    assert.deepEqual(moderators, [
      { userId: here.keeper.userId, resolved: 2, dismissed: 1 },
      { userId: here.staff.userId, resolved: 0, dismissed: 1 },
    ]);
  });

  it('shows keepers those of their channels, others none, and who decided to admins and auditors alone', async () => {
    const auditor = await world.person('Auditor', { role: 'auditor' });
    const totals = async (person: Person) => {
      const { total, moderators } = await asked(person);
      return [total, moderators === null ? null : moderators.length];
    };
    assert.deepEqual(await totals(auditor), [6, 2]);
    assert.deepEqual(await totals(here.staff), [6, null]);
    assert.deepEqual(await totals(here.keeper), [5, null]);
    assert.deepEqual(await totals(there.alice), [1, null]);
    const nothing = await asked(here.bob);
    assert.deepEqual(
      [nothing.total, nothing.categories, nothing.days, nothing.toClaim, nothing.toDecide],
      [0, [], [], null, null],
    );
    const { channelId } = there;
    assert.equal((await asked(here.staff, { channelId })).total, 1);
    await here.keeper.call('report.statistics', { channelId }).refused('not_found');
  });

  it('counts for the holder of a role what report.list shows them, by channel or in all', async () => {
    const eve = await world.person('Eve');
    const permissions: InputOf<'role.create'>['permissions'] = ['channel.read', 'report.read'];
    const role = { name: 'report-reader', scope: 'channels', permissions } as const;
    const channelIds = [here.channelId];
    const joins = { channelId: here.channelId, userId: admin.userId, role: 'owner' } as const;
    await here.alice.call('member.add', joins).accepted();
    const { id: roleId } = await admin.call('role.create', { ...role, channelIds }).accepted();
    await admin.call('role.grant', { roleId, userId: eve.userId }).accepted();
    const { reports } = await eve.call('report.list', {}).accepted();
    assert.equal(reports.length, 5);
    assert.equal((await asked(eve)).total, 5);
    assert.equal((await asked(eve, { channelId: here.channelId })).total, 5);
  });

  it('keeps to the period, from its beginning to before its end', async () => {
    const at = { from: began, to: began + 1 };
    assert.equal((await asked(admin, at)).total, 5);
    assert.equal((await asked(admin, { from: began - HOUR, to: began })).total, 0);
    assert.equal((await asked(admin, { days: 1 })).total, 1);
    const foreign = await world.person('Foreign', {
      workspaceId: await world.anotherWorkspace(),
      role: 'admin',
    });
    assert.equal((await asked(foreign)).total, 0);
  });

  it('leaves a trace of who looked, and is there over HTTP', async () => {
    const reader = await world.person('Reader', { role: 'auditor' });
    await reader.http('GET', '/v1/reports/statistics?days=7').accepted();
    const text = `SELECT details FROM audit_event WHERE action = 'report.statistics' AND actor_id = $1`;
    const [entry, ...more] = await rows(world, text, reader.userId);
    assert.deepEqual(more, []);
    const { total, moderators } = entry?.['details'] as { total: number; moderators: number };
    assert.deepEqual([total, moderators], [6, 2]);
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    await misshapen(
      world,
      admin,
      'report.statistics',
      {},
      {
        nothing: { days: 0 },
        'more than a year': { days: 367 },
        'a period longer than a year': { from: 0 },
        'an end before the beginning': { from: 2, to: 1 },
        'its length twice': { from: began, days: 1 },
      },
    );
  });
});
