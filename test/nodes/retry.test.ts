/** A retry is answered on a node that never heard of the first try, whatever its author may do by now. */
import assert from 'node:assert/strict';
import { clientId, TwoNodes } from '../support/two-nodes.ts';

describe('a retry on another node', () => {
  let nodes: TwoNodes;
  before(async () => {
    nodes = await TwoNodes.create();
  });
  after(() => nodes.end());

  it('gets the first answer although its author was removed meanwhile', async () => {
    const { a, b } = nodes;
    const [alice, bob] = await Promise.all([nodes.person('Alice', a), nodes.person('Bob', a)]);
    const { id: channelId } = await nodes.channel(alice, bob);
    const sent = clientId();
    const first = await bob.send(channelId, 'said in time', sent).accepted();
    await alice.call('member.remove', { channelId, userId: bob.userId }).accepted();
    const elsewhere = await bob.connectTo(b.url);
    const send = (id: typeof sent) =>
      elsewhere.call('message.send', { channelId, body: 'said in time', clientId: id });
    assert.deepEqual(await send(sent).accepted(), { ...first, duplicate: true });
    await send(clientId()).refused('not_found');
  });

  it('gets the first answer although its author may only read by now', async () => {
    const { a, b } = nodes;
    const [alice, bob] = await Promise.all([nodes.person('Alice', a), nodes.person('Bob', a)]);
    const { id: channelId } = await nodes.channel(alice, bob);
    const sent = clientId();
    const first = await bob.send(channelId, 'said in time', sent).accepted();
    const demotion = { channelId, userId: bob.userId, role: 'guest' } as const;
    await alice.call('member.set-role', demotion).accepted();
    const elsewhere = await bob.connectTo(b.url);
    const send = (id: typeof sent) =>
      elsewhere.call('message.send', { channelId, body: 'said in time', clientId: id });
    assert.deepEqual(await send(sent).accepted(), { ...first, duplicate: true });
    await send(clientId()).refused('forbidden');
  });
});
