/** At a terminal a person is told what an erasure means, and goes on for a word alone; the password is shown to nobody. */
import assert from 'node:assert/strict';
import { LAUNCHER, Machinery, newcomer } from '../cli/support.ts';
import { Terminal } from '../cli/terminal.ts';
import { World } from '../support/world.ts';

describe('soak: conclave me erase at a terminal', function () {
  this.timeout(60_000);
  let world: World;
  let home: Machinery;
  before(async () => {
    home = new Machinery();
    world = await World.create();
  });
  after(async () => {
    home.end();
    await world.end();
  });

  it('does nothing for another word, and what was asked for after the right one', async function () {
    const { password } = await newcomer(home, world, 'Ada');
    const words = ['me', 'erase', '--server', world.url, '--profile', 'ada'];
    const run = () =>
      Terminal.run([process.execPath, LAUNCHER, ...words], home.environment()) ?? this.skip();
    const first = run();
    await first.shows('begins in 7 days');
    await first.shows('Type erase');
    first.type('yes\r');
    assert.equal(await first.ended, 2);
    const second = run();
    await second.shows('Type erase');
    second.type('erase\r');
    await second.shows('Password');
    second.type(`${password}\r`);
    await second.shows('shown this once: ');
    assert.equal(await second.ended, 0);
    assert.ok(!second.seen.includes(password));
  });
});
