/** An erasure that is cut off anywhere, before a commit or after it, is finished by the next run, and says the same. */
import assert from 'node:assert/strict';
import { World } from '../support/world.ts';
import { Nodes } from './cut-off.ts';
import { Killed } from './node.ts';

const DAY = 24 * 60 * 60_000;

describe('an erasure that is cut off', () => {
  let world: World;
  let nodes: Nodes;
  before(async () => {
    world = await World.create();
    nodes = new Nodes(world);
  });
  after(async () => {
    await Promise.all([nodes.postgres.close(), world.end()]);
  });

  it('again and again, at each step in turn, comes to the same end as one that is not', async () => {
    const whole = await nodes.scene();
    await nodes.one().run(whole.erasureId);
    const expected = await nodes.outcome(whole);
    assert.deepEqual(
      [expected['state'], expected['status'], expected['texts'], expected['recorded']],
      ['done', 'erased', 0, 1],
    );
    const cut = await nodes.scene();
    let kills = 0;
    for (let isOver = false; !isOver; kills += 1) {
      assert.ok(kills < 100, 'it goes on');
      // One step further each second time: the first of the two is undone.
      const node = nodes.one({ n: 1, when: kills % 2 === 0 ? 'before' : 'after' });
      await assert.rejects(node.run(cut.erasureId), Killed);
      isOver = (await nodes.outcome(cut))['state'] === 'done';
    }
    assert.ok(kills >= 20, `killed ${kills} times`);
    assert.deepEqual(await nodes.outcome(cut), expected);
  });

  it('destroys nothing that could not be written down first: the disk is full', async function () {
    if (process.platform !== 'linux') this.skip();
    const fresh = await World.create();
    const others = new Nodes(fresh);
    try {
      const full = await others.scene();
      await assert.rejects(others.one(null, '/dev/full').run(full.erasureId), /ENOSPC/);
      const { state, ...left } = await others.outcome(full);
      assert.equal(state, 'running');
      assert.deepEqual(
        [left['subject_keys'], left['data_keys'], left['status'], left['texts']],
        [1, 1, 'active', 2],
      );
      await others.one().run(full.erasureId);
      assert.equal((await others.outcome(full))['state'], 'done');
    } finally {
      await Promise.all([others.postgres.close(), fresh.end()]);
    }
  });

  it('is not begun before its time, whatever the clock of the queue says', async () => {
    const early = await nodes.scene();
    const before = await nodes.outcome(early);
    const dueAt = new Date(world.clock.now().getTime() + 30 * DAY);
    const text = `UPDATE erasure SET due_at = $2 WHERE id = $1`;
    await world.database.query(text, [early.erasureId, dueAt]);
    await nodes.one().run(early.erasureId);
    assert.deepEqual(await nodes.outcome(early), before);
  });
});
