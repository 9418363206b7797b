/** A notice has one of the shapes that nodes send and no other, and every packet of them is small enough to be heard. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { PACKET_BYTES } from '../../../src/crypto/index.ts';
import type { Effect } from '../../../src/kernel/index.ts';
import {
  inPackets,
  NOTICE_BYTES,
  noticeOf,
  readNotice,
  type Notice,
} from '../../../src/transport/bus/notices.ts';

describe('notices between nodes', () => {
  it('carries a truncation as any change of the log, and no other shape of one', () => {
    const [workspaceId, channelId] = [randomUUID(), randomUUID()];
    const notice = (event: object): unknown => {
      const events = [{ kind: 'truncated', rev: 7, ...event }];
      return { effect: 'channel-changed', workspaceId, channelId, last: 7, events };
    };
    const good = notice({ belowSeq: 4 });
    assert.deepEqual(noticeOf(good as Effect), good);
    assert.deepEqual(readNotice(good), good);
    for (const bad of [{}, { belowSeq: 0 }, { belowSeq: 1.5 }, { belowSeq: 4, text: 'x' }])
      assert.equal(readNotice(notice(bad)), null);
  });

  it('tells much in few packets, in its order, and of what is too large only how far the log reaches', () => {
    const change = (text: string): Notice => {
      const [workspaceId, id, authorId] = Array.from({ length: 3 }, () => randomUUID());
      const channelId = randomUUID();
      const edits = { editedAt: null, replyTo: null, deletedAt: null, deletedBy: null };
      const content = { version: 1, at: 1, content: 'present', body: text, ...edits };
      const message = { id, channelId, seq: 1, rev: 7, authorId, ...content };
      const events = [{ kind: 'message', rev: 7, message }];
      return { effect: 'channel-changed', workspaceId, channelId, last: 7, events } as Notice;
    };
    const small = change('hello');
    assert.deepEqual(noticeOf(small), small);
    assert.deepEqual(readNotice(JSON.parse(JSON.stringify(small))), small);
    assert.deepEqual(inPackets([]), []);
    const large = change('x'.repeat(NOTICE_BYTES));
    assert.deepEqual(inPackets([large]), [[{ ...large, events: [] }]]);
    const half = change('x'.repeat(NOTICE_BYTES / 2));
    const all = [small, half, large, half, half, small];
    const packets = inPackets(all);
    const asSent = all.map((notice) => (notice === large ? { ...large, events: [] } : notice));
    assert.deepEqual(packets.flat(), asSent);
    assert.deepEqual(
      packets.map(({ length }) => length),
      [3, 1, 2],
    );
    for (const packet of packets)
      assert.ok(Buffer.byteLength(JSON.stringify(packet)) < NOTICE_BYTES * 1.1);
    assert.ok(NOTICE_BYTES * 1.5 < PACKET_BYTES, 'whatever is sent is small enough to be heard');
  });
});
