/** Moderation across two nodes: who reported is told where they are, jobs tell everywhere, filters hold on both. */
import assert from 'node:assert/strict';
import { clientId, TwoNodes } from '../support/two-nodes.ts';

describe('moderation across two nodes', () => {
  let nodes: TwoNodes;
  before(async () => {
    nodes = await TwoNodes.create();
  });
  after(() => nodes.end());

  it('tells the reporter on the other node, and both of what a job deletes', async () => {
    const [alice, bob] = [await nodes.person('Alice', nodes.a), await nodes.person('Bob', nodes.b)];
    const { id: channelId } = await nodes.channel(alice, bob);
    const sent = await alice.send(channelId, 'minded', clientId()).accepted();
    const input = { channelId, messageId: sent.id, category: 'spam' } as const;
    const report = await bob.call('report.create', input).accepted();
    await alice.call('report.dismiss', { reportId: report.id, reason: 'in jest' }).accepted();
    const told = await bob.hears('report.updated', ({ reportId }) => reportId === report.id);
    assert.equal(told.state, 'dismissed');
    const authorId = alice.userId;
    const begun = await alice
      .call('message.delete-many', { channelId, authorId, reason: 'all of it' })
      .accepted();
    const over = await alice.hears('moderation.progress', (p) => p.finished);
    assert.deepEqual([over.deletionId, over.deleted], [begun.deletionId, 1]);
    for (const person of [alice, bob])
      await person.hearsMessage(({ id, content }) => id === sent.id && content === 'deleted');
  });

  it('tells who keeps a channel on the other node of a report, and there whom they act upon', async () => {
    const [alice, bob] = [await nodes.person('Alice', nodes.a), await nodes.person('Bob', nodes.b)];
    const { id: channelId } = await nodes.channel(alice, bob);
    const sent = await alice.send(channelId, 'minded', clientId()).accepted();
    const input = { channelId, messageId: sent.id, category: 'spam' } as const;
    const report = await bob.call('report.create', input).accepted();
    const told = await alice.hears('queue.changed', ({ reportId }) => reportId === report.id);
    assert.deepEqual(told, { reportId: report.id, channelId, state: 'open' });
    const { userId } = bob;
    await alice.call('member.mute', { channelId, userId, reason: 'enough' }).accepted();
    assert.deepEqual(await bob.hears('moderation.acted'), { channelId });
  });

  it('lets nobody write on one node whom the other has muted, nor what it has forbidden', async () => {
    const [alice, bob] = [await nodes.person('Alice', nodes.a), await nodes.person('Bob', nodes.b)];
    const { id: channelId } = await nodes.channel(alice, bob);
    await bob.send(channelId, 'spam', clientId()).accepted();
    const filter = { channelId, kind: 'word', action: 'refuse', text: 'spam' } as const;
    await alice.call('filter.create', filter).accepted();
    for (let code = 'ok'; code !== 'filtered';) {
      const reply = await bob.send(channelId, 'spam', clientId());
      code = reply.ok ? 'ok' : reply.error.code;
    }
    const { userId } = bob;
    await alice.call('member.mute', { channelId, userId, reason: 'enough' }).accepted();
    await bob.send(channelId, 'kind words', clientId()).refused('muted');
  });

  it('lets one through of what somebody sends at once from a device on each node in slow mode', async () => {
    const [alice, bob] = [await nodes.person('Alice', nodes.a), await nodes.person('Bob', nodes.a)];
    const { id: channelId } = await nodes.channel(alice, bob);
    await alice.call('channel.set-slow-mode', { channelId, seconds: 3_600 }).accepted();
    const devices = [bob.connection, await bob.connectTo(nodes.b.url)] as const;
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        devices[i % 2 === 0 ? 0 : 1].call('message.send', {
          ...{ channelId, clientId: clientId() },
          body: `at once ${i}`,
        }),
      ),
    );
    const codes = replies.map((reply) => (reply.ok ? 'ok' : reply.error.code));
    assert.deepEqual(codes.sort(), ['ok', ...Array<string>(19).fill('slow_mode')]);
    const { messages } = await alice.call('message.history', { channelId }).accepted();
    assert.equal(messages.length, 1);
  });
});
