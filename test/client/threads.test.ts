/** What others make of a message, in the library: reactions, mentions and how far its thread goes, as the server has it. */
import assert from 'node:assert/strict';
import type { MessageId } from 'conclave/client';
import { World } from '../support/world.ts';
import { channelOf, Clients, history, opened, shows } from './support.ts';

describe('the client: what others make of a message', () => {
  let world: World;
  const clients = new Clients(() => world);
  before(async () => {
    world = await World.create();
  });
  after(async () => {
    clients.end();
    await world.end();
  });

  it('is kept up to date at both ends, the count of a thread by its replies alone', async () => {
    const [{ client: alice }, { client: bob }] = await Promise.all([
      clients.somebody('Alice'),
      clients.somebody('Bob'),
    ]);
    const { id: channelId } = await channelOf(alice, [bob]);
    const [hers, his] = await Promise.all([opened(alice, channelId), opened(bob, channelId)]);
    const him = bob.me.value?.userId;
    assert.ok(him);
    const root = await (await hers.send('lunch, Bob?', { mentions: [him] })).settled();
    assert.ok(root.is === 'sent');
    await shows(his, (log) => log.messages[0]?.mentions?.[0] === him);

    const input = { channelId, messageId: root.as.id };
    await bob.callOrThrow('message.react', { ...input, emoji: '🍕' });
    await shows(hers, (log) => log.messages[0]?.reactions?.[0]?.count === 1);

    let replyTo: MessageId = root.as.id;
    for (const body of ['yes', 'at noon?', 'at noon']) {
      const sent = await (await his.send(body, { replyTo })).settled();
      assert.ok(sent.is === 'sent');
      replyTo = sent.as.id;
    }
    await shows(hers, (log) => log.messages[0]?.replies?.count === 3);
    assert.equal(hers.messages[0]?.replies?.lastSeq, 4);
    await alice.callOrThrow('message.pin', input);
    await shows(his, (log) => log.messages[0]?.pinned !== undefined);
    await shows(hers, (log) => log.messages[0]?.pinned !== undefined);
    assert.deepEqual(his.messages, await history(bob, channelId));
    assert.deepEqual(hers.messages, his.messages);
  });
});
