/** What npm start promises to a person in a fresh clone on a machine with nothing on it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import pg from 'pg';
import { type Clone, eventually, makeClone, processesOf } from '../support/bootstrap-clone.ts';
import { start, stop, unusedPort } from '../support/bootstrap-start.ts';

/** The words of a process; none when it has ended since it was listed. */
function argumentsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

describe('npm start in a fresh clone', () => {
  let clone: Clone;
  before(async () => (clone = await makeClone()));
  after(async () => await clone.remove());

  it('comes up with a database, a Redis and secrets of its own, and says where everything is', async () => {
    const running = await (await start(clone)).ready();
    const out = running.out();
    assert.match(out, /Conclave is running at http:\/\/127\.0\.0\.1:\d+/);
    assert.match(out, /set-up code for the first admin: SETUP-CODE/);
    assert.ok(out.includes(`data in ${clone.file('var', 'postgres', 'data')}`));
    assert.match(out, /Redis: .* it keeps nothing when stopped/);
    const mail = clone.file('var', 'mail');
    assert.ok(out.includes(`Mail: not sent, but written to ${mail}`));
    assert.equal(statSync(mail).mode & 0o777, 0o700);
    const seen = clone.seen();
    for (const name of [
      'CONCLAVE_ROOT_KEYS_FILE',
      'CONCLAVE_PEPPERS_FILE',
      'CONCLAVE_DIGEST_KEYS_FILE',
      'CONCLAVE_SIGNING_KEYS_FILE',
      'DATABASE_APP_PASSWORD_FILE',
    ]) {
      const path = seen[name] ?? '';
      assert.ok(path.startsWith(clone.file('var', 'secrets')), name);
      assert.equal(statSync(path).mode & 0o777, 0o600, name);
    }
    assert.equal(statSync(clone.file('var', 'postgres', 'data')).mode & 0o777, 0o700);
    assert.equal(await stop(running), 0);
  });

  it('keeps the data and the secrets for the next start', async () => {
    const keys = readFileSync(clone.file('var', 'secrets', 'root-keys.json'), 'utf8');
    const running = await (await start(clone)).ready();
    const client = new pg.Client(clone.seen()['DATABASE_URL']);
    await client.connect();
    // The first server wrote this row after it was told to stop, so Postgres outlived it.
    const { rows } = await client.query<{ text: string }>('SELECT text FROM notes');
    assert.deepEqual(rows, [{ text: 'drained' }]);
    const settings = await client.query<{ fsync: string }>('SHOW fsync');
    assert.equal(settings.rows[0]?.fsync, 'on');
    await client.end();
    assert.equal(readFileSync(clone.file('var', 'secrets', 'root-keys.json'), 'utf8'), keys);
    await stop(running);
  });

  it('lets nobody into Postgres without the password, and takes no connection from outside', async () => {
    const running = await (await start(clone)).ready();
    const url = new URL(clone.seen()['DATABASE_URL'] ?? '');
    const password = readFileSync(clone.file('var', 'secrets', 'postgres-password'), 'utf8');
    assert.equal(url.password, password);
    url.password = 'guess';
    await assert.rejects(new pg.Client(url.href).connect(), /password authentication failed/);
    for (const pid of processesOf(clone.path)) {
      const argv = argumentsOf(pid);
      assert.ok(!argv.includes(password), argv);
    }
    url.password = password;
    const client = new pg.Client(url.href);
    await client.connect();
    const asked = "SELECT string_agg(current_setting(s), '|') AS place FROM unnest(array['listen_addresses','unix_socket_directories']) s"; // prettier-ignore
    const { rows } = await client.query<{ place: string }>(asked);
    assert.equal(rows[0]?.place, '127.0.0.1|');
    await client.end();
    await stop(running);
  });

  it('sets a new password when the password file was lost, because the data is what counts', async () => {
    rmSync(clone.file('var', 'secrets', 'postgres-password'));
    const running = await (await start(clone)).ready();
    assert.equal(await stop(running), 0);
  });

  it('refuses a second start in the same folder and leaves the first alone', async () => {
    const first = await (await start(clone)).ready();
    const second = await start(clone);
    assert.equal(await second.ended(), 1);
    assert.match(
      second.err(),
      new RegExp(`^Conclave is already running in this folder \\(pid ${first.pid}\\)\\. `),
    );
    const answer = await fetch(/http:\S+/.exec(first.out())?.[0] ?? '');
    assert.equal(await answer.text(), 'ok');
    assert.equal(await stop(first), 0);
  });

  it('leaves no process, no lock and no record behind after Ctrl-C, pressed twice', async () => {
    const running = await (await start(clone)).ready();
    running.process.kill('SIGINT');
    running.process.kill('SIGINT');
    assert.equal(await running.ended(), 0);
    assert.deepEqual(processesOf(clone.path), []);
    assert.equal(existsSync(clone.file('var', 'run', 'start.json')), false);
    assert.equal(existsSync(clone.file('var', 'run', 'services.json')), false);
    assert.match(readFileSync(clone.file('var', 'log', 'postgres.log'), 'utf8'), /is shut down\n$/);
  });

  it('names the port that is in use, and starts nothing', async () => {
    const port = await unusedPort();
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
    const refused = await start(clone, { env: { PORT: String(port) } });
    assert.equal(await refused.ended(), 1);
    assert.equal(
      refused.err(),
      `Port ${port} on 127.0.0.1 is in use. Stop what uses it, or start with PORT=${port + 1} npm start\n`,
    );
    squatter.close();
    assert.equal(existsSync(clone.file('var', 'run', 'services.json')), false);
  });

  it('stops everything and shows the log when a service dies', async () => {
    for (const kind of ['redis', 'postgres']) {
      const running = await (await start(clone)).ready();
      const service = clone.recorded().find((child) => child.kind === kind);
      assert.ok(service);
      process.kill(service.pid, 'SIGKILL');
      assert.equal(await running.ended(), 1);
      assert.match(
        running.err(),
        new RegExp(`^${kind} ended unexpectedly\\. The end of .*${kind}\\.log:\n`, 'i'),
      );
      await eventually('nothing is left', () => processesOf(clone.path).length === 0);
    }
  });

  it('shows the reason when the migration fails, and does not start the server', async () => {
    const migration = readFileSync(clone.file('scripts', 'migrate.ts'), 'utf8');
    writeFileSync(
      clone.file('scripts', 'migrate.ts'),
      "console.error('no such column');process.exit(1);",
    );
    const running = await start(clone);
    assert.equal(await running.ended(), 1);
    assert.match(running.err(), /^no such column\nThe database could not be brought up to date/);
    writeFileSync(clone.file('scripts', 'migrate.ts'), migration);
    assert.deepEqual(processesOf(clone.path), []);
  });

  it('reads .env, in which the environment of the shell wins', async () => {
    const port = await unusedPort();
    writeFileSync(clone.file('.env'), `PORT=1\nCONCLAVE_POSTGRES_PORT=${port}\n`);
    const running = await (await start(clone)).ready();
    assert.equal(new URL(clone.seen()['DATABASE_URL'] ?? '').port, String(port));
    assert.notEqual(clone.seen()['PORT'], '1');
    await stop(running);
  });
});

describe('npm start in production', () => {
  let clone: Clone;
  before(async () => (clone = await makeClone()));
  after(async () => await clone.remove());

  it('refuses to bring services of its own, naming the variable that is missing', async () => {
    const database = 'postgresql://someone@127.0.0.1:1/none';
    const without = async (env: Record<string, string>) => {
      const refused = await start(clone, { env: { NODE_ENV: 'production', ...env } });
      assert.equal(await refused.ended(), 1);
      assert.equal(refused.err().trim().split('\n').length, 1);
      return refused.err();
    };
    assert.match(await without({ DATABASE_URL: database }), /production, REDIS_URL must be set/);
    assert.match(await without({ REDIS_URL: 'redis://127.0.0.1:1' }), /, DATABASE_URL must be set/);
    assert.equal(existsSync(clone.file('var')), false);
  });

  it('makes no secrets: they are given by whoever runs it', async () => {
    const own = {
      DATABASE_URL: 'postgresql://someone@127.0.0.1:1/none',
      REDIS_URL: 'redis://127.0.0.1:1',
    };
    const running = await start(clone, { env: { NODE_ENV: 'production', ...own } });
    assert.equal(await running.ended(), 1);
    assert.equal(existsSync(clone.file('var', 'secrets')), false);
  });
});
