/** Listening: a line for each event, in order, each once, across a lost connection and another server process. */
import assert from 'node:assert/strict';
import type { ChannelId, WorkspaceId } from '../../src/contract/index.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { done, Machinery, newcomer, parsed, rows, type Running } from './support.ts';

describe('the conclave command: listen', () => {
  let world: World;
  let proxy: CutProxy;
  let home: Machinery;
  let workspaceId: WorkspaceId;
  let channelId: ChannelId;
  let bob: Person;
  before(async () => {
    world = await World.create();
    proxy = await CutProxy.before(() => world.app.port());
    workspaceId = world.workspaceId;
    home = new Machinery();
    await newcomer(home, { url: proxy.url, slug: world.slug }, 'Ada', 'default');
    const [made] = await rows(home.here(['create', 'Garden', '--json']));
    channelId = made?.['id'] as ChannelId;
    bob = await world.person('Bob');
    await bob.call('member.join', { channelId }).accepted();
  });
  after(async () => {
    home.end();
    await proxy.close();
    await world.end();
  });

  const say = (body: string, who = bob) => who.send(channelId, body, world.clientId()).accepted();
  const listening = async (...words: string[]) => {
    const running = home.here(['listen', 'Garden', ...words]);
    await running.line((line) => line.includes('listening'));
    return running;
  };
  const ended = async (running: Running) => {
    running.interrupt();
    const { ending, out } = await running.ended;
    assert.equal(ending, 'SIGINT');
    return out.split('\n').filter(Boolean);
  };

  it('prints messages, edits, deletions and who comes and goes', async () => {
    const json = await listening('--json');
    const words = await listening();
    const first = await say('one');
    await bob.call('message.edit', { channelId, messageId: first.id, body: 'One' }).accepted();
    await bob.call('message.delete', { channelId, messageId: first.id }).accepted();
    await bob.call('member.leave', { channelId }).accepted();
    await bob.call('member.join', { channelId }).accepted();
    await json.line((line) => line.includes('"joined"'));
    await words.line((line) => line.includes('is in it as member'));
    const lines = (await ended(words)).map((line) => line.replace(/#1 .{16}/, '#1 when'));
    assert.deepEqual(lines, [
      '[Garden] listening',
      '[Garden] #1 when Bob: one',
      '[Garden] #1 when Bob: One (edited)',
      '[Garden] #1 when Bob: (deleted)',
      '[Garden] Bob left',
      '[Garden] Bob is in it as member',
    ]);
    const events = (await ended(json)).map(parsed);
    assert.deepEqual(
      events.map(({ event }) => event),
      ['listening', 'message', 'message', 'message', 'member', 'member'],
    );
    assert.deepEqual([events[1]?.['author'], events[1]?.['channel']], ['Bob', 'Garden']);
  });

  it('misses nothing and prints nothing twice when the connection is lost', async () => {
    const running = await listening('--json');
    await say('before');
    await running.line((line) => line.includes('before'));
    proxy.sever();
    for (const n of [1, 2, 3]) await say(`meanwhile ${n}`);
    proxy.restore();
    await running.line((line) => line.includes('meanwhile 3'));
    await say('after');
    await running.line((line) => line.includes('after'));
    assert.deepEqual(bodies(await ended(running)), [
      ...['before', 'meanwhile 1', 'meanwhile 2', 'meanwhile 3', 'after'],
    ]);
  });

  it('goes on with another process of the server', async () => {
    const running = await listening('--json');
    const earlier = world;
    world = await World.create();
    await earlier.end();
    bob = await world.person('Bob', { workspaceId });
    await bob.call('member.join', { channelId }).accepted();
    await say('from the new one');
    await running.line((line) => line.includes('from the new one'));
    assert.deepEqual(bodies(await ended(running)), ['from the new one']);
  });

  it('tells of a hole when the server lost its past', async () => {
    const running = await listening('--json');
    proxy.sever();
    await say('lost');
    const connection = await world.database.connect();
    try {
      await connection.query('BEGIN');
      await connection.query("SELECT set_config('app.workspace', $1, true)", [workspaceId]);
      const purge = 'UPDATE channel SET purged_rev = last_rev WHERE id = $1';
      assert.equal((await connection.query(purge, [channelId])).rowCount, 1);
      await connection.query('COMMIT');
    } finally {
      connection.release();
    }
    proxy.restore();
    const gap = parsed(await running.line((line) => line.includes('"gap"')));
    assert.equal(gap['channel'], 'Garden');
    await say('after the hole');
    await running.line((line) => line.includes('after the hole'));
    assert.deepEqual(bodies(await ended(running)), ['after the hole']);
  });

  it('fetches a text that the frame leaves out for those who may not read it', async () => {
    const input = { kind: 'public', name: 'Later', historyPolicy: 'since-join' } as const;
    const { id } = await bob.call('channel.create', input).accepted();
    await done(home.here(['join', 'Later']));
    const running = home.here(['listen', 'Later', '--json']);
    await running.line((line) => line.includes('listening'));
    const old = await bob.send(id, 'first', world.clientId()).accepted();
    const carol = await world.person('Carol', { workspaceId });
    await carol.call('member.join', { channelId: id }).accepted();
    const edit = { channelId: id, messageId: old.id, body: 'first, edited' };
    await bob.call('message.edit', edit).accepted();
    const line = await running.line((one) => one.includes('edited'));
    assert.equal((parsed(line)['message'] as { content: string }).content, 'present');
    await ended(running);
  });

  it('tells what the channel is when that changes, and goes on where fewer may listen', async () => {
    const { id } = await bob.call('channel.create', { kind: 'public', name: 'Porch' }).accepted();
    const [me] = await rows(home.here(['whoami', '--json']));
    const userId = me?.['userId'] as Person['userId'];
    await bob.call('member.add', { channelId: id, userId }).accepted();
    const words = home.here(['listen', 'Porch']);
    await words.line((line) => line.includes('listening'));
    const input = { channelId: id, topic: 'Tea', readOnly: true };
    await bob.call('channel.update', input).accepted();
    await words.line((line) => line.includes('read-only'));
    await bob.call('channel.update', { channelId: id, kind: 'private' }).accepted();
    await words.line((line) => line.includes('private'));
    await bob.send(id, 'among ourselves', world.clientId()).accepted();
    await words.line((line) => line.includes('among ourselves'));
    const [, first, second, third] = await ended(words);
    assert.equal(first, '[Porch] the channel is now Porch, about “Tea” (public, read-only)');
    assert.equal(second, '[Porch] the channel is now Porch, about “Tea” (private, read-only)');
    assert.ok(third?.endsWith('Bob: among ourselves'));
  });

  it('ends when one is removed, and says which channel it was', async () => {
    const { id } = await bob.call('channel.create', { kind: 'private', name: 'Shed' }).accepted();
    const [me] = await rows(home.here(['whoami', '--json']));
    const userId = me?.['userId'] as Person['userId'];
    await bob.call('member.add', { channelId: id, userId }).accepted();
    const running = home.here(['listen', 'Shed', '--json']);
    await running.line((line) => line.includes('listening'));
    await bob.call('member.remove', { channelId: id, userId }).accepted();
    const { ending, out, err } = await running.ended;
    assert.equal(ending, 1);
    const events = out.split('\n').filter(Boolean).map(parsed);
    assert.deepEqual(
      events.map(({ event, channel }) => [event, channel]),
      ['listening', 'member', 'ended'].map((event) => [event, 'Shed']),
    );
    assert.equal((parsed(err)['error'] as { code: string }).code, 'not_found');
  });
});

function bodies(lines: readonly string[]) {
  return lines
    .map(parsed)
    .filter(({ event }) => event === 'message')
    .map(({ message }) => (message as { body: string }).body);
}
