/** Mentions: of members alone, found by whom they mean and by nobody else, for as long as the words are there. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ChannelId, MessageId, UserId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { quietChannel, rows } from '../support.ts';

describe('mention.list', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    alice = await world.person('Alice');
  });
  beforeEach(async () => {
    bob = await world.person('Bob');
  });
  after(() => world.end());

  const call = (channelId: ChannelId, body: string, mentions: readonly UserId[]) => {
    const input = { channelId, body, clientId: world.clientId(), mentions: [...mentions] };
    return alice.call('message.send', input).accepted();
  };
  const bodies = async (person: Person, input: { channelId?: ChannelId } = {}) =>
    (await person.call('mention.list', input).accepted()).messages.map(({ body }) => body);

  it('gives what mentions one, newest first across channels, or of one channel', async () => {
    const here = await world.channel(alice, [bob]);
    const there = await quietChannel(world, alice, [bob]);
    const first = await call(here.id, 'one', [bob.userId]);
    world.clock.forward(1);
    await call(there.id, 'two', [bob.userId, alice.userId, bob.userId]);
    world.clock.forward(1);
    await call(here.id, 'three', []);
    const heard = await bob.hearsMessage(({ id }) => id === first.id);
    assert.deepEqual(heard.mentions, [bob.userId]);
    assert.deepEqual(await bodies(bob), ['two', 'one']);
    assert.deepEqual(await bodies(bob, { channelId: here.id }), ['one']);
    const page = await bob.call('mention.list', { limit: 1 }).accepted();
    const before = page.messages[0]?.id as MessageId;
    assert.equal(page.more, true);
    const rest = await bob.call('mention.list', { before }).accepted();
    assert.deepEqual([rest.messages, rest.more], [[heard], false]);
    const overHttp = await bob.http<typeof rest>('GET', '/v1/mentions').accepted();
    assert.equal(overHttp.messages.length, 2);
  });

  it('leaves out, without a word, whoever is no member, be they there or not', async () => {
    const [outsider, left] = [await world.person('Outsider'), await world.person('Left')];
    const { id: channelId } = await quietChannel(world, alice, [bob, left]);
    await left.call('member.leave', { channelId }).accepted();
    const foreigner = await world.person('Foreigner', {
      workspaceId: await world.anotherWorkspace(),
    });
    const strangers = [outsider, left, foreigner].map(({ userId }) => userId);
    await call(channelId, 'all', [...strangers, randomUUID() as UserId, bob.userId]);
    await call(channelId, 'nobody', strangers);
    const { messages } = await alice.call('message.history', { channelId }).accepted();
    assert.deepEqual(
      messages.map(({ mentions }) => mentions),
      [[bob.userId], undefined],
    );
    for (const person of [outsider, left, foreigner]) assert.deepEqual(await bodies(person), []);
  });

  it('follows edits, and goes with the words', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const { id: messageId } = await call(channelId, 'hey Bob', [bob.userId]);
    const edit = (body: string, mentions?: string[]) =>
      alice
        .call('message.edit', { channelId, messageId, body, ...(mentions && { mentions }) })
        .accepted();
    assert.ok(!('mentions' in (await edit('hey you'))));
    assert.deepEqual(await bodies(bob), []);
    const named = await edit('hey Bob after all', [bob.userId, randomUUID()]);
    assert.deepEqual(named.mentions, [bob.userId]);
    assert.deepEqual(await bodies(bob), ['hey Bob after all']);
    await alice.call('message.delete', { channelId, messageId }).accepted();
    assert.deepEqual(await bodies(bob), []);
    const left = await rows(world, 'SELECT * FROM mention WHERE channel_id = $1', channelId);
    assert.deepEqual(left, []);
  });

  it('shows nothing of a channel that one is out of, nor of a time that one may not read', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    await call(channelId, 'for members', [bob.userId]);
    await alice.call('member.remove', { channelId, userId: bob.userId }).accepted();
    assert.deepEqual(await bodies(bob), []);
    assert.deepEqual(await bodies(bob, { channelId }), []);
    const since = await quietChannel(world, alice, [], { historyPolicy: 'since-join' });
    const early = await call(since.id, 'before', []);
    await alice.call('member.add', { channelId: since.id, userId: bob.userId }).accepted();
    const edit = {
      channelId: since.id,
      messageId: early.id,
      body: 'secret',
      mentions: [bob.userId],
    };
    await alice.call('message.edit', edit).accepted();
    assert.deepEqual(await bodies(bob), []);
  });

  it('is refused to who is not signed in, and when its shape is wrong', async () => {
    assert.equal((await fetch(`${world.url}/v1/mentions`)).status, 401);
    for (const bad of [{ limit: 0 }, { before: 'x' }, { unheard: true }])
      await bob.connection.raw('mention.list', bad).refused('invalid_input');
    const { id: channelId } = await quietChannel(world, alice);
    const fresh = { channelId, body: 'hey', clientId: world.clientId() };
    const crowd = Array.from({ length: 51 }, () => randomUUID());
    await alice.connection
      .raw('message.send', { ...fresh, mentions: crowd })
      .refused('invalid_input');
  });
});
