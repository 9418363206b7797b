/** The fault suite itself is alive: three of its scenarios in small, with every promise kept and every fault felt. */
import assert from 'node:assert/strict';
import { violations } from './checker.ts';
import { House } from './house.ts';
import { gather, type Cast } from './people.ts';
import { run, type Outcome } from './run.ts';
import { schedule, type Size } from './schedule.ts';
import { SCENARIOS } from './scenarios.ts';

const SIZE: Size = { sends: 100, milliseconds: 2_000, channels: 1, writersPerChannel: 6 };
const FEWEST = 75;

describe('the fault suite', function () {
  this.timeout(180_000);
  let house: House;
  let cast: Cast;
  const seen: Outcome[] = [];
  before(async () => {
    house = await House.open({ ownPostgres: false });
    cast = await gather(house, SIZE);
  });
  after(async () => {
    cast.leave();
    await house.end();
  });

  async function outcomeOf(name: string): Promise<Outcome> {
    const scenario = SCENARIOS.find((one) => one.name === name);
    assert.ok(scenario);
    return run(scenario, { house, cast, size: SIZE, seed: 1, fewest: FEWEST });
  }

  for (const name of ['node-killed', 'redis-killed', 'ack-lost'])
    it(`finds every promise kept in ${name}`, async () => {
      const outcome = await outcomeOf(name);
      seen.push(outcome);
      const { violations, invalid, history, resumes } = outcome;
      assert.deepEqual([violations, invalid], [[], null]);
      assert.equal(history.log.length >= FEWEST, true, 'what was acknowledged is there');
      assert.ok(history.views.some(({ is }) => is === 'frame'));
      assert.deepEqual(
        history.memberships.map(({ is }) => is),
        ['removed', 'added'],
      );
      const readers = new Set(history.finalViews.map(({ user, node }) => `${user} ${node}`));
      assert.ok(readers.size >= 2 * cast.everybody.length, 'everybody read on both nodes');
      if (name === 'node-killed')
        assert.ok(resumes > 0, 'who was on it read back what they missed');
    });

  it('would name a message that was acknowledged and is gone', () => {
    const [{ history } = assert.fail('nothing was run')] = seen;
    const log = history.log.slice(0, -1);
    const found = violations({ ...history, log }, { revocationBoundMs: 5_000 });
    assert.ok(found.some(({ check }) => check === 'C1'));
    assert.ok(found.some(({ check }) => check === 'C4'));
  });

  it('plans the same sends and the same moments for the same seed, and others for another', () => {
    const [one, same, other] = [7, 7, 8].map((seed) => schedule(seed, 'a name', SIZE));
    assert.deepEqual(one, same);
    assert.notDeepEqual(one, other);
    assert.notDeepEqual(one, schedule(7, 'another name', SIZE));
  });
});
