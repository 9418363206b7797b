/** A channel that becomes narrower is taken from who may read it no more, and given on to all others, on every node. */
import assert from 'node:assert/strict';
import type { ChannelId } from '../../src/contract/index.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import type { Connection } from '../support/connection.ts';
import type { Person } from '../support/person.ts';
import { clientId, TwoNodes } from '../support/two-nodes.ts';
import type { World } from '../support/world.ts';
import { aliceAndBob } from './members.ts';

describe('a channel that fewer may read', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    ({ world, alice, bob } = await aliceAndBob());
  });
  after(() => world.end());

  it('takes a channel that is made private from who had only looked in, before anything later is said', async () => {
    for (const narrower of [{ kind: 'private' }, { historyPolicy: 'since-join' }] as const) {
      const passer = await world.person('Passer-by');
      const { id: channelId } = await world.channel(alice, [bob], { kind: 'public' });
      await passer.call('channel.subscribe', { channelId }).accepted();
      const sent = await alice.send(channelId, 'to all', world.clientId()).accepted();
      await passer.hearsMessage(({ id }) => id === sent.id);
      const input = { channelId, name: 'Inner circle', ...narrower };
      const changed = await alice.call('channel.update', input).accepted();
      for (const person of [bob, passer])
        await person.hears('access.changed', (told) => told.channelId === channelId);
      await bob.call('channel.subscribe', { channelId }).accepted();
      await passer
        .call('channel.subscribe', { channelId })
        .refused('kind' in narrower ? 'not_found' : 'forbidden');
      await alice.send(channelId, 'among ourselves', world.clientId()).accepted();
      await bob.hearsMessage(({ body }) => body === 'among ourselves');
      await passer.connection.settled();
      assert.equal(passer.connection.frames().at(-1)?.last, sent.rev);
      assert.ok(!JSON.stringify(passer.connection.heard).includes('Inner circle'));
      const gap = { channelId, rev: sent.rev, epoch: 1 };
      const { events } = await bob.call('channel.resume', gap).accepted();
      const [first] = events;
      assert.equal(first?.kind === 'channel' && first.channel.accessRev, changed.lastRev);
    }
  });

  it('is taken from whoever gets a role that may not read, and given back with one that may', async () => {
    const passer = await world.person('Passer-by');
    const { id: channelId } = await world.channel(alice, [bob], { kind: 'public' });
    const about = { channelId, permission: 'message.read', role: 'guest' } as const;
    await alice.call('override.set', { ...about, effect: 'deny' }).accepted();
    const listening = [await bob.connect(), await passer.connect()];
    const [own, other] = listening as [Connection, Connection];
    for (const one of listening) await one.call('channel.subscribe', { channelId }).accepted();
    const guest = { channelId, userId: bob.userId, role: 'guest' } as const;
    const demoted = await alice.call('member.set-role', guest).accepted();
    await alice.call('member.add', { ...guest, userId: passer.userId }).accepted();
    for (const one of listening) await one.hears('access.changed');
    await own.call('channel.subscribe', { channelId }).refused('forbidden');
    await alice.call('channel.subscribe', { channelId }).accepted();
    await alice.send(channelId, 'not for guests', world.clientId()).accepted();
    await alice.hearsMessage(({ body }) => body === 'not for guests');
    for (const one of listening) {
      await one.settled();
      assert.ok(!JSON.stringify(one.heard).includes('not for guests'));
    }
    assert.ok(own.frames().every(({ last }) => last <= demoted.rev));
    await alice.call('member.set-role', { ...guest, role: 'member' }).accepted();
    await own.call('channel.subscribe', { channelId }).accepted();
    await alice.send(channelId, 'for members', world.clientId()).accepted();
    await own.hearsMessage(({ body }) => body === 'for members');
    await other.call('channel.subscribe', { channelId }).refused('forbidden');
  });

  it('shows what was private to everybody once it is public, and disturbs nobody who listens', async () => {
    const passer = await world.person('Passer-by');
    const { id: channelId } = await world.channel(alice, [bob]);
    await passer.call('channel.subscribe', { channelId }).refused('not_found');
    const opened = await alice.call('channel.update', { channelId, kind: 'public' }).accepted();
    await bob.hears('channel.events', ({ last }) => last === opened.lastRev);
    const told = bob.connection.heard.filter(({ event, payload }) => {
      return (
        event === 'access.changed' && (payload as { channelId: ChannelId }).channelId === channelId
      );
    });
    assert.equal(told.length, 1, 'when Bob was added, and not again');
    await passer.call('channel.subscribe', { channelId }).accepted();
  });
});

describe('a channel that fewer may read, on two nodes', () => {
  it('takes effect on the sockets of the other node', async () => {
    const nodes = await TwoNodes.create();
    try {
      const alice = await nodes.person('Alice', nodes.a);
      const passer = await nodes.person('Passer-by', nodes.b);
      const channel = { kind: 'public', name: 'Open' } as const;
      const { id: channelId } = await alice.call('channel.create', channel).accepted();
      await passer.call('channel.subscribe', { channelId }).accepted();
      const sent = await alice.send(channelId, 'to all', clientId()).accepted();
      await passer.hearsMessage(({ id }) => id === sent.id);
      await alice.call('channel.update', { channelId, kind: 'private' }).accepted();
      await passer.hears('access.changed');
      await alice.send(channelId, 'among ourselves', clientId()).accepted();
      await passer.call('channel.subscribe', { channelId }).refused('not_found');
      await passer.connection.settled();
      assert.equal(passer.connection.frames().at(-1)?.last, sent.rev);
    } finally {
      await nodes.end();
    }
  });
});

describe('reading that is denied to a role, on two nodes', () => {
  it('takes reading from the sockets of the other node', async () => {
    const nodes = await TwoNodes.create();
    try {
      const [alice, bob] = [
        await nodes.person('Alice', nodes.a),
        await nodes.person('Bob', nodes.b),
      ];
      const { id: channelId } = await nodes.channel(alice, bob);
      const told = (payload: { channelId: string }) => payload.channelId === channelId;
      await bob.hears('access.changed', told);
      const about = { channelId, permission: 'message.read', role: 'member' } as const;
      await alice.call('override.set', { ...about, effect: 'deny' }).accepted();
      const bobHeard = () =>
        bob.connection.heard.filter(({ event }) => event === 'access.changed').length;
      await eventually('Bob is told', () => bobHeard() === 2);
      await alice.send(channelId, 'without Bob', clientId()).accepted();
      await bob.connection.settled();
      assert.ok(!JSON.stringify(bob.connection.heard).includes('without Bob'));
    } finally {
      await nodes.end();
    }
  });
});
