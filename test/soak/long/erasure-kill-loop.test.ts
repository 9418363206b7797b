/** Killed before and after the commit of every step: each time another person, each time the same end. */
import assert from 'node:assert/strict';
import { World } from '../../support/world.ts';
import { Refusal } from '../../../src/kernel/index.ts';
import { Nodes, type Scene } from '../../privacy/cut-off.ts';
import { Killed, type Cut } from '../../privacy/node.ts';

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
          const cut = await killed(nodes, { n, when });
          await ran(nodes, cut);
          const found = await nodes.outcome(cut);
          assert.deepEqual(found, expected, `killed ${when} the commit of step ${n}`);
          console.log(`      step ${n}, killed ${when} its commit: ${String(found['state'])}`);
        }
    } finally {
      await Promise.all([nodes.postgres.close(), world.end()]);
    }
  });
});

/** A database that is too slow for a step says so, and nothing of the step was done: it is told from being killed. */
const isLate = (error: unknown) => error instanceof Refusal && error.code === 'unavailable';

async function killed(nodes: Nodes, cut: Cut): Promise<Scene> {
  for (;;) {
    const scene = await nodes.scene();
    const end: unknown = await nodes
      .one(cut)
      .run(scene.erasureId)
      .catch((error: unknown) => error);
    if (isLate(end)) continue; // somebody else, from the first step on
    assert.ok(end instanceof Killed, `it ended with ${String(end)}`);
    return scene;
  }
}

/** As the queue tries again. */
async function ran(nodes: Nodes, scene: Scene): Promise<void> {
  const { erasureId } = scene;
  for (let late = true; late;)
    late = await nodes
      .one()
      .run(erasureId)
      .then(
        () => false,
        (error: unknown) => {
          if (!isLate(error)) throw error;
          return true;
        },
      );
}
