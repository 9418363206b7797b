/** Posting: committed before it is acknowledged, once however often it is asked for, and only by who may. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import type { ClientId, MessageId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import { DAY, MINUTE } from '../../support/hand-clock.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import {
  allRefused,
  archive,
  changesNothing,
  hiddenChannels,
  misshapen,
  quietChannel,
  row,
  rows,
  UNACCEPTABLE_TEXT,
} from '../support.ts';

describe('message.send', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const madeAgo = (milliseconds: number) =>
    v7({ msecs: world.clock.now().getTime() - milliseconds }) as ClientId;

  it('stores the post sealed, takes the next place, and brings it to everybody', async () => {
    const { id } = await world.channel(alice, [bob]);
    const before = await row(world, 'SELECT last_seq, last_rev FROM channel WHERE id = $1', id);
    const sent = await alice.send(id, 'meet me at the canary', world.clientId()).accepted();
    assert.deepEqual(
      [sent.seq, sent.rev],
      [Number(before['last_seq']) + 1, Number(before['last_rev']) + 1],
    );
    assert.equal(sent.duplicate, undefined);
    const stored = await row(
      world,
      'SELECT m.*, m::text AS whole FROM message m WHERE id = $1',
      sent.id,
    );
    assert.deepEqual(
      [stored['channel_id'], stored['author_id'], stored['version'], Number(stored['seq'])],
      [id, alice.userId, 1, sent.seq],
    );
    for (const form of ['canary', Buffer.from('canary').toString('hex')])
      assert.ok(!String(stored['whole']).includes(form), 'the text is readable at rest');
    const heard = await bob.hearsMessage(({ id: heardId }) => heardId === sent.id);
    assert.deepEqual(
      [heard.body, heard.authorId, heard.seq, heard.rev, heard.at],
      ['meet me at the canary', alice.userId, sent.seq, sent.rev, sent.at],
    );
  });

  it('keeps every character of the text, up to 4,000 of them, over HTTP too', async () => {
    const { id } = await quietChannel(world, alice);
    const texts = ['  two  spaces\n\ttab \u202e🧵 <b>&amp;</b> ', 'ü'.repeat(4_000)];
    for (const body of texts) {
      const clientId = world.clientId();
      const path = `/v1/channels/${id}/messages`;
      const sent = await alice
        .http<OutputOf<'message.send'>>('POST', path, { clientId, body })
        .accepted();
      const again = await alice.send(id, body, clientId).accepted();
      assert.deepEqual(again, { ...sent, duplicate: true });
    }
    const { messages } = await alice.call('message.history', { channelId: id }).accepted();
    assert.deepEqual(
      messages.map(({ body }) => body),
      texts,
    );
  });

  it('finds the channel however its id is spelled, and stores what everybody can open', async () => {
    const { id } = await world.channel(alice, [bob]);
    const shouted = id.toUpperCase() as typeof id;
    for (const [i, channelId] of [shouted, id].entries()) {
      await bob.send(channelId, 'hello', world.clientId()).accepted();
      await alice.hearsMessage((message) => message.channelId === id && message.seq === i + 1);
    }
    const { messages } = await alice.call('message.history', { channelId: id }).accepted();
    assert.deepEqual(
      messages.map(({ channelId, body }) => [channelId, body]),
      [
        [id, 'hello'],
        [id, 'hello'],
      ],
    );
  });

  it('goes on when the key epoch of the channel has rolled', async () => {
    const { id } = await quietChannel(world, alice, [], { sayings: ['before'] });
    await world.database.query('UPDATE channel SET key_epoch = 2 WHERE id = $1', [id]);
    await alice.send(id, 'after', world.clientId()).accepted();
    const epochs = await rows(
      world,
      'SELECT key_epoch FROM message WHERE channel_id = $1 ORDER BY seq',
      id,
    );
    assert.deepEqual(
      epochs.map((stored) => stored['key_epoch']),
      [1, 2],
    );
    const { messages } = await alice.call('message.history', { channelId: id }).accepted();
    assert.deepEqual(
      messages.map(({ body }) => body),
      ['before', 'after'],
    );
  });

  it('answers to any message that its author may read, deleted ones too', async () => {
    const { id, posts } = await quietChannel(world, alice, [], { sayings: ['one', 'two'] });
    const [one, two] = posts.map((post) => post.id as MessageId);
    assert.ok(one && two);
    await alice.call('message.delete', { channelId: id, messageId: two }).accepted();
    for (const replyTo of [one, two]) {
      const input = { channelId: id, clientId: world.clientId(), body: 'yes', replyTo };
      const sent = await alice.call('message.send', input).accepted();
      const stored = await row(world, 'SELECT reply_to FROM message WHERE id = $1', sent.id);
      assert.equal(stored['reply_to'], replyTo);
    }
  });

  it('is refused as not_found when it answers to a message that its author may not read', async () => {
    const settings = { historyPolicy: 'since-join', sayings: ['early'] } as const;
    const { id, posts } = await quietChannel(world, alice, [], settings);
    const other = await quietChannel(world, bob, [], { sayings: ['elsewhere'] });
    await alice.call('member.add', { channelId: id, userId: bob.userId }).accepted();
    const targets = [posts[0]?.id, other.posts[0]?.id, randomUUID()] as MessageId[];
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        targets.map((replyTo) =>
          bob.call('message.send', {
            channelId: id,
            clientId: world.clientId(),
            body: 'yes',
            replyTo,
          }),
        ),
      ),
    );
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible', async () => {
    const hidden = await hiddenChannels(world);
    const left = await quietChannel(world, alice, [bob]);
    await bob.send(left.id, 'goodbye', world.clientId()).accepted();
    await bob.call('member.leave', { channelId: left.id }).accepted();
    const channels = [...Object.values(hidden), left.id];
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        channels.map((id) => bob.send(id, 'anybody?', world.clientId())),
      ),
    );
  });

  it('is refused as forbidden to guests of the channel, passers-by, auditors and who lost the right', async () => {
    const [guest, passer, auditor, former] = await Promise.all([
      world.person('Guest'),
      world.person('Passer-by'),
      world.person('Auditor', { role: 'auditor' }),
      world.person('Former member'),
    ]);
    const { id } = await quietChannel(world, alice, [auditor, former], { kind: 'public' });
    await alice
      .call('member.add', { channelId: id, userId: guest.userId, role: 'guest' })
      .accepted();
    await former.send(id, 'while I may', world.clientId()).accepted();
    await former.call('member.leave', { channelId: id }).accepted();
    const people = [guest, passer, auditor, former];
    await changesNothing(world, () =>
      allRefused(
        'forbidden',
        people.map((person) => person.send(id, 'may I?', world.clientId())),
      ),
    );
    const keys = await rows(world, 'SELECT author_id FROM data_key WHERE channel_id = $1', id);
    assert.deepEqual(
      keys.map((key) => key['author_id']),
      [former.userId],
    );
  });

  it('is refused in an archived channel', async () => {
    const { id } = await quietChannel(world, alice, [], { sayings: ['last words'] });
    await archive(world, { id });
    await changesNothing(world, () =>
      alice.send(id, 'one more', world.clientId()).refused('channel_archived'),
    );
  });

  it('is refused with a clientId that is older than a tombstone lives, or from the future', async () => {
    const { id } = await quietChannel(world, alice);
    await changesNothing(world, async () => {
      await alice.send(id, 'long ago', madeAgo(8 * DAY)).refused('stale_client_id');
      await alice.send(id, 'too early', madeAgo(-6 * MINUTE)).refused('invalid_input');
    });
    await alice.send(id, 'a week ago', madeAgo(7 * DAY - MINUTE)).accepted();
    await alice.send(id, 'a fast clock', madeAgo(-4 * MINUTE)).accepted();
  });

  it('is refused as invalid_input when its shape is wrong, over HTTP too', async () => {
    const { id } = await quietChannel(world, alice);
    const good = { channelId: id, clientId: world.clientId(), body: 'fine' };
    const bodies = { ...UNACCEPTABLE_TEXT, 'a text of 4,001 characters': 'x'.repeat(4_001) };
    const bad = Object.fromEntries(Object.entries(bodies).map(([what, body]) => [what, { body }]));
    await misshapen(world, alice, 'message.send', good, {
      ...bad,
      'a clientId that does not tell its age': { clientId: randomUUID() },
      'a channel that is no id': { channelId: 'general' },
      'an answer to no id': { replyTo: 'x' },
    });
    const inBody = { clientId: good.clientId };
    for (const body of Object.values(bodies))
      await alice
        .http('POST', `/v1/channels/${id}/messages`, { ...inBody, body })
        .refused('invalid_input');
  });
});
