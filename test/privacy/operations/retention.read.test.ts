/** Who may look at the trail sees how long what is kept, a page of channels at a time, and how late it is. */
import assert from 'node:assert/strict';
import { World } from '../../support/world.ts';
import { quietChannel } from '../../chat/support.ts';
import { Ageing } from '../retention/nodes.ts';
import { administrator, type Author } from '../support.ts';

describe('retention.read', () => {
  let world: World;
  let boss: Author;
  before(async () => {
    world = await World.create();
    boss = await administrator(world);
  });
  after(() => world.end());

  it('says what is usual where nobody said otherwise', async () => {
    const auditor = await world.person('Auditor', { role: 'auditor' });
    const { workspace, channels, lag } = await auditor.call('retention.read', {}).accepted();
    assert.deepEqual(
      workspace.map(({ kind, days, setBy }) => [kind, days, setBy]),
      [
        ['messages', 365, null],
        ['access-logs', 90, null],
        ['analytics', 730, null],
      ],
    );
    assert.deepEqual([channels, lag], [[], null]);
  });

  it('gives channels that have it otherwise in pages, each once', async () => {
    const { password } = boss.resident;
    const set = { kind: 'messages', days: 100, reason: 'a rule', password } as const;
    const made = [];
    for (let n = 0; n < 3; n += 1) {
      const { id: channelId } = await quietChannel(world, boss.person);
      await boss.person.call('retention.set', { ...set, channelId }).accepted();
      made.push(channelId);
    }
    const first = await boss.person.call('retention.read', { limit: 2 }).accepted();
    assert.ok(first.next);
    const more = { after: first.next, limit: 2 };
    const second = await boss.person.call('retention.read', more).accepted();
    assert.equal(second.next, null);
    const all = [...first.channels, ...second.channels];
    assert.deepEqual(all.map(({ channelId }) => channelId).sort(), made.sort());
    assert.ok(all.every(({ days, setBy }) => days === 100 && setBy === boss.person.userId));
  });

  it('says by how much the oldest had outstayed its time, as the newest run found it', async () => {
    const ageing = new Ageing(world);
    const { id } = await quietChannel(world, boss.person, [], { sayings: ['old'] });
    await ageing.ages(id, 375);
    await ageing.node().run(await ageing.asked());
    await ageing.postgres.close();
    const { lag } = await boss.person.call('retention.read', {}).accepted();
    const days = lag?.kinds.map(({ kind, lagMs }) => [kind, Math.round(lagMs / 86_400_000)]);
    assert.deepEqual(days, [
      ['messages', 10],
      ['access-logs', 0],
      ['analytics', 0],
    ]);
  });

  it('is refused to who may not look at the trail', async () => {
    const user = await world.person('User');
    await user.call('retention.read', {}).refused('forbidden');
  });
});
