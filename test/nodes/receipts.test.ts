/** A mark that was made at one node is where its maker is at every other, and nobody else is told. */
import assert from 'node:assert/strict';
import { clientId, TwoNodes } from '../support/two-nodes.ts';

describe('a read mark on two nodes', () => {
  let nodes: TwoNodes;
  before(async () => {
    nodes = await TwoNodes.create();
  });
  after(() => nodes.end());

  it('reaches the other devices of its maker wherever they are, and nobody else', async () => {
    const [ada, bob] = [await nodes.person('Ada', nodes.a), await nodes.person('Bob', nodes.b)];
    const elsewhere = await ada.connectTo(nodes.b.url);
    const { id: channelId } = await nodes.channel(ada, bob);
    const { seq } = await bob.send(channelId, 'read me', clientId()).accepted();
    await ada.call('receipt.mark', { channelId, seq }).accepted();
    const told = await elsewhere.hears('receipt.marked');
    assert.deepEqual(told, { channelId, seq });
    const { readSeq, unread } = await elsewhere.call('channel.read', { channelId }).accepted();
    assert.deepEqual([readSeq, unread], [seq, 0]);
    await bob.connection.settled();
    assert.ok(!bob.connection.heard.some(({ event }) => event === 'receipt.marked'));
  });

  it('ends at the furthest of what was marked at both at once', async () => {
    const [ada, bob] = [await nodes.person('Ada', nodes.a), await nodes.person('Bob', nodes.b)];
    const elsewhere = await ada.connectTo(nodes.b.url);
    const { id: channelId } = await nodes.channel(bob, ada);
    for (let i = 0; i < 20; i += 1) await bob.send(channelId, `${i}`, clientId()).accepted();
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? elsewhere : ada).call('receipt.mark', { channelId, seq: i + 1 }).accepted(),
      ),
    );
    const { readSeq } = await ada.call('channel.read', { channelId }).accepted();
    assert.equal(readSeq, 20);
  });
});
