/** Messages that went for good go from every client too, whatever was being read, and nothing is read again for it. */
import assert from 'node:assert/strict';
import type { ChannelEvent } from '../../src/contract/index.ts';
import {
  changes,
  frame,
  HandServer,
  message,
  page,
  posted,
  reset,
  resumed,
  says,
  turn,
} from './hand-server.ts';

const truncated = (rev: number, belowSeq: number): ChannelEvent => {
  return { kind: 'truncated', rev, belowSeq };
};

describe('the client: a truncation', () => {
  let server: HandServer;
  beforeEach(() => {
    server = new HandServer(4);
  });
  afterEach(() => {
    assert.deepEqual(server.failures, []);
    server.log.close();
  });
  /** Three messages are shown, and there are older ones. */
  const loaded = () => server.loads([message(7, 7), message(8, 8), message(9, 9)], 9);

  it('takes what lies below it, keeps the place, and asks for nothing', async () => {
    await loaded();
    server.log.frame(frame(9, 11, [truncated(10, 8), posted(10, 11)]));
    assert.deepEqual(server.bodies, ['text 8', 'text 9', 'text 10']);
    assert.deepEqual([server.log.rev, server.log.hasOlder], [11, false]);
    assert.deepEqual(await server.log.loadOlder(), { ok: true, data: 0 });
    assert.deepEqual([server.log.state, server.calls], [{ is: 'live' }, []]);
    server.log.frame(frame(11, 12, [truncated(12, 11)]));
    assert.deepEqual([server.bodies, server.log.rev, server.log.hasOlder], [[], 12, false]);
    server.log.frame(frame(12, 13, [posted(11, 13)]));
    assert.deepEqual([server.bodies, server.calls], [['text 11'], []]);
  });

  it('leaves older messages to ask for only where there are some', async () => {
    await loaded();
    server.log.frame(frame(9, 10, [truncated(10, 5)]));
    assert.deepEqual([server.bodies.length, server.log.hasOlder], [3, true]);
    server.log.frame(frame(10, 11, [truncated(11, 7)]));
    assert.deepEqual([server.bodies.length, server.log.hasOlder], [3, false]);
  });

  it('takes them from a page that was read before it, and changes of them that came meanwhile', async () => {
    await loaded();
    const reading = server.log.loadOlder();
    server.log.frame(frame(9, 10, [posted(4, 10, 'edited')]));
    server.log.frame(frame(10, 11, [posted(6, 11, 'edited')]));
    server.log.frame(frame(11, 12, [truncated(12, 6)]));
    const older = [3, 4, 5, 6].map((seq) => message(seq, seq));
    await server.answers('message.history', page(older, 9, true));
    assert.deepEqual(await reading, { ok: true, data: 1 });
    assert.deepEqual(server.bodies, ['edited', 'text 7', 'text 8', 'text 9']);
    assert.equal(server.log.hasOlder, false);
  });

  it('takes a text that was about to be fetched', async () => {
    await loaded();
    server.log.frame(frame(9, 10, [posted(7, 10, null)]));
    const fetched = server.taken('message.history');
    server.log.frame(frame(10, 11, [truncated(11, 8)]));
    await says(fetched, { ...page([], 10), messages: [] });
    assert.deepEqual([server.bodies, server.log.rev], [['text 8', 'text 9'], 11]);
    assert.deepEqual([server.log.state, server.calls], [{ is: 'live' }, []]);
    server.log.frame(frame(11, 13, [posted(8, 12, null), truncated(13, 9)]));
    assert.deepEqual([server.bodies, server.calls], [['text 9'], []]);
  });

  it('is told in a resume or a sync like any change', async () => {
    await loaded();
    server.log.frame(frame(10, 11, []));
    await server.answers('channel.resume', resumed(9, 11, [truncated(10, 8)]));
    assert.deepEqual([server.bodies, server.log.rev], [['text 8', 'text 9'], 11]);
    await server.returns();
    await server.answers('channel.sync', changes(11, 12, [truncated(12, 9)]));
    assert.deepEqual([server.bodies, server.log.rev], [['text 9'], 12]);
    assert.deepEqual([server.log.state, server.calls], [{ is: 'live' }, []]);
  });

  it('is forgotten with the log that it was of: another incarnation has what it has', async () => {
    await loaded();
    server.log.frame(frame(9, 10, [truncated(10, 9)]));
    server.log.head({ rev: 10, epoch: 2 });
    server.timers.forward(500);
    await turn();
    await server.answers('channel.sync', reset(4, 2));
    await server.answers('message.history', page([message(3, 3), message(4, 4)], 4, true, 2));
    assert.deepEqual(server.bodies, ['text 3', 'text 4']);
    const reading = server.log.loadOlder();
    await server.answers('message.history', page([message(1, 1), message(2, 2)], 4, false, 2));
    assert.deepEqual(await reading, { ok: true, data: 2 });
    assert.deepEqual(server.bodies, ['text 1', 'text 2', 'text 3', 'text 4']);
  });
});
