/** Holds are shown to administrators, page by page, with their reasons, and reading them is on record. */
import assert from 'node:assert/strict';
import { World } from '../../support/world.ts';
import { rows } from '../../chat/support.ts';
import { administrator, author } from '../support.ts';

describe('hold.list', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('shows them in order, a page at a time, with what each keeps and why', async () => {
    const boss = await administrator(world);
    const { password } = boss.resident;
    const { person } = await author(world);
    const { id: channelId } = await world.channel(boss.person);
    const about = [{ userId: person.userId }, { channelId, from: 5, to: 9 }];
    for (const [i, one] of about.entries())
      await boss.person.call('hold.place', { ...one, reason: `case ${i}`, password }).accepted();
    const first = await boss.person.call('hold.list', { limit: 1 }).accepted();
    assert.ok(first.next);
    const second = await boss.person.call('hold.list', { after: first.next }).accepted();
    assert.equal(second.next, null);
    assert.deepEqual(
      [...first.holds, ...second.holds].map(({ userId, channelId: where, from, to, reason }) => {
        return { userId, where, from, to, reason };
      }),
      [
        { userId: person.userId, where: null, from: null, to: null, reason: 'case 0' },
        { userId: null, where: channelId, from: 5, to: 9, reason: 'case 1' },
      ],
    );
    const text = `SELECT FROM audit_event WHERE action = 'hold.list' AND workspace_id = $1`;
    assert.equal((await rows(world, text, world.workspaceId)).length, 2);
  });

  it('is refused as forbidden to everybody else', async () => {
    for (const role of ['user', 'moderator', 'auditor', 'guest'] as const) {
      const person = await world.person('Somebody', { role });
      await person.call('hold.list', {}).refused('forbidden');
    }
  });
});
