/** Whoever is erased is gone everywhere: keys, sessions, rows, and what they wrote, on every screen. */
import assert from 'node:assert/strict';
import type { MessageId } from '../../src/contract/index.ts';
import { asked } from '../support/asked.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { audited, row, rows } from '../chat/support.ts';
import { author, becomes, stateOf, writes, type Author } from './support.ts';

describe('an erasure', () => {
  let world: World;
  let ada: Author;
  let bob: Person;
  before(async () => {
    world = await World.create({ environment: { ERASURE_GRACE_DAYS: '0' } });
  });
  beforeEach(async () => {
    ada = await author(world);
    bob = await world.person('Bob');
  });
  after(() => world.end());

  const request = (who: Author, more: object = {}) =>
    who.person.call('erasure.request', { password: who.resident.password, ...more });
  async function erased(who: Author, more: object = {}) {
    const { erasureId } = await request(who, more).accepted();
    await becomes(world, erasureId, 'done');
    return erasureId;
  }

  it('destroys the keys, ends the sessions, and turns what was written into tombstones', async () => {
    const { id: channelId } = await world.channel(bob, [ada.person]);
    const said = await writes(world, ada.person, channelId, ['canary one', 'canary two']);
    const [kept, edited] = [await writes(world, bob, channelId, ['of Bob']), said].map(
      ([one]) => one?.id,
    );
    assert.ok(kept && edited);
    const edit = { channelId, messageId: edited, body: 'canary 3' };
    await ada.person.call('message.edit', edit).accepted();
    await ada.person.call('message.react', { channelId, messageId: kept, emoji: '👍' }).accepted();
    const id = ada.person.userId;
    await erased(ada);
    for (const { id: messageId } of said)
      await bob.hearsMessage((m) => m.id === messageId && m.content === 'deleted');
    await ada.person.hears('connection.closing');
    await ada.person.http('GET', '/v1/me').refused('unauthenticated');
    await ada.resident.tries().refused('invalid_credentials');
    const left = await row(
      world,
      `SELECT (SELECT count(*) FROM subject_key WHERE subject_id = $1)::int AS subject_keys,
        (SELECT count(*) FROM data_key WHERE author_id = $1)::int AS data_keys,
        (SELECT count(*) FROM message WHERE author_id = $1 AND body_sealed IS NOT NULL)::int AS texts,
        (SELECT count(*) FROM message_version v JOIN message m USING (channel_id, seq) WHERE m.author_id = $1)::int AS versions,
        (SELECT count(*) FROM reaction WHERE user_id = $1)::int AS reactions,
        (SELECT count(*) FROM membership WHERE user_id = $1 AND left_rev IS NULL)::int AS memberships,
        (SELECT count(*) FROM session WHERE user_id = $1 AND (ended_at IS NULL OR device_sealed IS NOT NULL))::int AS sessions,
        (SELECT count(*) FROM refresh_token t JOIN session s ON s.id = t.session_id WHERE s.user_id = $1)::int AS tokens`,
      id,
    );
    assert.deepEqual([...new Set(Object.values(left))], [0], JSON.stringify(left));
    const [account] = await rows(world, 'SELECT * FROM account WHERE id = $1', id);
    assert.deepEqual(
      [account?.['status'], account?.['email_sealed'], account?.['profile_sealed']],
      ['erased', null, null],
    );
    const { messages } = await bob.call('message.history', { channelId }).accepted();
    assert.deepEqual(
      messages.map(({ content, reactions }) => [content, reactions]),
      [...said.map(() => ['deleted', undefined]), ['present', undefined]],
    );
  });

  it('leaves a log and a trail that say what was done, and a receipt that admins read', async () => {
    const { id: channelId } = await world.channel(bob, [ada.person]);
    await writes(world, ada.person, channelId, ['one', 'two', 'three']);
    const erasureId = await erased(ada);
    const found = await stateOf(world, erasureId);
    const counts = found?.['counts'] as Record<string, number>;
    assert.equal(counts['message'], 3);
    assert.equal(counts['subject_key'], 1);
    assert.equal(counts['data_key'], 1);
    assert.equal((await audited(world, 'erasure.request', erasureId)).length, 1);
    const admin = await world.person('Admin', { role: 'admin' });
    const { receipt, state } = await admin.call('erasure.read', { erasureId }).accepted();
    assert.equal(state, 'done');
    assert.deepEqual(receipt?.keysDestroyed, { subject: 1, data: 1 });
    assert.ok(receipt);
    const [event] = await rows(
      world,
      `SELECT action, details FROM audit_event WHERE id = $1`,
      receipt.audit.event,
    );
    assert.equal(event?.['action'], 'erasure.run');
  });

  it('frees the address for somebody who is somebody else', async () => {
    await erased(ada);
    const { email, password } = ada.resident;
    const application = { workspace: world.slug, email, password, displayName: 'Another Ada' };
    await asked(world.url, 'POST', '/v1/accounts', { body: application }).accepted();
    const again = await ada.resident.arrives();
    assert.notEqual(again.userId, ada.person.userId);
    const { displayName } = await again.http<{ displayName: string }>('GET', '/v1/me').accepted();
    assert.equal(displayName, 'Another Ada');
  });

  it('hands a channel that only they owned to whoever keeps it', async () => {
    const carol = await world.person('Carol');
    const { id: channelId } = await world.channel(ada.person, [bob, carol]);
    await ada.person
      .call('member.set-role', { channelId, userId: carol.userId, role: 'moderator' })
      .accepted();
    await erased(ada);
    const { members } = await bob.call('member.list', { channelId }).accepted();
    assert.deepEqual(
      members.map(({ userId, role }) => [userId, role]).sort(),
      [
        [bob.userId, 'member'],
        [carol.userId, 'owner'],
      ].sort(),
    );
  });

  it('of what they wrote in one channel leaves them there, and all the rest', async () => {
    const [one, other] = [
      await world.channel(bob, [ada.person]),
      await world.channel(bob, [ada.person]),
    ];
    for (const { id } of [one, other]) await writes(world, ada.person, id, ['canary']);
    await erased(ada, { channelId: one.id });
    const bodies = async (channelId: typeof one.id) => {
      const { messages } = await ada.person.call('message.history', { channelId }).accepted();
      return messages.map(({ body }) => body);
    };
    assert.deepEqual(await bodies(one.id), [null]);
    assert.deepEqual(await bodies(other.id), ['canary']);
    await writes(world, ada.person, one.id, ['again']);
    assert.deepEqual(await bodies(one.id), [null, 'again']);
  });

  it('takes with it what was sent or edited at the same moment: no text is left, and none is readable', async () => {
    const { person } = ada;
    const { id: channelId } = await world.channel(bob, [person]);
    const send = () => person.send(channelId, 'canary', world.clientId());
    const sent = await Promise.all(Array.from({ length: 10 }, () => send().accepted()));
    const edit = (messageId: MessageId) =>
      person.call('message.edit', { channelId, messageId, body: 'canary, sung anew' });
    const { erasureId } = await request(ada).accepted();
    const answered = (call: PromiseLike<unknown>) => Promise.resolve(call).catch(() => null);
    const sends = Array.from({ length: 40 }, () => answered(send()));
    const edits = sent.map(({ id }) => answered(edit(id)));
    await becomes(world, erasureId, 'done');
    await Promise.all([...sends, ...edits]);
    const left = `SELECT FROM message WHERE author_id = $1 AND body_sealed IS NOT NULL`;
    const former = `SELECT FROM message_version v JOIN message m USING (channel_id, seq) WHERE m.author_id = $1`;
    const keys = `SELECT FROM data_key WHERE author_id = $1`;
    for (const text of [left, former, keys])
      assert.equal((await rows(world, text, person.userId)).length, 0);
    const { messages } = await bob.call('message.history', { channelId }).accepted();
    assert.ok(messages.length >= 10 && messages.every(({ content }) => content === 'deleted'));
  });
});
