/** A node that was cut off from Postgres, or frozen, serves nothing on stale rights: no frame, no answer, until it has read. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually, project } from '../support/bootstrap-clone.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { assertNoGap, bodies, clientId, TwoNodes } from '../support/two-nodes.ts';
import { ROOMY } from '../support/world.ts';

describe('a node that cannot reach Postgres', function () {
  this.timeout(240_000);
  let proxy: TcpProxy;
  let nodes: TwoNodes;
  before(async () => {
    const database = new URL(process.env['DATABASE_URL'] ?? '');
    proxy = await TcpProxy.to(Number(database.port || 5432), database.hostname);
    database.hostname = '127.0.0.1';
    database.port = String(proxy.port);
    nodes = await TwoNodes.create({ second: { DATABASE_URL: database.href } });
  });
  after(async () => {
    proxy.thaw();
    await nodes.end();
    await proxy.end();
  });
  afterEach(() => proxy.thaw());
  const lost = () => eventually('the lease is lost', () => !nodes.b.app.lease.held);

  it('delivers no frame and answers no call with a yes, and then everything in order', async () => {
    const [alice, bob] = [await nodes.person('Alice', nodes.a), await nodes.person('Bob', nodes.b)];
    const { id } = await nodes.channel(alice, bob);
    await alice.send(id, 'before', clientId()).accepted();
    await bob.hearsMessage(({ body }) => body === 'before');
    const key = clientId();
    proxy.freeze();
    await lost();
    const { counts } = nodes.b.app.bus;
    const heard = counts.opened;
    await alice.send(id, 'meanwhile', clientId()).accepted();
    await eventually('the notice has arrived', () => counts.opened > heard);
    await bob.send(id, 'from the dark', key).refused('unavailable');
    await bob.call('channel.list', {}).refused('unavailable');
    await assert.rejects(bob.connect(), /unavailable/);
    assert.equal((await fetch(`${nodes.b.url}/readyz`)).status, 503);
    assert.deepEqual(bodies(bob.connection), ['before']);

    proxy.thaw();
    await bob.hearsMessage(({ body }) => body === 'meanwhile');
    await bob.send(id, 'from the dark', key).accepted();
    await alice.hearsMessage(({ body }) => body === 'from the dark');
    assertNoGap(bob.connection, id);
    assert.deepEqual(bodies(alice.connection), ['before', 'meanwhile', 'from the dark']);
  });

  it('does not acknowledge what it was writing when it lost its lease', async () => {
    const [alice, bob] = [await nodes.person('Alice', nodes.a), await nodes.person('Bob', nodes.b)];
    const { id } = await nodes.channel(alice, bob);
    await bob.send(id, 'warm', clientId()).accepted();
    const key = clientId();
    proxy.freeze();
    let answered = false;
    const sent = bob.send(id, 'under way', key).then((reply) => {
      answered = true;
      return reply;
    });
    await lost();
    assert.equal(answered, false);
    proxy.thaw();
    const reply = await sent;
    if (!reply.ok) assert.equal(reply.error.code, 'outcome_unknown');
    await bob.send(id, 'under way', key).accepted();
    await alice.hearsMessage(({ body }) => body === 'under way');
    const { messages } = await alice.call('message.history', { channelId: id }).accepted();
    assert.deepEqual(
      messages.map(({ body }) => body),
      ['warm', 'under way'],
    );
  });

  it('finds its way back when all its connections were cut', async () => {
    const [alice, bob] = [await nodes.person('Alice', nodes.a), await nodes.person('Bob', nodes.b)];
    const { id } = await nodes.channel(alice, bob);
    proxy.cut();
    await alice.send(id, 'are you there', clientId()).accepted();
    await bob.hearsMessage(({ body }) => body === 'are you there');
    await eventually('it serves again', async () => (await bob.call('channel.list', {})).ok);
  });
});

describe('a node whose process was frozen', function () {
  this.timeout(240_000);
  let nodes: TwoNodes;
  let child: ChildProcess;
  let url: string;
  before(async () => {
    nodes = await TwoNodes.create();
    child = fork(join(project, 'src', 'main.ts'), {
      execArgv: ['--import=tsx'],
      env: { ...process.env, ...ROOMY, LOG_LEVEL: 'error' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    url = await new Promise<string>((resolve, reject) => {
      child.once('message', (ready: { address: string }) => resolve(ready.address));
      child.once('exit', (code) => reject(new Error(`the node ended with ${code}`)));
    });
  });
  after(async () => {
    child.kill('SIGCONT');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
    await nodes.end();
  });

  it('delivers nothing to who was removed or signed out meanwhile, and everything to the others', async () => {
    const frozen = { url };
    const alice = await nodes.person('Alice', nodes.a);
    const [bob, ben] = [await nodes.person('Bob', frozen), await nodes.person('Ben', frozen)];
    const carl = await nodes.person('Carl', frozen);
    const { id } = await nodes.channel(alice, bob, ben, carl);
    await alice.send(id, 'before', clientId()).accepted();
    for (const person of [bob, ben, carl]) await person.hearsMessage(({ seq }) => seq === 1);

    child.kill('SIGSTOP');
    const removed = await alice
      .call('member.remove', { channelId: id, userId: bob.userId })
      .accepted();
    const closed = await fetch(`${nodes.a.url}/v1/sessions/current`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${carl.accessToken}` },
    });
    assert.equal(closed.status, 200);
    for (let i = 0; i < 10; i += 1) await alice.send(id, `later ${i}`, clientId()).accepted();
    await pause(5_000); // as long as a machine that swaps may stand still
    child.kill('SIGCONT');

    await ben.hearsMessage(({ body }) => body === 'later 9');
    assertNoGap(ben.connection, id);
    await bob.connection.settled();
    assert.equal(bob.connection.frames().at(-1)?.last, removed.rev);
    assert.deepEqual(bodies(bob.connection), ['before']);
    await carl.connection.closed();
    assert.deepEqual(bodies(carl.connection), ['before']);
  });
});
