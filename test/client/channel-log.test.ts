/** Whatever is lost, repeated, held back or cut off: once it is quiet, logs show exactly the newest that the server has. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MessageWindow } from '../../src/client/message-window.ts';
import type { ChannelFrame } from '../../src/contract/index.ts';
import { assertShow, clientOf, KEEP, settled, single, turn } from './model-client.ts';
import { ModelServer } from './model-server.ts';

const STEPS = ['post', 'post', 'edit', 'remove', 'emit', 'emit', 'withhold', 'truncate'] as const;
const WIRE = [
  'deliver',
  'deliver',
  'deliver',
  'lose',
  'repeat',
  'rest',
  'settle',
  'heads',
] as const;
const RARE = ['disconnect', 'reconnect', 'reopen', 'older', 'older', 'trim', 'restore'] as const;
const Step = fc.record({
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...STEPS) },
    { weight: 5, arbitrary: fc.constantFrom(...WIRE) },
    { weight: 2, arbitrary: fc.constantFrom(...RARE) },
  ),
  which: fc.nat(20),
  place: fc.nat(20),
});

describe('the client: channel logs', () => {
  it('equal the logs of the server after any history of losses', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(Step, { maxLength: 80, size: 'max' }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.boolean(),
        async (steps, channels, quiet, silent) => {
          const server = new ModelServer(channels);
          server.slowness = (n) => 1 + ((n * 7) % 5);
          const client = clientOf(server);
          const { logs, failures, deliver } = client;
          let last: ChannelFrame | null = null;
          client.reconnect();
          if (quiet) await settled();
          for (const { what, which, place } of steps) {
            const n = which % channels;
            const channel = server.channels[n];
            const log = logs[n];
            assert.ok(channel && log);
            if (what === 'post') channel.post();
            else if (what === 'edit') channel.edit(place);
            else if (what === 'remove') channel.remove(place);
            else if (what === 'emit') channel.emit();
            else if (what === 'withhold') channel.emit(true);
            else if (what === 'deliver') deliver((last = server.frames.shift() ?? last));
            else if (what === 'heads') client.tellHeads();
            else if (what === 'truncate') channel.truncate(1 + (place % 3));
            else if (what === 'lose') server.frames.shift();
            else if (what === 'repeat') deliver(last);
            else if (what === 'disconnect') client.disconnect();
            else if (what === 'reconnect') client.reconnect();
            else if (what === 'reopen') client.reopen(n);
            else if (what === 'older') void log.loadOlder();
            else if (what === 'trim') log.trim();
            else if (what === 'rest') await turn();
            else if (what === 'settle') await settled();
            else channel.restore();
            for (const { state, messages } of logs) {
              if (!server.online) assert.notEqual(state.is, 'live');
              const seqs = messages.map(({ seq }) => seq);
              assert.deepEqual(
                seqs,
                [...new Set(seqs)].sort((a, b) => a - b),
              );
              assert.ok(seqs.length <= KEEP * 10);
            }
          }
          if (!server.online) client.reconnect();
          if (quiet) await settled();
          for (const channel of server.channels) {
            if (!channel.isFollowed) await settled();
            if (!silent) channel.post();
            channel.emit();
          }
          // Either a last frame comes, or all of them are lost and nobody says anything any more.
          for (const frame of server.frames.splice(0)) if (!silent) deliver(frame);
          await settled();
          client.tellHeads();
          await settled();
          assertShow(logs, server.channels);
          assert.deepEqual(failures, []);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('are whole after returns although nothing more is said, whatever was committed during them', async () => {
    const count = fc.integer({ min: 1, max: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(Step, { maxLength: 60 }), count, async (steps, channels) => {
        const server = new ModelServer(channels);
        server.slowness = (n) => 1 + ((n * 7) % 5);
        const { logs, deliver, disconnect, reconnect } = clientOf(server);
        reconnect();
        for (const { what, which, place } of steps) {
          const channel = server.channels[which % channels];
          if (what === 'post' || what === 'withhold') channel?.post();
          else if (what === 'edit') channel?.edit(place);
          else if (what === 'remove') channel?.remove(place);
          else if (what === 'emit') channel?.emit();
          else if (what === 'deliver') deliver(server.frames.shift());
          else if (what === 'disconnect' || what === 'older') disconnect();
          else if (what === 'reconnect' && !server.online) reconnect();
          else if (what === 'settle') await settled();
          else await turn();
        }
        if (!server.online) reconnect();
        for (let quiet = 0; quiet < 300; quiet += 1) {
          await turn();
          for (const channel of server.channels) if (channel.isFollowed) channel.emit();
          for (const frame of server.frames.splice(0)) deliver(frame);
        }
        assertShow(logs, server.channels);
      }),
      { numRuns: 300 },
    );
  });

  it('drops what it cannot hold while it reads, and reads that too', async () => {
    const { server, channel, log, deliverAll } = single();
    channel.bridge = 10_000;
    void log.catchUp();
    await log.ready();
    channel.post();
    channel.emit();
    server.frames.length = 0; // the gap
    channel.post();
    deliverAll();
    await Promise.resolve(); // the server has read the log; its answer is under way
    for (let n = 0; n < 1_200; n += 1) channel.post();
    deliverAll();
    for (let n = 0; n < 2_000 && log.state.is !== 'live'; n += 1) await turn();
    assert.equal(log.rev, 1_202);
    assert.deepEqual(log.messages, channel.messages.slice(-KEEP));
  });

  it('do not show the text of a message that was deleted while a page with it was read', async () => {
    const { channel, log, deliverAll } = single();
    for (let n = 0; n < 20; n += 1) channel.post();
    void log.catchUp();
    await log.ready();
    const first = log.messages[0]?.seq ?? 0;
    const reading = log.loadOlder();
    await Promise.resolve();
    await Promise.resolve(); // the server has read the page; its answer is under way
    channel.remove(first - 2);
    deliverAll();
    assert.ok((await reading).ok);
    assert.equal(log.messages.find(({ seq }) => seq === first - 1)?.content, 'deleted');
  });

  it('ask together again for what found no room, and read on alone only what was begun', async () => {
    const server = new ModelServer(3);
    const { logs, reconnect } = clientOf(server);
    for (const [n, posts] of [3, 3, 5].entries())
      for (let i = 0; i < posts; i += 1) server.channels[n]?.post();
    reconnect();
    await settled();
    assertShow(logs, server.channels);
    const sync = 'channel.sync';
    assert.deepEqual(server.called, [sync, sync, sync, 'channel.resume']);
  });

  it('are asked for anew when they cannot be bridged any more by the time they are read on', async () => {
    const { server, channel, log } = single();
    for (let n = 0; n < 3; n += 1) channel.post();
    void log.catchUp();
    await log.ready();
    server.disconnect();
    log.lost();
    for (let n = 0; n < 8; n += 1) channel.post();
    server.online = true;
    server.called.length = 0;
    void log.catchUp();
    while (!server.called.includes('channel.sync')) await turn();
    channel.restore();
    channel.post();
    await settled();
    assert.deepEqual(server.called, ['channel.sync', 'channel.resume', 'channel.sync']);
    assert.deepEqual(log.state, { is: 'live' });
    assert.deepEqual(log.messages, channel.messages);
  });

  for (const [what, posts, called] of [
    ['a short log is told', 1, ['channel.sync']],
    ['a long one is read', 20, ['channel.sync', 'message.history']],
  ] as const)
    it(`are not live through an answer that came after the connection was lost, where ${what}`, async () => {
      const { server, channel, log } = single();
      server.slowness = () => 3;
      for (let n = 0; n < posts; n += 1) channel.post();
      void log.catchUp();
      while (server.called.length < called.length) await turn();
      server.disconnect();
      log.lost();
      await settled();
      assert.deepEqual(server.called, called);
      assert.deepEqual(log.state, { is: 'loading' });
      assert.deepEqual(log.messages, []);
      server.online = true;
      void log.catchUp();
      assert.deepEqual(await log.ready(), { is: 'live' });
      assert.deepEqual(log.messages, channel.messages.slice(-log.messages.length));
    });

  it('keep a window that gives the same array until something changes', () => {
    const { channel } = single();
    for (let n = 0; n < 3; n += 1) channel.post();
    const window = new MessageWindow(KEEP);
    window.replace(channel.messages, false);
    const { list } = window;
    assert.equal(window.list, list);
    const [message] = channel.messages;
    assert.ok(message);
    window.apply({ ...message, body: 'an older state' });
    assert.equal(window.list, list, 'nothing newer came');
    window.apply({ ...message, rev: 9, body: 'a newer state' });
    assert.notEqual(window.list, list);
    assert.equal(list[0], message, 'what was handed out stays as it was');
  });
});
