/** Pinning: by keepers and staff, at most fifty, told to everybody who reads, and gone with the words. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { MessageId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import {
  allRefused,
  archive,
  audited,
  changesNothing,
  misshapen,
  quietChannel,
  saidInTurn,
} from '../support.ts';

describe('message.pin', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const posted = async (settings: { historyPolicy?: 'since-join'; kind?: 'public' } = {}) => {
    const { id, posts } = await quietChannel(world, alice, [bob], {
      ...settings,
      sayings: ['the rules'],
    });
    return { channelId: id, messageId: posts[0]?.id as MessageId };
  };

  it('takes a revision, is told with the message, and changes nothing the second time', async () => {
    const input = await posted();
    await bob.call('channel.subscribe', { channelId: input.channelId }).accepted();
    const pinned = await alice.call('message.pin', input).accepted();
    const by = { by: alice.userId, at: world.clock.now().getTime() };
    assert.deepEqual(pinned.pinned, by);
    const heard = await bob.hearsMessage(({ rev }) => rev === pinned.rev);
    assert.deepEqual([heard.body, heard.pinned], ['the rules', by]);
    world.clock.forward(1);
    assert.deepEqual(await alice.call('message.pin', input).accepted(), pinned);
    const events = await audited(world, 'message.pin', input.messageId);
    assert.deepEqual(
      events.map((event) => (event['details'] as { already: boolean }).already),
      [false, true],
    );
  });

  it('is done by staff from outside as well, who are not told what they may not read', async () => {
    const staff = await world.person('Staff', { role: 'moderator' });
    const input = await posted({ kind: 'public', historyPolicy: 'since-join' });
    const pinned = await staff.call('message.pin', input).accepted();
    assert.deepEqual(Object.keys(pinned).sort(), ['pinned', 'rev']);
    assert.ok(!JSON.stringify(pinned).includes('rules'));
  });

  it('finds room for fifty, and goes with the words', async () => {
    const { channelId } = await posted();
    const sayings = Array.from({ length: 51 }, (_, i) => `${i}`);
    const [first, ...others] = await saidInTurn(world, alice, channelId, sayings);
    for (const { id: messageId } of others)
      await alice.call('message.pin', { channelId, messageId }).accepted();
    const input = { channelId, messageId: first?.id as MessageId };
    await changesNothing(world, () => alice.call('message.pin', input).refused('too_many_pins'));
    const gone = { channelId, messageId: others[0]?.id as MessageId };
    const deleted = await alice.call('message.delete', gone).accepted();
    assert.ok(!('pinned' in deleted));
    await alice.call('message.pin', gone).refused('message_deleted');
    await alice.call('message.pin', input).accepted();
  });

  it('is forbidden to members, also of their own words', async () => {
    const { channelId, messageId } = await posted();
    const own = await bob.send(channelId, 'mine', world.clientId()).accepted();
    await changesNothing(world, () =>
      allRefused('forbidden', [
        bob.call('message.pin', { channelId, messageId }),
        bob.call('message.pin', { channelId, messageId: own.id }),
      ]),
    );
  });

  it('is refused for what is absent, archived or misshapen', async () => {
    const input = await posted();
    const stranger = await world.person('Stranger');
    await changesNothing(world, () =>
      allRefused('not_found', [
        alice.call('message.pin', { ...input, messageId: randomUUID() }),
        stranger.call('message.pin', input),
      ]),
    );
    await misshapen(world, alice, 'message.pin', input, { 'no message': { messageId: 1 } });
    await archive(world, { id: input.channelId });
    await alice.call('message.pin', input).refused('channel_archived');
  });
});
