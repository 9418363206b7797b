/** Whatever way a start ends, the next one is clean, and no process that is not ours is ever touched. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import pg from 'pg';
import { type Clone, eventually, makeClone, processesOf } from '../support/bootstrap-clone.ts';
import { bootstrap } from '../support/bootstrap-modules.ts';
import { start, stop } from '../support/bootstrap-start.ts';

describe('after a start was killed', () => {
  let clone: Clone;
  before(async () => (clone = await makeClone()));
  after(async () => await clone.remove());

  it('half a database is thrown away and made again', async () => {
    const killed = await start(clone);
    const folder = clone.file('var', 'postgres');
    const unfinished = () =>
      existsSync(folder) && readdirSync(folder).some((name) => /^unfinished-[0-9a-f]+$/.test(name));
    await eventually('the database is being made', unfinished);
    killed.process.kill('SIGKILL');
    await killed.ended();
    assert.equal(existsSync(clone.file('var', 'postgres', 'data')), false);
    const running = await (await start(clone)).ready();
    assert.deepEqual(readdirSync(folder), ['data']);
    await stop(running);
  });

  it('the server ends by itself, Postgres is ended by the next start, and no row is lost', async () => {
    const killed = await (await start(clone)).ready();
    const client = new pg.Client(clone.seen()['DATABASE_URL']);
    client.on('error', () => undefined);
    await client.connect();
    await client.query("INSERT INTO notes VALUES ('before the crash')");
    const orphans = clone.recorded();
    killed.process.kill('SIGKILL');
    await killed.ended();
    const { identityOf } = await bootstrap('process-identity');
    const alive = (kind: string) =>
      orphans.some(
        (child) => child.kind === kind && identityOf(child.pid).started === child.started,
      );
    await eventually('the server is gone', () => !alive('server'));
    assert.ok(alive('postgres'));

    const running = await (await start(clone)).ready();
    assert.match(running.out(), /Ended .*postgres, left behind by a start that was killed/);
    assert.equal(alive('postgres'), false);
    assert.equal(alive('redis'), false);
    const next = new pg.Client(clone.seen()['DATABASE_URL']);
    await next.connect();
    const { rows } = await next.query("SELECT text FROM notes WHERE text = 'before the crash'");
    assert.equal(rows.length, 1);
    await next.end();
    assert.equal(await stop(running), 0);
    assert.deepEqual(processesOf(clone.path), []);
  });

  it('a process that has one of the recorded ids by chance is left alone', async () => {
    // Of the same user as Postgres, which asks no further than whether the id is alive.
    const { uid, gid } = statSync(clone.file('var', 'postgres', 'data'));
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore', uid, gid });
    const pid = stranger.pid ?? 0;
    mkdirSync(clone.file('var', 'run'), { recursive: true });
    const record = ['postgres', 'redis', 'server'].map((kind) => ({
      kind,
      pid,
      started: 'earlier',
    }));
    writeFileSync(clone.file('var', 'run', 'services.json'), JSON.stringify(record));
    writeFileSync(
      clone.file('var', 'run', 'start.json'),
      JSON.stringify({ pid, started: 'earlier' }),
    );
    const misleading = `${pid}\n/elsewhere\n1\n5432\n\n127.0.0.1\n\nready   \n`;
    writeFileSync(clone.file('var', 'postgres', 'data', 'postmaster.pid'), misleading, {
      mode: 0o644,
    });
    const running = await (await start(clone)).ready();
    assert.equal(stranger.exitCode ?? stranger.signalCode, null);
    assert.doesNotMatch(running.out(), /Ended/);
    await stop(running);
    stranger.kill();
  });
});

describe('the ways to stop', () => {
  let clone: Clone;
  before(async () => (clone = await makeClone()));
  after(async () => await clone.remove());

  const drained = () =>
    /database system is shut down\n$/.test(
      readFileSync(clone.file('var', 'log', 'postgres.log'), 'utf8'),
    );

  it('Ctrl-C with npm in front reaches everyone at once, yet the server drains on a living database', async () => {
    const npm = await start(clone, { command: ['npm', 'start'], detached: true });
    await npm.ready();
    process.kill(-npm.pid, 'SIGINT');
    await npm.ended();
    await eventually('nothing is left', () => processesOf(clone.path).length === 0);
    assert.ok(drained());
    const running = await (await start(clone)).ready();
    const client = new pg.Client(clone.seen()['DATABASE_URL']);
    await client.connect();
    assert.equal((await client.query("SELECT FROM notes WHERE text = 'drained'")).rowCount, 1);
    await client.end();
    await stop(running);
  });

  it('a terminal that closes and a SIGTERM stop it in good order', async () => {
    for (const signal of ['SIGHUP', 'SIGTERM'] as const) {
      const running = await (await start(clone)).ready();
      running.process.kill(signal);
      assert.equal(await running.ended(), 0);
      assert.ok(drained());
    }
    assert.deepEqual(processesOf(clone.path), []);
  });

  it('an npm that is killed takes everything with it', async () => {
    const npm = await start(clone, { command: ['npm', 'start'], detached: true });
    await npm.ready();
    process.kill(npm.pid, 'SIGKILL');
    await eventually('nothing is left', () => processesOf(clone.path).length === 0);
    assert.ok(drained());
  });

  it('Ctrl-C before the start is complete leaves nothing either, and no complaint', async () => {
    const running = await start(clone);
    await eventually('Postgres is being started', () =>
      clone.recorded().some(({ kind }) => kind === 'postgres'),
    );
    assert.equal(await stop(running), 0);
    assert.equal(running.err(), '');
    assert.deepEqual(processesOf(clone.path), []);
  });
});
