/** A run that somebody asks for begins at once, tells them how far it is, and readers what is gone. */
import assert from 'node:assert/strict';
import { assertSealed, audited } from '../../chat/support.ts';
import { AgeingWorld } from '../retention/ageing-world.ts';
import { ends } from '../retention/nodes.ts';
import { authorAs } from '../support.ts';

describe('retention.run', () => {
  let at: AgeingWorld;
  before(async () => {
    at = await AgeingWorld.create();
  });
  after(() => at.end());

  const run = (password = at.boss.resident.password) =>
    at.boss.person.call('retention.run', { reason: 'canary: now', password });

  it('removes what is too old, and members hear of it in the place of the log', async () => {
    const { id: channelId } = await at.world.channel(at.bob, [at.boss.person]);
    for (const body of ['1', '2', '3'])
      await at.bob.send(channelId, body, at.world.clientId()).accepted();
    await at.ageing.ages(channelId, 400, 2);
    const { runId, isNew } = await run().accepted();
    assert.equal(isNew, true);
    const told = await ends(at.boss.person, runId);
    assert.deepEqual([told.removed, told.due], [2, 2]);
    const { events } = await at.bob.hears('channel.events', (frame) =>
      frame.events.some(({ kind }) => kind === 'truncated'),
    );
    assert.deepEqual(
      events.map((event) => 'belowSeq' in event && event.belowSeq),
      [3],
    );
    const [event] = await audited(at.world, 'retention.run', runId);
    assertSealed(event, 'canary');
    assert.equal((await audited(at.world, 'retention.report' as never, runId)).length, 1);
  });

  it('is one at a time: who asks for another is told of the one there is', async () => {
    const open = await at.ageing.asked();
    assert.deepEqual(await run().accepted(), { runId: open, isNew: false });
    await at.ageing.node().run(open);
    const { runId, isNew } = await run().accepted();
    assert.deepEqual([runId === open, isNew], [false, true]);
    await ends(at.boss.person, runId);
  });

  it('is refused as invalid_credentials without the password, and as forbidden to others', async () => {
    await run('Wrong-1234').refused('invalid_credentials');
    for (const role of ['user', 'moderator', 'auditor'] as const) {
      const { person, resident } = await authorAs(at.world, role);
      const input = { reason: 'x', password: resident.password };
      await person.call('retention.run', input).refused('forbidden');
    }
  });
});
