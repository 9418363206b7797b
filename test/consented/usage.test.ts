/** Statistics count who consents, from then on and no longer, and keep nothing of a handful. */
import assert from 'node:assert/strict';
import type { ChannelId } from '../../src/contract/index.ts';
import { readConfig } from '../../src/config.ts';
import type { JobRows, Jobs } from '../../src/consented/jobs.ts';
import { usageStore } from '../../src/consented/usage-store.ts';
import { countDays } from '../../src/consented/usage.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { consentsOf } from '../../src/privacy/index.ts';
import { rows } from '../chat/support.ts';
import { DAY, MINUTE } from '../support/hand-clock.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { gives, runs, withdraws } from './support.ts';

describe('the statistics of a workspace', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
    // Noon, so that all of a story is on one day.
    world.clock.forward(DAY - (world.clock.now().getTime() % DAY) + DAY / 2);
  });
  afterEach(() => world.end());

  async function crowd(size: number): Promise<{ people: Person[]; channelId: ChannelId }> {
    const people: Person[] = [];
    for (let i = 0; i < size; i += 1) people.push(await world.person(`Person ${i}`));
    const [first, ...others] = people as [Person, ...Person[]];
    return { people, channelId: (await world.channel(first, others)).id };
  }
  const speak = async (person: Person, channelId: ChannelId, times = 1) => {
    for (let i = 0; i < times; i += 1)
      await person.send(channelId, 'words', world.clientId()).accepted();
  };
  const count = () => runs(world, 'consented.count-days');
  const shown = async () => {
    const admin = await world.person('Admin', { role: 'admin' });
    const { days } = await admin.call('usage.read', {}).accepted();
    return days.map(({ people, messages }) => [people, messages]);
  };

  it('count the messages of those who consent, since they did, each day once', async () => {
    const { people, channelId } = await crowd(7);
    const [never, late, ...others] = people as [Person, Person, ...Person[]];
    for (const person of others) await gives(person, 'analytics');
    for (const person of people) await speak(person, channelId, 2);
    world.clock.forward(MINUTE);
    await gives(late, 'analytics');
    await count();
    assert.deepEqual(await shown(), [], 'the day is not over');
    await speak(never, channelId);
    world.clock.forward(DAY);
    await count();
    assert.deepEqual(await shown(), [[5, 10]]);
    world.clock.forward(2 * DAY);
    await count();
    await count();
    const slept = [null, null];
    assert.deepEqual(await shown(), [slept, slept, [5, 10]], 'what a server slept through as well');
  });

  it('do not count who withdrew, whatever they wrote before, and keep no number of a handful', async () => {
    const { people, channelId } = await crowd(6);
    for (const person of people) await gives(person, 'analytics');
    for (const person of people) await speak(person, channelId, 3);
    const [one, other] = people as [Person, Person];
    await withdraws(one, 'analytics');
    world.clock.forward(DAY);
    await count();
    assert.deepEqual(await shown(), [[5, 15]]);
    await rows(world, 'DELETE FROM usage_day WHERE workspace_id = $1', world.workspaceId);
    const taken = `INSERT INTO consent SELECT workspace_id, user_id, 2, purpose, version, 'withdrawn', at, source
      FROM consent WHERE user_id = $1`;
    await rows(world, taken, other.userId);
    await count();
    assert.deepEqual(await shown(), [[null, null]]);
  });

  it('drop what was gathered of who withdraws while they are made', async () => {
    const { people, channelId } = await crowd(6);
    for (const person of people) await gives(person, 'analytics');
    for (const person of people) await speak(person, channelId);
    const [last] = people as [Person];
    world.clock.forward(DAY);
    const postgres = new Postgres({ ...readConfig(process.env).database, connections: 1 });
    const withdrawal = `INSERT INTO consent SELECT workspace_id, user_id, 2, purpose, version, 'withdrawn', at, source
      FROM consent WHERE user_id = $1`;
    const within: Jobs['within'] = async (workspaceId, work) => {
      const step = { isTally: false };
      const result = await postgres.transaction(workspaceId, 'own', (tx) => {
        const usage = usageStore(tx, workspaceId);
        const tally: typeof usage.tally = (...asked) => {
          step.isTally = true;
          return usage.tally(...asked);
        };
        const consents = consentsOf(tx, workspaceId);
        return work({ consents, usage: { ...usage, tally } } as unknown as JobRows);
      });
      if (step.isTally) await rows(world, withdrawal, last.userId);
      return result;
    };
    await countDays({ clock: world.clock, within }, world.workspaceId);
    await postgres.close();
    assert.deepEqual(await shown(), [[5, 5]]);
  });

  it('are not made of accounts that are not in use, nor for an older text', async () => {
    const { people, channelId } = await crowd(6);
    for (const person of people) await gives(person, 'analytics');
    for (const person of people) await speak(person, channelId);
    const [locked, older] = people as [Person, Person];
    await rows(world, `UPDATE account SET status = 'locked' WHERE id = $1`, locked.userId);
    world.clock.forward(DAY);
    await count();
    assert.deepEqual(await shown(), [[5, 5]]);
    await rows(world, 'DELETE FROM usage_day WHERE workspace_id = $1', world.workspaceId);
    await rows(world, 'UPDATE consent SET version = 7 WHERE user_id = $1', older.userId);
    await count();
    assert.deepEqual(await shown(), [[null, null]]);
  });

  it('are kept for 730 days, whether or not anybody consents by then', async () => {
    const text = `INSERT INTO usage_day SELECT $1, $2::date - days, 5, days, now() FROM unnest($3::int[]) days`;
    await rows(world, text, world.workspaceId, world.clock.now(), [730, 731, 900]);
    await count();
    assert.deepEqual(await shown(), [[5, 730]]);
    world.clock.forward(DAY);
    await count();
    assert.deepEqual(await shown(), []);
  });

  it('end with the last who consents: nothing is counted, and no job is left that would look', async () => {
    const jobs = () =>
      rows(
        world,
        'SELECT FROM graphile_worker.jobs WHERE key LIKE $1',
        `${world.workspaceId}:consented.count-days%`,
      );
    const { people, channelId } = await crowd(1);
    const [ada] = people as [Person];
    await speak(ada, channelId);
    await gives(ada, 'analytics');
    await count();
    assert.equal((await jobs()).length, 1);
    await withdraws(ada, 'analytics');
    world.clock.forward(DAY);
    await count();
    assert.equal((await jobs()).length, 0);
    assert.deepEqual(await shown(), []);
  });
});
