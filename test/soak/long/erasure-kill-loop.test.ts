/** Killed before and after the commit of every step: each time another person, each time the same end. */
import assert from 'node:assert/strict';
import { World } from '../../support/world.ts';
import { Killed, Nodes } from '../../privacy/cut-off.ts';

describe('an erasure that is killed once, at every step', function () {
  this.timeout(600_000);

  it('comes to the same end as one that is not', async () => {
    const world = await World.create();
    const nodes = new Nodes(world);
    try {
      const whole = await nodes.scene();
      const undisturbed = nodes.one();
      await undisturbed.run(whole.erasureId);
      const expected = await nodes.outcome(whole);
      const steps = undisturbed.transactions();
      assert.ok(steps >= 10, `${steps} transactions`);
      for (let n = 1; n <= steps; n += 1)
        for (const when of ['before', 'after'] as const) {
          const cut = await nodes.scene();
          await assert.rejects(nodes.one({ n, when }).run(cut.erasureId), Killed);
          await nodes.one().run(cut.erasureId);
          const found = await nodes.outcome(cut);
          assert.deepEqual(found, expected, `killed ${when} the commit of step ${n}`);
          console.log(`      step ${n}, killed ${when} its commit: ${String(found['state'])}`);
        }
    } finally {
      await Promise.all([nodes.postgres.close(), world.end()]);
    }
  });
});
