/** npm test brings services that exist for one run, beside whatever else is running. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Clone, eventually, makeClone, processesOf } from '../support/bootstrap-clone.ts';
import { bootstrap, type Identity } from '../support/bootstrap-modules.ts';
import { type Running, start, stop } from '../support/bootstrap-start.ts';

const STORY = `
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import pg from 'pg';
import { Redis } from 'ioredis';
it('runs on services of its own', async () => {
  const env = process.env;
  assert.equal(env['NODE_ENV'], 'test');
  assert.equal(env['CONCLAVE_ROOT_KEYS'], undefined);
  const client = new pg.Client(env['DATABASE_URL']);
  await client.connect();
  assert.equal((await client.query('SHOW fsync')).rows[0].fsync, 'off');
  assert.equal((await client.query('SELECT * FROM notes')).rowCount, 0);
  await client.query("INSERT INTO notes VALUES ('mine')");
  await client.end();
  const redis = new Redis(env['REDIS_URL'] ?? '');
  assert.equal(await redis.set('here', '1', 'NX'), 'OK');
  redis.disconnect();
  appendFileSync('ran.log', env['DATABASE_URL'] + '\\n');
  while (env['HOLD'] && existsSync(env['HOLD'])) await new Promise((done) => setTimeout(done, 15));
});
`;

const COUNTED = `
import { appendFileSync } from 'node:fs';
it('runs', () => appendFileSync('ran.log', process.env['DATABASE_URL'] + '\\n'));
`;

describe('npm test', () => {
  let clone: Clone;
  let identityOf: (pid: number) => Identity;
  beforeEach(async () => {
    ({ identityOf } = await bootstrap('process-identity'));
    clone = await makeClone();
    mkdirSync(clone.file('test'));
    mkdirSync(clone.file('tmp'));
    writeFileSync(clone.file('test', 'story.test.ts'), STORY);
    writeFileSync(
      clone.file('test', 'other.test.ts'),
      "it('is another one', () => { throw new Error('ran'); });",
    );
    mkdirSync(clone.file('test', 'soak'));
    writeFileSync(
      clone.file('test', 'soak', 'long.test.ts'),
      "it('takes minutes', () => { if (!process.env['DATABASE_URL']) throw new Error('none'); });",
    );
  });
  afterEach(async () => await clone.remove());

  const run = (env: Record<string, string> = {}, ...args: string[]): Promise<Running> =>
    start(clone, {
      command: [process.execPath, 'scripts/test.mjs', ...args],
      // One lane, where a story does not say so: each has services of its own to start.
      env: { TMPDIR: clone.file('tmp'), TEST_LANES: '1', ...env },
    });
  const databases = () =>
    existsSync(clone.file('ran.log'))
      ? readFileSync(clone.file('ran.log'), 'utf8').trim().split('\n')
      : [];
  /** What runs that have not ended keep, by the names of the folders. */
  const states = () =>
    readdirSync(clone.file('tmp')).filter((name) => name.startsWith('conclave-'));
  const servicesOf = (state: string) => {
    const record = readFileSync(clone.file('tmp', state, 'run', 'services.json'), 'utf8');
    return JSON.parse(record) as Identity[];
  };
  const isRunning = ({ pid, started }: Identity) => identityOf(pid).started === started;
  const nothingIsLeft = () => {
    assert.deepEqual(processesOf(clone.path, clone.outside), []);
    assert.deepEqual(states(), []);
  };

  it('runs all but the long stories in two lanes, each on services of its own, and ends with the code of mocha', async () => {
    for (const name of ['a', 'b']) writeFileSync(clone.file('test', `${name}.test.ts`), COUNTED);
    const own = { CONCLAVE_ROOT_KEYS: 'mine', DATABASE_URL: 'postgresql://production' };
    const all = await run({ TEST_LANES: '2', ...own });
    assert.equal(await all.ended(), 1);
    const said = all.out() + all.err();
    assert.match(said, /1 failing/);
    assert.doesNotMatch(said, /takes minutes/);
    assert.equal(databases().length, 3, 'each once');
    assert.equal(new Set(databases()).size, 2);
    nothingIsLeft();
  });

  it('runs just the paths it is given, and as npm run soak the long stories and nothing else', async () => {
    const one = await run({}, 'test/story.test.ts');
    assert.equal(await one.ended(), 0, one.out() + one.err());
    assert.match(one.out(), /1 passing/);
    const long = await run({}, '--soak');
    assert.equal(await long.ended(), 0, long.out() + long.err());
    assert.match(long.out(), /takes minutes[^]*1 passing/);
    nothingIsLeft();
  });

  it('runs beside npm start and another npm test, leaves nothing after Ctrl-C, and cleans up after one that was killed', async () => {
    const hold = clone.file('hold');
    writeFileSync(hold, '');
    const server = await (await start(clone)).ready();
    const first = await run({ HOLD: hold }, 'test/story.test.ts');
    await eventually('the first is in the middle of its test', () => databases().length === 1);
    const [its = ''] = states();
    const services = servicesOf(its);
    assert.ok(services.length >= 2 && services.every(isRunning));
    const second = await run({ HOLD: hold }, 'test/story.test.ts');
    await eventually('so is the second', () => databases().length === 2);
    assert.equal(new Set([...databases(), clone.seen()['DATABASE_URL']]).size, 3);

    assert.notEqual(await stop(first), 0);
    assert.deepEqual(services.filter(isRunning), []);
    const [others = '', ...more] = states();
    assert.deepEqual([others === its, more], [false, []]);
    const abandoned = servicesOf(others);
    assert.ok(abandoned.length >= 2);

    second.process.kill('SIGKILL');
    await eventually('the killed run is over', () => second.process.signalCode !== null);
    assert.ok(existsSync(clone.file('tmp', others, 'postgres')));
    rmSync(hold);
    const next = await run({}, 'test/story.test.ts');
    assert.equal(await next.ended(), 0, next.out() + next.err());
    assert.deepEqual(abandoned.filter(isRunning), []);
    assert.equal(await stop(server), 0);
    nothingIsLeft();
  });
});
