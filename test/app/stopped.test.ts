/** A server that was stopped is nobody's any more: a process that makes many, as these stories do, holds none of them. */
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventually } from '../support/bootstrap-clone.ts';
import { World } from '../support/world.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** In a function of its own, so that no variable of the story holds what it looks for. */
async function stoppedApps(count: number): Promise<readonly WeakRef<object>[]> {
  const apps = [];
  for (let i = 0; i < count; i += 1) {
    const world = await World.create();
    const ada = await world.person('Ada');
    const { id } = await world.channel(ada, []);
    await ada.send(id, 'soon gone', world.clientId()).accepted();
    apps.push(new WeakRef(world.app));
    await world.end();
  }
  return apps;
}

describe('an app that was stopped', () => {
  it('is let go of, with all that it held', async () => {
    const apps = await stoppedApps(4);
    const left = () => {
      collect();
      return apps.filter((app) => app.deref() !== undefined).length;
    };
    // The last one may still stand on the stack of an engine that has not moved on.
    await eventually('none but the last is held', () => left() <= 1);
    assert.ok(left() <= 1);
  });
});
