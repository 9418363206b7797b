/** What is lost on the way is asked for again: acknowledgements, frames, connections, a whole server; nothing is doubled. */
import assert from 'node:assert/strict';
import type { ChannelFrame, State } from 'conclave/client';
import { CutProxy } from '../support/cut-proxy.ts';
import { World } from '../support/world.ts';
import {
  bodies,
  channelOf,
  Clients,
  HandTimers,
  history,
  opened,
  reaches,
  shows,
} from './support.ts';

/** An acknowledgement, a broadcast of frames (Socket.IO 5: packet types 43 and 42). */
const isAck = (text: string) => /^43\d+\[/.test(text);
const isFrame = (text: string) => text.startsWith('42["channel.events"');

describe('the client: loss', () => {
  let world: World;
  let proxy: CutProxy;
  const clients = new Clients(() => world);
  before(async () => {
    world = await World.create();
    proxy = await CutProxy.before(() => world.app.port());
  });
  afterEach(() => {
    proxy.judge = () => 'pass';
    proxy.restore();
  });
  after(async () => {
    clients.end();
    await proxy.close();
    await world.end();
  });

  it('sends again under the same clientId when the acknowledgement was lost, and one message exists', async () => {
    const { client: alice } = await clients.somebody('Alice', { url: proxy.url });
    const { id } = await channelOf(alice);
    const log = await opened(alice, id);
    proxy.judge = (text) => {
      if (!isAck(text) || !text.includes('"seq"')) return 'pass';
      proxy.judge = () => 'pass';
      return 'cut';
    };
    const entry = await log.send('once');
    const settled = await entry.settled();
    assert.ok(settled.is === 'sent');
    assert.equal(settled.as.duplicate, true, 'the first attempt was stored');
    await reaches(alice, 'online');
    await shows(log, ({ state, messages }) => state.is === 'live' && messages.length === 1);
    assert.deepEqual(bodies(log), ['once']);
    assert.equal((await history(alice, id)).length, 1);
    assert.deepEqual(alice.outbox.entries, []);
  });

  it('says of a call that it had no answer, and does not make it again by itself', async () => {
    const { client: alice } = await clients.somebody('Alice', { url: proxy.url });
    proxy.judge = (text) => (isAck(text) ? 'cut' : 'pass');
    const outcome = await alice.call('channel.create', { kind: 'private', name: 'Unknown' });
    assert.equal(!outcome.ok && outcome.refusal.code, 'no_answer');
    proxy.judge = () => 'pass';
    const { channels } = await alice.callOrThrow('channel.list', {});
    assert.equal(channels.length, 1, 'it was made all the same, and once');
  });

  it('gives up a connection on which nothing arrives any more', async () => {
    const timers = new HandTimers();
    const { client: alice } = await clients.somebody('Alice', {
      url: proxy.url,
      later: timers.later,
    });
    const { id } = await channelOf(alice);
    const log = await opened(alice, id);
    const swallowed = new Promise<void>((resolve) => {
      proxy.judge = (text) => {
        if (isAck(text)) resolve();
        return 'drop';
      };
    });
    const entry = await log.send('into the void');
    await swallowed;
    timers.forward(15_000);
    await reaches(alice, 'connecting');
    assert.equal(entry.state.is, 'pending');
    proxy.judge = () => 'pass';
    timers.forward(500);
    const settled = await entry.settled();
    assert.ok(settled.is === 'sent' && settled.as.duplicate);
    await shows(log, ({ state }) => state.is === 'live');
    assert.deepEqual(bodies(log), ['into the void']);
  });

  it('finds the gap when frames were lost on a connection that lives, and reads it back', async () => {
    const [{ client: alice }, { client: bob }] = await Promise.all([
      clients.somebody('Alice'),
      clients.somebody('Bob', { url: proxy.url }),
    ]);
    const { id } = await channelOf(alice, [bob]);
    const [hers, his] = await Promise.all([opened(alice, id), opened(bob, id)]);
    proxy.judge = (text) => (isFrame(text) ? 'drop' : 'pass');
    for (const body of ['one', 'two', 'three']) await (await hers.send(body)).settled();
    const { messages } = hers;
    const messageId = messages[0]?.id;
    assert.ok(messageId);
    await alice.callOrThrow('message.delete', { channelId: id, messageId });
    await bob.call('role.describe', {});
    assert.deepEqual(bodies(his), [], 'the frames were lost');
    const before = proxy.accepted;
    proxy.judge = () => 'pass';
    await (await hers.send('four')).settled();
    await shows(his, ({ state, messages: m }) => state.is === 'live' && m.length === 4);
    assert.deepEqual(his.messages, await history(bob, id));
    assert.deepEqual(bodies(his), [null, 'two', 'three', 'four']);
    assert.equal(proxy.accepted, before, 'on the same connection');
  });

  it('reads a channel anew when the database began another life', async () => {
    const { client: alice } = await clients.somebody('Alice', { url: proxy.url });
    const { id } = await channelOf(alice);
    const log = await opened(alice, id);
    await (await log.send('kept')).settled();
    const lost = await (await log.send('lost in the restore')).settled();
    assert.ok(lost.is === 'sent');
    await shows(log, ({ messages }) => messages.length === 2);
    proxy.sever();
    await reaches(alice, 'connecting');
    await restore(world, id, lost.as.id);
    proxy.restore();
    await reaches(alice, 'online');
    await shows(log, ({ state, messages }) => state.is === 'live' && messages.length === 1);
    assert.deepEqual(bodies(log), ['kept']);
    assert.equal(log.channel?.epoch, 2);
  });

  it('outlives a server: says that it is connecting, then comes back and goes on', async () => {
    const first = await World.create();
    const port = first.app.port();
    const options = { url: first.url, workspace: first.slug };
    const { client: alice } = await clients.somebody('Alice', options);
    const { id } = await channelOf(alice);
    const log = await opened(alice, id);
    await (await log.send('before')).settled();
    const states: State['is'][] = [];
    const closings: unknown[] = [];
    alice.state.watch(({ is }) => states.push(is));
    alice.listen('connection.closing', (closing) => closings.push(closing));
    await first.end();
    await reaches(alice, 'connecting');
    assert.deepEqual(closings, [{ code: 'server_draining', next: 'reconnect' }]);
    const draft = await log.send('while it was away');
    const second = await World.create({ environment: { PORT: String(port) } });
    try {
      await reaches(alice, 'online');
      await draft.settled();
      await shows(log, ({ state, messages }) => state.is === 'live' && messages.length === 2);
      assert.deepEqual(bodies(log), ['before', 'while it was away']);
      assert.deepEqual(states.slice(0, 2), ['connecting', 'online']);
    } finally {
      alice.close();
      await second.end();
    }
  });

  it('takes no frame twice and none out of place, whatever comes over the wire', async () => {
    const frames: ChannelFrame[] = [];
    const { client: alice } = await clients.somebody('Alice', { url: proxy.url });
    const { id } = await channelOf(alice);
    alice.listen('channel.events', (frame) => frames.push(frame));
    const log = await opened(alice, id);
    for (let n = 0; n < 5; n += 1) await (await log.send(String(n))).settled();
    await shows(log, ({ messages }) => messages.length === 5);
    for (const [n, frame] of frames.entries())
      assert.equal(frame.prev, frames[n - 1]?.last ?? frame.prev, 'the server left no gap');
    assert.equal(log.rev, frames.at(-1)?.last);
  });
});

/** The database as it is after a restore from before that message: it never was, and the epoch is another. */
async function restore(world: World, channelId: string, messageId: string): Promise<void> {
  const connection = await world.database.connect();
  try {
    await connection.query('BEGIN');
    await connection.query(`SELECT set_config('app.workspace', $1, true)`, [world.workspaceId]);
    await connection.query('DELETE FROM message WHERE channel_id = $1 AND id = $2', [
      channelId,
      messageId,
    ]);
    const back = 'last_seq = last_seq - 1, last_rev = last_rev - 1, epoch = epoch + 1';
    await connection.query(`UPDATE channel SET ${back} WHERE id = $1`, [channelId]);
    await connection.query('COMMIT');
  } finally {
    connection.release();
  }
}
