/** Typing: seen by who listens in the channel, by nobody else, never kept, and at the cost of nothing that matters. */
import assert from 'node:assert/strict';
import type { ChannelId } from '../../../src/contract/index.ts';
import { LIMIT_TABLE } from '../../../src/limits/index.ts';
import { eventually } from '../../support/bootstrap-clone.ts';
import type { Connection } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { statementsOf } from '../../support/statements.ts';
import { UNLIMITED, World } from '../../support/world.ts';
import { allRefused, changesNothing, hiddenChannels, misshapen, quietChannel } from '../support.ts';

/** Whom the connection was told of as writing, in that channel. */
const typistsOn = ({ heard }: Connection, channelId: ChannelId) =>
  heard.flatMap(({ event, payload }) => {
    const told = payload as { channelId: ChannelId; userId: string };
    return event === 'channel.typing' && told.channelId === channelId ? [told.userId] : [];
  });

describe('typing.signal', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create({ limits: { ...UNLIMITED, signal: LIMIT_TABLE.signal } });
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  it('is told to everybody else who listens, and not on any device of who types', async () => {
    const carol = await world.person('Carol');
    const { id: channelId } = await world.channel(alice, [bob, carol]);
    const phone = alice.connection;
    const desk = await alice.connect();
    await desk.call('channel.subscribe', { channelId }).accepted();
    assert.deepEqual(await desk.call('typing.signal', { channelId }).accepted(), {});
    for (const { connection } of [bob, carol])
      assert.deepEqual(await connection.hears('channel.typing'), {
        channelId,
        userId: alice.userId,
      });
    for (const connection of [phone, desk]) {
      await connection.settled();
      assert.deepEqual(typistsOn(connection, channelId), []);
    }
  });

  it('reaches nobody who does not listen: outsiders, who was removed, who listens elsewhere', async () => {
    const outsider = await world.person('Outsider');
    const { id: channelId } = await world.channel(alice, [bob]);
    const { id: elsewhere } = await world.channel(alice, [outsider]);
    const removed = await world.person('Removed');
    await alice.call('member.add', { channelId, userId: removed.userId }).accepted();
    await removed.call('channel.subscribe', { channelId }).accepted();
    await alice.call('member.remove', { channelId, userId: removed.userId }).accepted();
    await alice.call('typing.signal', { channelId }).accepted();
    await bob.hears('channel.typing', (told) => told.channelId === channelId);
    for (const { connection } of [outsider, removed]) {
      await connection.settled();
      assert.deepEqual(typistsOn(connection, channelId), []);
      assert.deepEqual(typistsOn(connection, elsewhere), []);
    }
  });

  it('is told once in a while, however often it is said and on however many devices', async () => {
    const { id: channelId } = await world.channel(alice, [bob]);
    const other = await alice.connect();
    for (let i = 0; i < 20; i += 1)
      await (i % 2 ? other : alice).call('typing.signal', { channelId }).accepted();
    await bob.connection.settled();
    assert.equal(typistsOn(bob.connection, channelId).length, 1);
    await eventually('it is told again', async () => {
      await alice.call('typing.signal', { channelId }).accepted();
      await bob.connection.settled();
      return typistsOn(bob.connection, channelId).length === 2;
    });
  });

  it('takes no revision, leaves no row, and asks the database at most once in a while', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const statements = await changesNothing(world, async () => {
      await alice.call('typing.signal', { channelId }).accepted();
      return statementsOf(async () => {
        for (let i = 0; i < 10; i += 1) await alice.call('typing.signal', { channelId }).accepted();
      });
    });
    const reading = statements.filter((text) => /account|channel c|membership/.test(text));
    assert.deepEqual(reading, []);
  });

  it('is refused at once after a removal, and after a role that may not write', async () => {
    const { id: channelId } = await world.channel(alice, [bob], { kind: 'public' });
    await bob.call('typing.signal', { channelId }).accepted();
    const { userId } = bob;
    await alice.call('member.set-role', { channelId, userId, role: 'guest' }).accepted();
    await bob.call('typing.signal', { channelId }).refused('forbidden');
    await alice.call('member.set-role', { channelId, userId, role: 'member' }).accepted();
    await bob.call('typing.signal', { channelId }).accepted();
    await alice.call('member.remove', { channelId, userId }).accepted();
    await bob.call('typing.signal', { channelId }).refused('forbidden');
  });

  it('is refused at once where the channel is archived or posting denied, and soon after a mute', async () => {
    const { id: channelId } = await world.channel(alice, [bob]);
    const { userId } = bob;
    const type = () => bob.call('typing.signal', { channelId });
    await type().accepted();
    const about = { channelId, permission: 'message.send', userId } as const;
    await alice.call('override.set', { ...about, effect: 'deny' }).accepted();
    await type().refused('forbidden');
    await alice.call('override.set', { ...about, effect: null }).accepted();
    await type().accepted();
    await alice.call('member.mute', { channelId, userId, reason: 'enough' }).accepted();
    world.clock.forward(1_001);
    assert.deepEqual((await type().refused('muted')).detail, { until: null });
    await alice.call('member.unmute', { channelId, userId }).accepted();
    await type().accepted();
    await alice.call('channel.archive', { channelId }).accepted();
    await type().refused('channel_archived');
  });

  it('is forbidden to who may not write there: guests of the channel, auditors, passers-by', async () => {
    const [guest, auditor, passer] = await Promise.all([
      world.person('Guest of the channel'),
      world.person('Auditor', { role: 'auditor' }),
      world.person('Passer-by'),
    ]);
    const { id: channelId } = await quietChannel(world, alice, [auditor], { kind: 'public' });
    const { userId } = guest;
    await alice.call('member.add', { channelId, userId, role: 'guest' }).accepted();
    await allRefused(
      'forbidden',
      [guest, auditor, passer].map((person) => person.call('typing.signal', { channelId })),
    );
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible', async () => {
    const hidden = Object.values(await hiddenChannels(world));
    await allRefused(
      'not_found',
      hidden.map((channelId) => alice.call('typing.signal', { channelId })),
    );
  });

  it('delays no message and drowns no listener when somebody says it all the time', async () => {
    const flooder = await world.person('Flooder');
    const { id: channelId } = await world.channel(alice, [bob, flooder]);
    const codes: string[] = [];
    const flood = async () => {
      for (let batch = 0; batch < 6; batch += 1)
        await Promise.all(
          Array.from({ length: 60 }, async () => {
            const reply = await flooder.connection.raw('typing.signal', { channelId });
            codes.push(reply.ok ? 'ok' : reply.error.code);
          }),
        );
    };
    const slowest = async () => {
      let most = 0;
      for (let i = 0; i < 20; i += 1) {
        const began = performance.now();
        await alice.send(channelId, `in between ${i}`, world.clientId()).accepted();
        await bob.hearsMessage(({ body }) => body === `in between ${i}`);
        most = Math.max(most, performance.now() - began);
      }
      return most;
    };
    const [most] = await Promise.all([slowest(), flood()]);
    assert.ok(most < 20_000, `a message took ${Math.round(most)} ms`);
    assert.equal(codes.filter((code) => code === 'ok').length, 300);
    assert.equal(codes.filter((code) => code === 'rate_limited').length, 60);
    await bob.connection.settled();
    assert.ok(typistsOn(bob.connection, channelId).length <= 3);
    const { detail } = await flooder.call('typing.signal', { channelId }).refused('rate_limited');
    assert.deepEqual(detail, { bucket: 'signal', by: 'user', windowMs: 60_000 });
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    await misshapen(
      world,
      bob,
      'typing.signal',
      { channelId },
      { 'no channel': { channelId: 'here' }, 'somebody else': { userId: alice.userId } },
    );
  });
});
