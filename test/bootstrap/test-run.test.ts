/** npm test brings services that exist for one run, beside whatever else is running. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clone, eventually, makeClone, processesOf } from '../support/bootstrap-clone.ts';
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
  beforeEach(async () => {
    clone = await makeClone();
    mkdirSync(clone.file('test'));
    mkdirSync(clone.file('tmp'));
    writeFileSync(clone.file('test', 'story.test.ts'), STORY);
    writeFileSync(
      clone.file('test', 'other.test.ts'),
      "it('is another one', () => { throw new Error('ran'); });",
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
  const nothingIsLeft = () => {
    assert.deepEqual(processesOf(clone.path, clone.outside), []);
    assert.deepEqual(
      readdirSync(clone.file('tmp')).filter((name) => name.startsWith('conclave-')),
      [],
    );
  };

  it('ends with the code of mocha, runs everything or just the paths it is given', async () => {
    const all = await run({ CONCLAVE_ROOT_KEYS: 'mine', DATABASE_URL: 'postgresql://production' });
    assert.equal(await all.ended(), 1);
    for (const line of [/1 passing/, /1 failing/]) assert.match(all.out() + all.err(), line);
    const one = await run({}, 'test/story.test.ts');
    assert.equal(await one.ended(), 0, one.out() + one.err());
    assert.match(one.out(), /1 passing/);
    nothingIsLeft();
  });

  it('runs all in two lanes, each on services of its own, and each story once', async () => {
    rmSync(clone.file('test', 'other.test.ts'));
    for (const name of ['a', 'b', 'c'])
      writeFileSync(clone.file('test', `${name}.test.ts`), COUNTED);
    const all = await run({ TEST_LANES: '2' });
    assert.equal(await all.ended(), 0, all.out() + all.err());
    assert.equal(new Set(databases()).size, 2);
    assert.equal(databases().length, 4);
    nothingIsLeft();
  });

  it('leaves the long stories to npm run soak, which runs nothing else', async () => {
    mkdirSync(clone.file('test', 'soak'));
    writeFileSync(
      clone.file('test', 'soak', 'long.test.ts'),
      "it('takes minutes', () => { if (!process.env['DATABASE_URL']) throw new Error('none'); });",
    );
    rmSync(clone.file('test', 'other.test.ts'));
    const short = await run();
    assert.equal(await short.ended(), 0, short.out() + short.err());
    assert.match(short.out(), /1 passing/);
    assert.doesNotMatch(short.out(), /takes minutes/);
    const long = await run({}, '--soak');
    assert.equal(await long.ended(), 0, long.out() + long.err());
    assert.match(long.out(), /takes minutes[^]*1 passing/);
    nothingIsLeft();
  });

  it('runs beside npm start and beside another npm test', async () => {
    const server = await (await start(clone)).ready();
    const hold = clone.file('hold');
    writeFileSync(hold, '');
    const both = [
      await run({ HOLD: hold }, 'test/story.test.ts'),
      await run({ HOLD: hold }, 'test/story.test.ts'),
    ];
    await eventually('both are in the middle of their test', () => databases().length === 2);
    assert.equal(new Set([...databases(), clone.seen()['DATABASE_URL']]).size, 3);
    rmSync(hold);
    for (const each of both) assert.equal(await each.ended(), 0, each.out() + each.err());
    assert.equal(await stop(server), 0);
    nothingIsLeft();
  });

  it('leaves nothing after Ctrl-C, and after a kill the next run cleans up', async () => {
    const hold = clone.file('hold');
    writeFileSync(hold, '');
    const first = await run({ HOLD: hold }, 'test/story.test.ts');
    await eventually('the test is running', () => databases().length === 1);
    assert.notEqual(await stop(first), 0);
    nothingIsLeft();

    const killed = await run({ HOLD: hold }, 'test/story.test.ts');
    await eventually('the test is running', () => databases().length === 2);
    killed.process.kill('SIGKILL');
    await eventually('the killed run is over', () => killed.process.signalCode !== null);
    const left = readdirSync(clone.file('tmp'));
    assert.ok(left.some((name) => existsSync(join(clone.file('tmp'), name, 'postgres'))));
    const next = await run({}, 'test/story.test.ts');
    assert.equal(await next.ended(), 0, next.err());
    nothingIsLeft();
  });
});
