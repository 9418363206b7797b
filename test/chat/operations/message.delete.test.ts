/** Deleting: the text is gone for everybody and for good, a tombstone keeps the place, and the trail keeps the reason. */
import assert from 'node:assert/strict';
import type { MessageId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
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
  UNACCEPTABLE_TEXT,
} from '../support.ts';

describe('message.delete', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const posted = async (members: readonly Person[] = [bob]) => {
    const { id, posts } = await quietChannel(world, alice, members, { sayings: ['regretted'] });
    return { channelId: id, messageId: posts[0]?.id as MessageId };
  };

  it('leaves a tombstone in the place, removes the sealed text, and tells everybody', async () => {
    const { id: channelId } = await world.channel(alice, [bob]);
    const sent = await alice.send(channelId, 'regretted', world.clientId()).accepted();
    const deleted = await alice
      .call('message.delete', { channelId, messageId: sent.id })
      .accepted();
    assert.deepEqual(
      [deleted.content, deleted.body, deleted.deletedBy, deleted.seq, deleted.rev],
      ['deleted', null, alice.userId, sent.seq, sent.rev + 1],
    );
    const stored = await row(world, 'SELECT * FROM message WHERE id = $1', sent.id);
    assert.deepEqual(
      [stored['body_sealed'], stored['deleted_by'], Number(stored['rev'])],
      [null, alice.userId, deleted.rev],
    );
    assert.deepEqual(await bob.hearsMessage(({ content }) => content === 'deleted'), deleted);
  });

  it('is audited with whose message it was, the reason sealed', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const sent = await bob.send(channelId, 'rude words', world.clientId()).accepted();
    const input = { channelId, messageId: sent.id, reason: 'canary: rude' };
    await alice.call('message.delete', input).accepted();
    const [event, ...others] = await audited(world, 'message.delete', sent.id);
    assert.equal(others.length, 0);
    assert.deepEqual(
      [event?.['actor_id'], event?.['subject_id'], event?.['resource_kind'], event?.['details']],
      [alice.userId, bob.userId, 'message', { channelId, already: false }],
    );
    assertSealed(event, 'canary', 'rude');
  });

  it('changes nothing the second time, and says who was the first', async () => {
    const input = await posted();
    const first = await alice.call('message.delete', input).accepted();
    const before = await row(world, 'SELECT * FROM message WHERE id = $1', input.messageId);
    const admin = await world.person('Admin', { role: 'admin' });
    await alice.call('member.add', { channelId: input.channelId, userId: admin.userId }).accepted();
    const again = await admin.call('message.delete', { ...input, reason: 'rude' }).accepted();
    assert.deepEqual(again, first);
    assert.deepEqual(
      await row(world, 'SELECT * FROM message WHERE id = $1', input.messageId),
      before,
    );
    const events = await audited(world, 'message.delete', input.messageId);
    assert.deepEqual(
      events.map((event) => (event['details'] as { already: boolean }).already),
      [false, true],
    );
  });

  it('takes a reason where somebody else wrote it, and none where one did it oneself', async () => {
    const { channelId, messageId } = await posted();
    const mod = await world.person('Moderator', { role: 'moderator' });
    await alice.call('member.add', { channelId, userId: mod.userId }).accepted();
    const input = { channelId, messageId };
    const error = await changesNothing(world, () =>
      mod.call('message.delete', input).refused('invalid_input'),
    );
    assert.deepEqual(error.detail, [
      { path: 'reason', problem: 'needed for the message of another' },
    ]);
    await bob.call('message.delete', input).refused('forbidden'); // who may not at all is not told how
    const deleted = await mod.call('message.delete', { ...input, reason: 'rude' }).accepted();
    assert.deepEqual([deleted.authorId, deleted.deletedBy], [alice.userId, mod.userId]);
    await mod.call('message.delete', input).refused('invalid_input');
    const own = await alice.send(channelId, 'mine', world.clientId()).accepted();
    await alice.call('message.delete', { channelId, messageId: own.id }).accepted();
  });

  it('takes what the message said before along', async () => {
    const input = await posted();
    await alice.call('message.edit', { ...input, body: 'regretted less' }).accepted();
    const kept = 'SELECT count(*)::int AS n FROM message_version WHERE channel_id = $1';
    assert.deepEqual(await row(world, kept, input.channelId), { n: 1 });
    await alice.call('message.delete', input).accepted();
    assert.deepEqual(await row(world, kept, input.channelId), { n: 0 });
  });

  it('is open to channel moderators and workspace staff who can see the channel, over HTTP too', async () => {
    const [mod, staff] = await Promise.all([
      world.person('Channel moderator'),
      world.person('Workspace moderator', { role: 'moderator' }),
    ]);
    const { id: channelId } = await quietChannel(world, alice, [], { kind: 'public' });
    await alice.call('member.add', { channelId, userId: mod.userId, role: 'moderator' }).accepted();
    for (const person of [mod, staff]) {
      const sent = await alice.send(channelId, 'delete me', world.clientId()).accepted();
      const path = `/v1/channels/${channelId}/messages/${sent.id}/deletion`;
      const deleted = await person
        .http<OutputOf<'message.delete'>>('POST', path, { reason: 'asked for' })
        .accepted();
      assert.equal(deleted.deletedBy, person.userId);
    }
  });

  it("is forbidden to members on others' messages, and to auditors and passers-by", async () => {
    const [auditor, passer] = await Promise.all([
      world.person('Auditor', { role: 'auditor' }),
      world.person('Passer-by'),
    ]);
    const settings = { kind: 'public', sayings: ['stays'] } as const;
    const { id: channelId, posts } = await quietChannel(world, alice, [bob, auditor], settings);
    const input = { channelId, messageId: posts[0]?.id as MessageId };
    await changesNothing(world, () =>
      allRefused(
        'forbidden',
        [bob, auditor, passer].map((person) => person.call('message.delete', input)),
      ),
    );
  });

  it('is refused as not_found, all alike, for what is absent or invisible', async () => {
    const staff = await world.person('Workspace moderator', { role: 'moderator' });
    const unread = await posted([]);
    const hidden = [unread, ...(await hiddenMessages(world, await posted([staff]), unread))];
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        hidden.map((named) => staff.call('message.delete', named)),
      ),
    );
  });

  it('is refused in an archived channel', async () => {
    const input = await posted();
    await archive(world, { id: input.channelId });
    await changesNothing(world, () =>
      alice.call('message.delete', input).refused('channel_archived'),
    );
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const input = await posted();
    const reasons = {
      ...UNACCEPTABLE_TEXT,
      'a reason of two lines': 'one\ntwo',
      'a reason of 501 characters': 'x'.repeat(501),
    };
    const bad = Object.fromEntries(
      Object.entries(reasons).map(([what, reason]) => [what, { reason }]),
    );
    await misshapen(world, alice, 'message.delete', input, {
      ...bad,
      'a message that is no id': { messageId: 'first' },
    });
  });
});
