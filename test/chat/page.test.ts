/** A page of the longest texts ends by its bytes, says that there is more, and the pages together are all there is. */
import assert from 'node:assert/strict';
import {
  PAGE_BODY_BYTES,
  PAGE_ENTRIES,
  type ChannelId,
  type MessageId,
} from '../../src/contract/index.ts';
import { pageOf } from '../../src/chat/page.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { spoken } from './support.ts';

/** Three bytes each in UTF-8, and as many of them as a body takes. */
const LONGEST = '界'.repeat(4_000);
const POSTS = 60;

describe('a page of messages', () => {
  let world: World;
  let alice: Person;
  let channelId: ChannelId;
  let first: MessageId;
  before(async function () {
    this.timeout(240_000);
    world = await World.create();
    alice = await world.person('Alice');
    channelId = await spoken(world, [alice]);
    const [spokenFirst] = (await page()).messages;
    assert.ok(spokenFirst);
    const { id: replyTo } = spokenFirst;
    first = replyTo;
    for (let n = 0; n < POSTS; n += 1) {
      const clientId = world.clientId();
      await alice.call('message.send', { channelId, clientId, body: LONGEST, replyTo }).accepted();
    }
  });
  after(() => world.end());

  const page = (before?: number) =>
    alice
      .call('message.history', { channelId, limit: PAGE_ENTRIES, ...(before && { before }) })
      .accepted();
  const replies = (messageId: MessageId, before?: number) =>
    alice
      .call('thread.read', { channelId, messageId, limit: PAGE_ENTRIES, ...(before && { before }) })
      .accepted();
  const bytes = (messages: readonly { readonly body: string | null }[]) =>
    messages.reduce((sum, { body }) => sum + Buffer.byteLength(body ?? ''), 0);

  it('of history ends before it is too large, and the next ones go on from there', async () => {
    const seqs: number[] = [];
    let pages = 0;
    for (let before: number | undefined, more = true; more; pages += 1) {
      const { messages, ...rest } = await page(before);
      assert.ok(bytes(messages) <= PAGE_BODY_BYTES);
      const full = bytes(messages) + 2 * Buffer.byteLength(LONGEST) > PAGE_BODY_BYTES;
      assert.ok(full || !rest.more, 'a page is as long as it may be');
      seqs.unshift(...messages.map(({ seq }) => seq));
      before = messages[0]?.seq;
      ({ more } = rest);
    }
    assert.deepEqual(
      seqs,
      Array.from({ length: POSTS + 1 }, (_, i) => i + 1),
    );
    assert.equal(pages, 2);
  });

  it('of a thread likewise, with its first message counted in', async () => {
    const newest = await replies(first);
    assert.ok(newest.more && bytes(newest.replies) <= PAGE_BODY_BYTES);
    const rest = await replies(first, newest.replies[0]?.seq);
    assert.ok(!rest.more);
    const seqs = [...rest.replies, ...newest.replies].map(({ seq }) => seq);
    assert.deepEqual(
      seqs,
      Array.from({ length: POSTS }, (_, i) => i + 2),
    );
  });

  it('is of one message at least, however large, and never of more than was asked for', () => {
    const row = (length: number) => ({ bodySealed: new Uint8Array(length) });
    const [huge, small] = [row(PAGE_BODY_BYTES + 1), row(1)];
    assert.deepEqual(pageOf([huge, small], 1), { page: [huge], more: true });
    assert.deepEqual(pageOf([huge, small], 5), { page: [huge], more: true });
    assert.deepEqual(pageOf([small, huge], 5), { page: [small], more: true });
    assert.deepEqual(pageOf([small, small, small], 2), { page: [small, small], more: true });
    assert.deepEqual(pageOf([small, small], 2), { page: [small, small], more: false });
    assert.deepEqual(pageOf([small, row(PAGE_BODY_BYTES - 1)], 2).more, false);
    assert.deepEqual(pageOf([small, row(PAGE_BODY_BYTES - 1)], 2, small).more, true);
    assert.deepEqual(pageOf([], 5, huge), { page: [], more: false });
    assert.deepEqual(pageOf([{ bodySealed: null }], 5).page.length, 1);
  });
});
