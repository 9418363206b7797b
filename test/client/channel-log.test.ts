/** Whatever is lost, repeated, held back or cut off: once it is quiet, a log shows exactly the newest that the server has. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Log } from '../../src/client/channel-log.ts';
import { MessageWindow } from '../../src/client/message-window.ts';
import { Timers } from '../../src/client/timers.ts';
import type { ChannelFrame } from '../../src/contract/index.ts';
import { ModelServer } from './model-server.ts';

const KEEP = 5;
const STEPS = ['post', 'edit', 'remove', 'emit', 'withhold'] as const;
const WIRE = ['deliver', 'deliver', 'deliver', 'lose', 'repeat', 'rest', 'rest', 'settle'] as const;
const RARE = ['disconnect', 'reconnect', 'older', 'older', 'trim', 'restore'] as const;
const Step = fc.record({
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...STEPS) },
    { weight: 5, arbitrary: fc.constantFrom(...WIRE) },
    { weight: 2, arbitrary: fc.constantFrom(...RARE) },
  ),
  place: fc.nat(20),
});

const turn = () => new Promise((resolve) => setImmediate(resolve));
/** More than any log of this size needs to become quiet. */
const settled = async () => {
  for (let n = 0; n < 200; n += 1) await turn();
};

function logOf(server: ModelServer): { log: Log; failures: unknown[] } {
  const failures: unknown[] = [];
  const soon = new Timers((_milliseconds, task) => {
    const immediate = setImmediate(task);
    return () => clearImmediate(immediate);
  });
  const log = new Log({
    id: server.channelId,
    calls: { call: server.call },
    timers: soon,
    outbox: { entries: [], on: () => () => undefined, add: () => Promise.reject(new Error()) },
    keep: KEEP,
    me: () => null,
    failed: (error) => failures.push(error),
    closed: () => undefined,
  });
  return { log, failures };
}

describe('the client: a channel log', () => {
  it('equals the log of the server after any history of losses', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(Step, { maxLength: 80 }), fc.boolean(), async (steps, quiet) => {
        const server = new ModelServer();
        server.slowness = (n) => 1 + ((n * 7) % 5);
        const { log, failures } = logOf(server);
        let last: ChannelFrame | null = null;
        const reconnect = () => {
          server.online = true;
          void log.catchUp();
        };
        const disconnect = () => {
          server.online = false;
          server.frames.length = 0; // what was under way on the old connection
          log.lost();
        };
        const deliver = (frame: ChannelFrame | null | undefined) => {
          if (frame && server.online) log.frame(frame);
        };
        reconnect();
        if (quiet) await settled();
        for (const { what, place } of steps) {
          if (what === 'post') server.post();
          else if (what === 'edit') server.edit(place);
          else if (what === 'remove') server.remove(place);
          else if (what === 'emit') server.emit(false);
          else if (what === 'withhold') server.emit(true);
          else if (what === 'deliver') deliver((last = server.frames.shift() ?? last));
          else if (what === 'lose') server.frames.shift();
          else if (what === 'repeat') deliver(last);
          else if (what === 'disconnect') disconnect();
          else if (what === 'reconnect') reconnect();
          else if (what === 'older') void log.loadOlder();
          else if (what === 'trim') log.trim();
          else if (what === 'rest') await turn();
          else if (what === 'settle') await settled();
          else server.restore();
          if (!server.online) assert.notEqual(log.state.is, 'live');
          const seqs = log.messages.map(({ seq }) => seq);
          assert.deepEqual(
            seqs,
            [...new Set(seqs)].sort((a, b) => a - b),
          );
          assert.ok(seqs.length <= KEEP * 10);
        }
        if (!server.online) reconnect();
        if (quiet) await settled();
        server.post();
        server.emit(false);
        for (const frame of server.frames.splice(0)) log.frame(frame);
        await settled();
        assert.equal(log.state.is, 'live');
        assert.equal(log.rev, server.rev);
        const shown = log.messages;
        assert.ok(shown.length >= Math.min(1, server.messages.length));
        assert.deepEqual(shown, server.messages.slice(-shown.length));
        assert.equal(log.hasOlder, shown.length < server.messages.length);
        assert.deepEqual(failures, []);
      }),
      { numRuns: 400 },
    );
  });

  it('drops what it cannot hold while it reads, and reads that too', async () => {
    const server = new ModelServer();
    server.bridge = 10_000;
    const { log } = logOf(server);
    void log.catchUp();
    await log.ready();
    const deliver = () => {
      server.emit(false);
      for (const frame of server.frames.splice(0)) log.frame(frame);
    };
    server.post();
    server.emit(false);
    server.frames.length = 0; // the gap
    server.post();
    deliver();
    await Promise.resolve(); // the server has read the log; its answer is under way
    for (let n = 0; n < 1_200; n += 1) server.post();
    deliver();
    for (let n = 0; n < 2_000 && log.state.is !== 'live'; n += 1) await turn();
    assert.equal(log.rev, 1_202);
    assert.deepEqual(log.messages, server.messages.slice(-KEEP));
  });

  it('does not show the text of a message that was deleted while a page with it was read', async () => {
    const server = new ModelServer();
    for (let n = 0; n < 20; n += 1) server.post();
    const { log } = logOf(server);
    server.emit(false);
    server.frames.length = 0;
    void log.catchUp();
    await log.ready();
    const first = log.messages[0]?.seq ?? 0;
    const reading = log.loadOlder();
    await Promise.resolve();
    await Promise.resolve(); // the server has read the page; its answer is under way
    server.remove(first - 2);
    server.emit(false);
    for (const frame of server.frames.splice(0)) log.frame(frame);
    assert.ok((await reading).ok);
    assert.equal(log.messages.find(({ seq }) => seq === first - 1)?.content, 'deleted');
  });

  it('is not live through an answer that came after its connection was lost', async () => {
    const server = new ModelServer();
    server.post();
    const { log } = logOf(server);
    void log.catchUp();
    await turn();
    await Promise.resolve(); // subscribed; the log is being read
    log.lost();
    await settled();
    assert.deepEqual(log.state, { is: 'loading' });
    assert.deepEqual(log.messages, []);
    void log.catchUp();
    assert.deepEqual(await log.ready(), { is: 'live' });
    assert.deepEqual(log.messages, server.messages);
  });

  it('keeps a window that gives the same array until something changes', () => {
    const server = new ModelServer();
    for (let n = 0; n < 3; n += 1) server.post();
    const window = new MessageWindow(KEEP);
    window.replace(server.messages, false);
    const { list } = window;
    assert.equal(window.list, list);
    const [message] = server.messages;
    assert.ok(message);
    window.apply({ ...message, body: 'an older state' });
    assert.equal(window.list, list, 'nothing newer came');
    window.apply({ ...message, rev: 9, body: 'a newer state' });
    assert.notEqual(window.list, list);
    assert.equal(list[0], message, 'what was handed out stays as it was');
  });
});
