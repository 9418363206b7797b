/** Editing: a new version of one's own words while the window is open, and of nobody else's, ever. */
import assert from 'node:assert/strict';
import type { MessageId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import { MINUTE, SECOND } from '../../support/hand-clock.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import {
  allRefused,
  archive,
  assertSealed,
  audited,
  changesNothing,
  hiddenMessages,
  misshapen,
  quietChannel,
  row,
  rows,
  UNACCEPTABLE_TEXT,
} from '../support.ts';

describe('message.edit', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create({ environment: { EDIT_WINDOW_MINUTES: '5' } });
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const posted = async (saying = 'first words', members: readonly Person[] = [bob]) => {
    const { id, posts } = await quietChannel(world, alice, members, { sayings: [saying] });
    return { channelId: id, messageId: posts[0]?.id as MessageId };
  };

  it('seals the new text as the next version, at a new revision and the same place', async () => {
    const { id: channelId } = await world.channel(alice, [bob]);
    const sent = await alice.send(channelId, 'first words', world.clientId()).accepted();
    const before = await row(world, 'SELECT * FROM message WHERE id = $1', sent.id);
    world.clock.forward(SECOND);
    const edited = await alice
      .call('message.edit', { channelId, messageId: sent.id, body: 'better words' })
      .accepted();
    assert.deepEqual(
      [edited.body, edited.version, edited.seq, edited.at, edited.editedAt],
      ['better words', 2, sent.seq, sent.at, world.clock.now().getTime()],
    );
    assert.equal(edited.rev, sent.rev + 1);
    const after = await row(world, 'SELECT * FROM message WHERE id = $1', sent.id);
    assert.deepEqual([after['version'], Number(after['rev'])], [2, edited.rev]);
    assert.notDeepEqual(after['body_sealed'], before['body_sealed']);
    const channel = await row(world, 'SELECT * FROM channel WHERE id = $1', channelId);
    assert.equal(Number(channel['last_rev']), edited.rev);
    assert.deepEqual(await bob.hearsMessage(({ version }) => version === 2), edited);
  });

  it('is audited with its version and without a word of either text', async () => {
    const input = await posted('canary one');
    await alice.call('message.edit', { ...input, body: 'canary two' }).accepted();
    const [event, ...others] = await audited(world, 'message.edit', input.messageId);
    assert.equal(others.length, 0);
    assert.deepEqual(
      [event?.['actor_id'], event?.['resource_kind'], event?.['details']],
      [alice.userId, 'message', { channelId: input.channelId, version: 2 }],
    );
    assertSealed(event, 'canary');
  });

  it('is done over HTTP as well', async () => {
    const { channelId, messageId } = await posted();
    const path = `/v1/channels/${channelId}/messages/${messageId}`;
    const edited = await alice
      .http<OutputOf<'message.edit'>>('PATCH', path, { body: 'from a script' })
      .accepted();
    assert.deepEqual([edited.body, edited.version], ['from a script', 2]);
    await bob.http('PATCH', path, { body: 'from a thief' }).refused('forbidden');
  });

  it('counts one version for each of two edits at once', async () => {
    const input = await posted();
    const other = await alice.connect();
    const both = await Promise.all([
      alice.call('message.edit', { ...input, body: 'one way' }).accepted(),
      other.call('message.edit', { ...input, body: 'the other' }).accepted(),
    ]);
    assert.deepEqual(both.map(({ version }) => version).sort(), [2, 3]);
    const last = both.find(({ version }) => version === 3);
    const { messages } = await bob
      .call('message.history', { channelId: input.channelId })
      .accepted();
    assert.deepEqual(messages, [last]);
  });

  it("is forbidden on others' messages, even to owners and admins, and to a guest on their own", async () => {
    const admin = await world.person('Admin', { role: 'admin' });
    const { id: channelId } = await quietChannel(world, alice, [bob, admin]);
    const sent = await bob.send(channelId, 'mine', world.clientId()).accepted();
    const input = { channelId, messageId: sent.id, body: 'not yours' };
    const demoted = { channelId, userId: bob.userId, role: 'guest' } as const;
    await changesNothing(world, () =>
      allRefused(
        'forbidden',
        [alice, admin].map((person) => person.call('message.edit', input)),
      ),
    );
    await alice.call('member.set-role', demoted).accepted();
    await changesNothing(world, () => bob.call('message.edit', input).refused('forbidden'));
  });

  it('is refused as not_found, all alike, for what is absent or invisible', async () => {
    const hidden = await hiddenMessages(world, await posted(), await posted());
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        hidden.map((named) => alice.call('message.edit', { ...named, body: 'found you' })),
      ),
    );
  });

  it('is refused once the message is deleted', async () => {
    const input = await posted();
    await alice.call('message.delete', input).accepted();
    await changesNothing(world, () =>
      alice.call('message.edit', { ...input, body: 'undo' }).refused('message_deleted'),
    );
  });

  it('is refused in an archived channel', async () => {
    const input = await posted();
    await archive(world, { id: input.channelId });
    await changesNothing(world, () =>
      alice.call('message.edit', { ...input, body: 'late' }).refused('channel_archived'),
    );
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const input = await posted();
    const bodies = { ...UNACCEPTABLE_TEXT, 'a text of 4,001 characters': 'x'.repeat(4_001) };
    const bad = Object.fromEntries(Object.entries(bodies).map(([what, body]) => [what, { body }]));
    await misshapen(
      world,
      alice,
      'message.edit',
      { ...input, body: 'fine' },
      {
        ...bad,
        'a message that is no id': { messageId: 7 },
      },
    );
  });

  it('is refused one moment after the edit window has closed, and not before', async () => {
    const input = await posted();
    world.clock.forward(5 * MINUTE);
    await alice.call('message.edit', { ...input, body: 'just in time' }).accepted();
    world.clock.forward(1);
    await changesNothing(world, () =>
      alice.call('message.edit', { ...input, body: 'too late' }).refused('edit_window_closed'),
    );
  });

  it('keeps each former text as it was sealed, of which the old seal opens no other version', async () => {
    const input = await posted('first words');
    const sealed = async () =>
      (await row(world, 'SELECT body_sealed FROM message WHERE id = $1', input.messageId))[
        'body_sealed'
      ];
    const texts = [await sealed()];
    await alice.call('message.edit', { ...input, body: 'second' }).accepted();
    texts.push(await sealed());
    await alice.call('message.edit', { ...input, body: 'third' }).accepted();
    const kept = await rows(
      world,
      'SELECT version, body_sealed FROM message_version WHERE channel_id = $1 ORDER BY version',
      input.channelId,
    );
    assert.deepEqual(
      kept.map(({ version, body_sealed }) => [version, body_sealed]),
      texts.map((text, i) => [i + 1, text]),
    );
  });

  it('is refused once one is out of the channel', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const { id: messageId } = await bob.send(channelId, 'mine', world.clientId()).accepted();
    await alice.call('member.remove', { channelId, userId: bob.userId }).accepted();
    const input = { channelId, messageId, body: 'one last word' };
    await changesNothing(world, () => bob.call('message.edit', input).refused('not_found'));
  });
});

describe('message.edit where the window is of no length', () => {
  it('is refused in the very moment of posting', async () => {
    const world = await World.create({ environment: { EDIT_WINDOW_MINUTES: '0' } });
    try {
      const alice = await world.person('Alice');
      const { id: channelId, posts } = await quietChannel(world, alice, [], { sayings: ['final'] });
      const input = { channelId, messageId: posts[0]?.id as MessageId, body: 'not so final' };
      await alice.call('message.edit', input).refused('edit_window_closed');
    } finally {
      await world.end();
    }
  });
});
