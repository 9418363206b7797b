/** Admins read the two numbers of each day, page by page; nobody else does. */
import assert from 'node:assert/strict';
import { misshapen, rows } from '../../chat/support.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';

describe('usage.read', () => {
  let world: World;
  let admin: Person;
  before(async () => {
    world = await World.create();
    admin = await world.person('Admin', { role: 'admin' });
    const text = `INSERT INTO usage_day VALUES ($1, '2026-11-01', 7, 30, now()),
      ($1, '2026-11-02', NULL, NULL, now()), ($1, '2026-11-03', 5, 12, now()), ($2, '2026-11-03', 9, 9, now())`;
    await rows(world, text, world.workspaceId, await world.anotherWorkspace());
  });
  after(() => world.end());

  it('shows the days of the workspace, the newest first, page by page', async () => {
    const first = await admin.call('usage.read', { limit: 2 }).accepted();
    assert.deepEqual(first, {
      days: [
        { day: '2026-11-03', people: 5, messages: 12 },
        { day: '2026-11-02', people: null, messages: null },
      ],
      more: true,
      fewestPeople: 5,
    });
    const path = '/v1/usage?before=2026-11-02';
    const rest = await admin.http<typeof first>('GET', path).accepted();
    assert.deepEqual(
      [rest.days, rest.more],
      [[{ day: '2026-11-01', people: 7, messages: 30 }], false],
    );
  });

  it('is refused to everybody who does not administer the workspace', async () => {
    for (const role of ['user', 'moderator', 'auditor', 'guest'] as const)
      await (await world.person(role, { role })).call('usage.read', {}).refused('forbidden');
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    await misshapen(
      world,
      admin,
      'usage.read',
      { limit: 1 },
      {
        nothing: { limit: 0 },
        'more than two years': { limit: 732 },
        'a day that there is not': { before: '2026-02-30' },
        'no day': { before: 'x' },
      },
    );
  });
});
