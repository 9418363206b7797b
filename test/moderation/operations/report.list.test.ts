/** Listing: one's own reports, or those of the channels whose reports one may read, a page at a time. */
import assert from 'node:assert/strict';
import type { ReportId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { misshapen, rows } from '../../chat/support.ts';
import { scene, type Scene } from '../support.ts';

describe('report.list', () => {
  let world: World;
  let here: Scene;
  let there: Scene;
  let ids: ReportId[];
  before(async () => {
    world = await World.create();
    [here, there] = [await scene(world, 'said here'), await scene(world, 'said there')];
    ids = [];
    for (const { channelId, messageId, carol, alice } of [here, there])
      for (const person of [carol, alice]) {
        const input = { channelId, messageId, category: 'spam' } as const;
        world.clock.forward(1);
        ids.push((await person.call('report.create', input).accepted()).id);
      }
  });
  after(() => world.end());

  const seen = async (person: Person, input: object = {}) =>
    (await person.call('report.list', input).accepted()).reports.map(({ id }) => id);

  it('shows keepers those of their channels, staff and auditors all, everybody their own', async () => {
    const auditor = await world.person('Auditor', { role: 'auditor' });
    assert.deepEqual(await seen(here.keeper), ids.slice(0, 2));
    assert.deepEqual(await seen(there.alice), ids.slice(2));
    assert.deepEqual(await seen(here.staff), ids);
    assert.deepEqual(await seen(auditor), ids);
    assert.deepEqual(await seen(here.bob), []);
    assert.deepEqual(await seen(there.carol, { of: 'mine' }), [ids[2]]);
    assert.deepEqual(await seen(there.bob, { of: 'mine' }), []);
  });

  it('shows the message to who handles reports there, and to auditors only that there is one', async () => {
    const auditor = await world.person('Auditor', { role: 'auditor' });
    const bodies = async (person: Person) =>
      (await person.call('report.list', {}).accepted()).reports.map(({ message }) => message?.body);
    assert.deepEqual(await bodies(here.keeper), ['said here', 'said here']);
    assert.equal((await bodies(here.staff)).at(-1), 'said there');
    assert.deepEqual(await bodies(auditor), [null, null, null, null]);
  });

  it('is on record when it shows what others said: who read, whose it was, and how much', async () => {
    const trail = (person: Person) =>
      rows(
        world,
        `SELECT resource_id, subject_id, details FROM audit_event
         WHERE action = 'report.list' AND actor_id = $1 ORDER BY id`,
        person.userId,
      );
    const reader = await world.person('Reader', { role: 'moderator' });
    await seen(reader);
    const { channelId } = there;
    await seen(reader, { channelId });
    await seen(reader, { channelId, state: 'resolved' });
    const [all, one, ...more] = await trail(reader);
    const authors = [here.bob.userId, there.bob.userId].join(' ');
    assert.deepEqual(all, {
      ...{ resource_id: null, subject_id: null },
      details: { reports: 4, messages: 4, authors },
    });
    assert.deepEqual(one, {
      ...{ resource_id: channelId, subject_id: there.bob.userId },
      details: { reports: 2, messages: 2, authors: there.bob.userId },
    });
    assert.deepEqual(more, [], 'nothing was read');
    const auditor = await world.person('Auditor', { role: 'auditor' });
    await seen(auditor);
    const [withheld] = await trail(auditor);
    assert.deepEqual(withheld?.['details'], { reports: 4, messages: 0, authors: '' });
    await seen(there.carol, { of: 'mine' });
    assert.deepEqual(await trail(there.carol), []);
  });

  it('pages in the order of reporting, by channel and by state', async () => {
    const { staff } = here;
    const first = await staff.call('report.list', { limit: 3 }).accepted();
    assert.deepEqual([first.reports.map(({ id }) => id), first.more], [ids.slice(0, 3), true]);
    const after = first.reports.at(-1)?.id;
    const last = await staff.call('report.list', { limit: 3, after }).accepted();
    assert.deepEqual([last.reports.map(({ id }) => id), last.more], [ids.slice(3), false]);
    assert.deepEqual(await seen(staff, { channelId: there.channelId }), ids.slice(2));
    await staff.call('report.claim', { reportId: ids[1] as ReportId }).accepted();
    assert.deepEqual(await seen(staff, { state: 'claimed' }), [ids[1]]);
  });

  it('of a channel whose reports one may not read is refused as not_found', async () => {
    const { channelId } = there;
    await here.keeper.call('report.list', { channelId }).refused('not_found');
    await there.carol.call('report.list', { channelId }).refused('not_found');
    await here.staff.http('GET', `/v1/reports?channelId=${channelId}&limit=2`).accepted();
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    await misshapen(
      world,
      here.staff,
      'report.list',
      {},
      {
        nothing: { limit: 0 },
        'a state that there is not': { state: 'lost' },
      },
    );
  });
});
