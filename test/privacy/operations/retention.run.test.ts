/** A run that somebody asks for begins at once, tells them how far it is, and readers what is gone. */
import assert from 'node:assert/strict';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { assertSealed, audited } from '../../chat/support.ts';
import { Ageing, ends } from '../retention/nodes.ts';
import { administrator, type Author } from '../support.ts';

describe('retention.run', () => {
  let world: World;
  let ageing: Ageing;
  let boss: Author;
  let bob: Person;
  before(async () => {
    world = await World.create();
    ageing = new Ageing(world);
    boss = await administrator(world);
    bob = await world.person('Bob');
  });
  after(async () => {
    await Promise.all([ageing.postgres.close(), world.end()]);
  });

  const run = (password = boss.resident.password) =>
    boss.person.call('retention.run', { reason: 'canary: now', password });

  it('removes what is too old, and members hear of it in the place of the log', async () => {
    const { id: channelId } = await world.channel(bob, [boss.person]);
    for (const body of ['1', '2', '3'])
      await bob.send(channelId, body, world.clientId()).accepted();
    await ageing.ages(channelId, 400, 2);
    const { runId, isNew } = await run().accepted();
    assert.equal(isNew, true);
    const told = await ends(boss.person, runId);
    assert.deepEqual([told.removed, told.due], [2, 2]);
    const { events } = await bob.hears('channel.events', (frame) =>
      frame.events.some(({ kind }) => kind === 'truncated'),
    );
    assert.deepEqual(
      events.map((event) => 'belowSeq' in event && event.belowSeq),
      [3],
    );
    const [event] = await audited(world, 'retention.run', runId);
    assertSealed(event, 'canary');
    assert.equal((await audited(world, 'retention.report' as never, runId)).length, 1);
  });

  it('is one at a time: who asks for another is told of the one there is', async () => {
    const open = await ageing.asked();
    assert.deepEqual(await run().accepted(), { runId: open, isNew: false });
    await ageing.node().run(open);
    const { runId, isNew } = await run().accepted();
    assert.deepEqual([runId === open, isNew], [false, true]);
    await ends(boss.person, runId);
  });

  it('is refused as invalid_credentials without the password, and as forbidden to others', async () => {
    await run('Wrong-1234').refused('invalid_credentials');
    for (const role of ['user', 'moderator', 'auditor'] as const) {
      const who = await world.person(role, { role });
      const asked = who.call('retention.run', { reason: 'x', password: 'Wrong-1234' });
      assert.ok(!(await asked).ok, 'only administrators have things removed');
    }
  });
});
