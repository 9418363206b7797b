/** Former texts: for who moderates where they were written and may read there, with a trace, and for nobody else. */
import assert from 'node:assert/strict';
import type { MessageId } from '../../../src/contract/index.ts';
import { SECOND } from '../../support/hand-clock.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import {
  allRefused,
  assertSealed,
  audited,
  changesNothing,
  hiddenMessages,
  misshapen,
  quietChannel,
} from '../support.ts';

describe('message.versions', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  /** A message of Bob's in Alice's channel that said each of the texts, a second apart. */
  async function edited(texts: readonly string[], others: readonly Person[] = []) {
    const { id: channelId } = await quietChannel(world, alice, [bob, ...others]);
    const [first = '', ...later] = texts;
    const { id: messageId, at } = await bob.send(channelId, first, world.clientId()).accepted();
    for (const body of later) {
      world.clock.forward(SECOND);
      await bob.call('message.edit', { channelId, messageId, body }).accepted();
    }
    return { channelId, messageId, at };
  }

  it('gives what was said before, the newest first, with when it was written', async () => {
    const { at, ...input } = await edited(['one', 'two', 'three']);
    const { versions, more } = await alice.call('message.versions', input).accepted();
    assert.equal(more, false);
    assert.deepEqual(versions, [
      { version: 2, at: at + SECOND, content: 'present', body: 'two' },
      { version: 1, at, content: 'present', body: 'one' },
    ]);
  });

  it('gives a page at a time', async () => {
    const { channelId, messageId } = await edited(['one', 'two', 'three', 'four']);
    const input = { channelId, messageId, limit: 2 };
    const first = await alice.call('message.versions', input).accepted();
    assert.deepEqual([first.versions.map(({ version }) => version), first.more], [[3, 2], true]);
    const rest = await alice.call('message.versions', { ...input, before: 2 }).accepted();
    assert.deepEqual([rest.versions.map(({ version }) => version), rest.more], [[1], false]);
  });

  it('leaves a trace of who read whose words, and of no word', async () => {
    const { channelId, messageId } = await edited(['canary one', 'canary two']);
    await alice.call('message.versions', { channelId, messageId }).accepted();
    const [event, ...others] = await audited(world, 'message.versions', messageId);
    assert.equal(others.length, 0);
    assert.deepEqual(
      [event?.['actor_id'], event?.['subject_id'], event?.['details']],
      [alice.userId, bob.userId, { channelId, versions: 1 }],
    );
    assertSealed(event, 'canary');
  });

  it('shows a version that was put in the place of another as unreadable', async () => {
    const { channelId, messageId } = await edited(['one', 'two', 'three']);
    await world.database.query(
      `UPDATE message_version SET body_sealed = (SELECT body_sealed FROM message_version
         WHERE channel_id = $1 AND version = 1) WHERE channel_id = $1 AND version = 2`,
      [channelId],
    );
    const { versions } = await alice.call('message.versions', { channelId, messageId }).accepted();
    assert.deepEqual(
      versions.map(({ content, body }) => [content, body]),
      [
        ['unreadable', null],
        ['present', 'one'],
      ],
    );
  });

  it('is open to channel moderators, and to staff of what they can read, over HTTP too', async () => {
    const [mod, staff] = [
      await world.person('Channel moderator'),
      await world.person('Staff', { role: 'moderator' }),
    ];
    const { channelId, messageId } = await edited(['one', 'two'], [staff]);
    const { userId } = mod;
    await alice.call('member.add', { channelId, userId, role: 'moderator' }).accepted();
    for (const person of [mod, staff]) {
      const path = `/v1/channels/${channelId}/messages/${messageId}/versions`;
      const { versions } = await person.http<{ versions: unknown[] }>('GET', path).accepted();
      assert.equal(versions.length, 1);
    }
  });

  it('is forbidden to members, even about their own words, and to auditors', async () => {
    const [carol, auditor] = [
      await world.person('Carol'),
      await world.person('Auditor', { role: 'auditor' }),
    ];
    const { channelId, messageId } = await edited(['one', 'two'], [carol, auditor]);
    const input = { channelId, messageId };
    await changesNothing(world, () =>
      allRefused(
        'forbidden',
        [bob, carol, auditor].map((person) => person.call('message.versions', input)),
      ),
    );
  });

  it('shows staff nothing of a time that they may not read', async () => {
    const staff = await world.person('Staff', { role: 'moderator' });
    const settings = { kind: 'public', historyPolicy: 'since-join', sayings: ['one'] } as const;
    const { id: channelId, posts } = await quietChannel(world, alice, [], settings);
    const input = { channelId, messageId: posts[0]?.id as MessageId };
    await alice.call('message.edit', { ...input, body: 'two' }).accepted();
    await staff.call('message.versions', input).refused('forbidden');
    await staff.call('member.join', { channelId }).accepted();
    await staff.call('message.versions', input).refused('not_found');
    await alice.call('message.versions', input).accepted();
  });

  it('is refused as not_found, all alike, for what is absent or invisible', async () => {
    const [here, other] = [await edited(['one', 'two']), await edited(['one', 'two'])];
    const hidden = await hiddenMessages(world, here, other);
    await allRefused(
      'not_found',
      hidden.map((named) => alice.call('message.versions', named)),
    );
  });

  it('gives nothing of a message that was deleted', async () => {
    const { channelId, messageId } = await edited(['one', 'two']);
    await bob.call('message.delete', { channelId, messageId }).accepted();
    const { versions } = await alice.call('message.versions', { channelId, messageId }).accepted();
    assert.deepEqual(versions, []);
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { channelId, messageId } = await edited(['one', 'two']);
    await misshapen(
      world,
      alice,
      'message.versions',
      { channelId, messageId },
      {
        'a message that is no id': { messageId: 'first' },
        'a version before the first': { before: 0 },
        'a page of nothing': { limit: 0 },
        'a page of too much': { limit: 201 },
      },
    );
  });
});
