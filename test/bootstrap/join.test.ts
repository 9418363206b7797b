/** What npm start -- --join promises: one more node on the same services, and nothing stopped but itself. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { type Clone, makeClone, processesOf } from '../support/bootstrap-clone.ts';
import { type Running, start, stop, unusedPort } from '../support/bootstrap-start.ts';

const address = (running: Running) => /http:\/\/\S+/.exec(running.out())?.[0] ?? '';
const JOIN: [string, ...string[]] = [process.execPath, 'scripts/start.mjs', '--join'];

describe('npm start -- --join', () => {
  let clone: Clone;
  before(async () => (clone = await makeClone()));
  after(async () => await clone.remove());
  const join = (env: Record<string, string> = {}) => start(clone, { command: JOIN, env });

  it('says what to do where nothing runs, and leaves nothing behind', async () => {
    const alone = await join();
    assert.equal(await alone.ended(), 1);
    assert.equal(
      alone.err(),
      'Nothing runs in this folder that this node could join. Run npm start first, and join it from a second terminal.\n',
    );
    assert.deepEqual(processesOf(clone.path), []);
  });

  it('runs another node on the same database, Redis, keys and issuer, and Ctrl-C ends that node only', async () => {
    const first = await (await start(clone)).ready();
    const services = clone.recorded();
    const had = clone.seen();
    const second = await (await join()).ready();
    const has = clone.seen();
    assert.notEqual(address(second), address(first));
    for (const name of ['DATABASE_URL', 'REDIS_URL', 'CONCLAVE_ROOT_KEYS_FILE'])
      assert.ok(has[name] !== undefined && has[name] === had[name], name);
    assert.equal(has['PUBLIC_URL'], address(first), 'a token of the one is good on the other');
    assert.equal(has['ALLOWED_ORIGINS'], address(second));
    assert.match(second.out(), /Ctrl-C stops this node only/);
    assert.deepEqual(clone.recorded(), services);

    assert.equal(await stop(second), 0);
    assert.equal(await (await fetch(address(first))).text(), 'ok');
    assert.deepEqual(clone.recorded(), services);
    const left = readdirSync(clone.file('var', 'run')).filter((name) => /joined/.test(name));
    assert.deepEqual(left, []);
    assert.equal(await stop(first), 0);
  });

  it('takes the next free port unless the shell names one, which must be free', async () => {
    const port = await unusedPort();
    writeFileSync(clone.file('.env'), `PORT=${port}\n`);
    const first = await (await start(clone, { env: { PORT: String(port) } })).ready();
    const [second, third] = [await (await join({ PORT: '' })).ready(), await join({ PORT: '' })];
    await third.ready();
    const ports = [first, second, third].map((running) => Number(new URL(address(running)).port));
    assert.equal(ports[0], port);
    assert.ok(Number(ports[1]) > port && Number(ports[2]) > Number(ports[1]));
    const refused = await join({ PORT: String(port) });
    assert.equal(await refused.ended(), 1);
    assert.match(refused.err(), new RegExp(`^Port ${port} on 127.0.0.1 is in use\\.`));
    for (const running of [third, second, first]) assert.equal(await stop(running), 0);
  });

  it('keeps what it needs to itself, and only as long as the services run', async () => {
    const file = clone.file('var', 'run', 'house.json');
    assert.equal(existsSync(file), false);
    const first = await (await start(clone)).ready();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(await stop(first), 0);
    assert.equal(existsSync(file), false);
  });

  it('ends when the start that it joined ends, or is killed', async () => {
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const first = await (await start(clone)).ready();
      const second = await (await join()).ready();
      first.process.kill(signal);
      await first.ended();
      assert.equal(await second.ended(), 1);
      assert.match(second.err(), /The start that this node had joined has ended\./);
      const orphan = await join(); // the record of a killed start is no invitation
      assert.equal(await orphan.ended(), 1);
      assert.match(orphan.err(), /^Nothing runs in this folder/);
    }
  });

  it('refuses a word that it does not know', async () => {
    const wrong = await start(clone, {
      command: [process.execPath, 'scripts/start.mjs', '--jion'],
    });
    assert.equal(await wrong.ended(), 1);
    assert.equal(wrong.err(), 'npm start knows no --jion. To add a node: npm start -- --join\n');
  });
});
