/** Reacting: counted once for each person and kind, told to everybody who reads, and shared by a crowd. */
import assert from 'node:assert/strict';
import type { ChannelId, MessageId, Reaction } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import {
  allRefused,
  archive,
  changesNothing,
  hiddenMessages,
  misshapen,
  quietChannel,
  row,
} from '../support.ts';

/** Of each kind how many. */
const tally = (reactions: readonly Reaction[] = []) =>
  Object.fromEntries(reactions.map(({ emoji, count }) => [emoji, count]));

describe('message.react', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const posted = async (members: readonly Person[] = [bob]) => {
    const { id, posts } = await quietChannel(world, alice, members, { sayings: ['hello'] });
    return { channelId: id, messageId: posts[0]?.id as MessageId };
  };
  const readBack = async (person: Person, channelId: ChannelId) =>
    (await person.call('message.history', { channelId }).accepted()).messages[0];

  it('takes a revision of the message, and is shown with it by frame, history and resume alike', async () => {
    const { id: channelId } = await world.channel(alice, [bob]);
    const sent = await alice.send(channelId, 'hello', world.clientId()).accepted();
    const input = { channelId, messageId: sent.id, emoji: '👍🏽' };
    const { rev, reaction } = await bob.call('message.react', input).accepted();
    assert.equal(rev, sent.rev + 1);
    assert.deepEqual(reaction, { emoji: '👍🏽', count: 1, users: [bob.userId] });
    const heard = await alice.hearsMessage((message) => message.rev === rev);
    assert.deepEqual([heard.body, heard.reactions], ['hello', [reaction]]);
    assert.deepEqual(await readBack(alice, channelId), heard);
    const resumed = await alice
      .call('channel.resume', { channelId, rev: sent.rev, epoch: 1 })
      .accepted();
    assert.deepEqual(resumed.events, [{ kind: 'message', rev, message: heard }]);
    const channel = await row(world, 'SELECT last_rev FROM channel WHERE id = $1', channelId);
    assert.equal(Number(channel['last_rev']), rev);
  });

  it('is refused while one is muted, who may still take back what they said', async () => {
    const input = { ...(await posted()), emoji: '👎' };
    const { channelId } = input;
    await bob.call('message.react', { ...input, emoji: '🙂' }).accepted();
    const mute = { channelId, userId: bob.userId, reason: 'noise' };
    await alice.call('member.mute', { ...mute, durationMs: 60_000 }).accepted();
    const refusal = await bob.call('message.react', input).refused('muted');
    assert.equal(typeof (refusal.detail as { until: number }).until, 'number');
    await alice.call('message.react', input).accepted();
    const { reaction } = await bob.call('message.unreact', { ...input, emoji: '🙂' }).accepted();
    assert.equal(reaction, null);
    assert.deepEqual(tally((await readBack(alice, channelId))?.reactions), { '👎': 1 });
    await alice.call('member.unmute', mute).accepted();
    await bob.call('message.react', input).accepted();
  });

  it('counts everybody once for each kind, names the first, and changes nothing the second time', async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => world.person('Somebody')));
    const input = await posted(people);
    for (const person of people) {
      await person.call('message.react', { ...input, emoji: '🎉' }).accepted();
      world.clock.forward(1);
    }
    const [first] = people as [Person];
    await first.call('message.react', { ...input, emoji: ':shipit:' }).accepted();
    const shown = await readBack(alice, input.channelId);
    assert.deepEqual(shown?.reactions, [
      { emoji: '🎉', count: 4, users: people.slice(0, 3).map(({ userId }) => userId) },
      { emoji: ':shipit:', count: 1, users: [first.userId] },
    ]);
    await changesNothing(world, async () => {
      const again = await first.call('message.react', { ...input, emoji: '🎉' }).accepted();
      assert.deepEqual(again, { rev: shown.rev, reaction: shown.reactions?.[0] });
    });
  });

  it('lets a crowd share a revision, and tells of no reaction twice', async () => {
    const crowd = await Promise.all(Array.from({ length: 40 }, () => world.person('Fan')));
    const { id: channelId } = await world.channel(alice, crowd);
    const { id: messageId, rev: before } = await alice
      .send(channelId, 'hello', world.clientId())
      .accepted();
    const head = async () =>
      Number(
        (await row(world, 'SELECT last_rev FROM channel WHERE id = $1', channelId))['last_rev'],
      );
    const input = { channelId, messageId, emoji: '🔥' };
    const replies = await Promise.all(
      crowd.map((person) => person.call('message.react', input).accepted()),
    );
    const last = Math.max(...replies.map(({ rev }) => rev));
    assert.equal(await head(), last);
    assert.ok(last - before <= 10, `${last - before} revisions for 40 reactions`);
    const heard = await alice.hearsMessage(({ rev }) => rev === last);
    assert.deepEqual(tally(heard.reactions), { '🔥': 40 });
  });

  it('gives room to 50 kinds, of which any can be used again', async () => {
    const input = await posted();
    const kinds = Array.from({ length: 50 }, (_, i) => `:kind-${i}:`);
    for (const emoji of kinds) await bob.call('message.react', { ...input, emoji }).accepted();
    await changesNothing(world, () =>
      bob.call('message.react', { ...input, emoji: '🙂' }).refused('too_many_reactions'),
    );
    const seventh = { ...input, emoji: ':kind-7:' };
    const { reaction } = await alice.call('message.react', seventh).accepted();
    assert.equal(reaction?.count, 2);
    assert.equal((await readBack(alice, input.channelId))?.reactions?.length, 50);
  });

  it('goes with the text of the message', async () => {
    const input = await posted();
    await bob.call('message.react', { ...input, emoji: '😱' }).accepted();
    const deleted = await alice.call('message.delete', input).accepted();
    assert.ok(!('reactions' in deleted));
    const left = 'SELECT count(*)::int AS n FROM reaction WHERE channel_id = $1';
    assert.deepEqual(await row(world, left, input.channelId), { n: 0 });
    await changesNothing(world, () =>
      bob.call('message.react', { ...input, emoji: '😱' }).refused('message_deleted'),
    );
  });

  it('tells nobody of a time before they came what was said then, nor who liked it', async () => {
    const settings = { kind: 'private', historyPolicy: 'since-join' } as const;
    const { id: channelId } = await world.channel(alice, [bob], settings);
    const sent = await alice.send(channelId, 'secret plan', world.clientId()).accepted();
    const carol = await world.person('Carol');
    await alice.call('member.add', { channelId, userId: carol.userId }).accepted();
    await carol.call('channel.subscribe', { channelId }).accepted();
    const input = { channelId, messageId: sent.id, emoji: '🤫' };
    await changesNothing(world, () => carol.call('message.react', input).refused('not_found'));
    const { rev } = await bob.call('message.react', input).accepted();
    const heard = await carol.hearsMessage((message) => message.rev === rev);
    assert.deepEqual([heard.content, heard.body, heard.reactions], ['withheld', null, undefined]);
    assert.deepEqual(tally((await readBack(alice, channelId))?.reactions), { '🤫': 1 });
  });

  it('is forbidden to guests, to passers-by and to an auditor in the channel', async () => {
    const [guest, passer, auditor] = [
      await world.person('Guest'),
      await world.person('Passer-by'),
      await world.person('Auditor', { role: 'auditor' }),
    ];
    const settings = { kind: 'public', sayings: ['hello'] } as const;
    const { id: channelId, posts } = await quietChannel(world, alice, [auditor], settings);
    const { userId } = guest;
    await alice.call('member.add', { channelId, userId, role: 'guest' }).accepted();
    const input = { channelId, messageId: posts[0]?.id as MessageId, emoji: '👍' };
    await changesNothing(world, () =>
      allRefused(
        'forbidden',
        [guest, passer, auditor].map((person) => person.call('message.react', input)),
      ),
    );
  });

  it('is refused as not_found, all alike, for what is absent or invisible', async () => {
    const hidden = await hiddenMessages(world, await posted(), await posted());
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        hidden.map((named) => alice.call('message.react', { ...named, emoji: '👍' })),
      ),
    );
  });

  it('is refused in an archived channel', async () => {
    const input = await posted();
    await archive(world, { id: input.channelId });
    await changesNothing(world, () =>
      alice.call('message.react', { ...input, emoji: '👍' }).refused('channel_archived'),
    );
  });

  it('takes one emoji or a short name, and nothing else', async () => {
    const input = await posted();
    for (const emoji of ['👩‍👩‍👧‍👦', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '❤️', '🇳🇴', '1️⃣', ':+1:'])
      await alice.call('message.react', { ...input, emoji }).accepted();
    const bad = [
      '',
      'x',
      '👍👍',
      '👍 ',
      '❤',
      '::',
      ':Big:',
      ':a b:',
      `:${'x'.repeat(33)}:`,
      7,
      null,
    ];
    const each = Object.fromEntries(bad.map((emoji) => [`“${String(emoji)}”`, { emoji }]));
    await misshapen(world, alice, 'message.react', { ...input, emoji: '👍' }, each);
  });

  it('keeps sends going while a channel is held, and waits for it', async () => {
    const { channelId, messageId } = await posted();
    const hold = await world.database.connect();
    try {
      await hold.query('BEGIN');
      await hold.query('SELECT 1 FROM channel WHERE id = $1 FOR UPDATE', [channelId]);
      const waits = bob.call('message.react', { channelId, messageId, emoji: '⏳' });
      const other = await posted();
      await alice.call('message.react', { ...other, emoji: '👍' }).accepted();
      await hold.query('COMMIT');
      assert.equal((await waits.accepted()).reaction?.count, 1);
    } finally {
      hold.release();
    }
  });
});
