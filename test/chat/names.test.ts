/** A name is shown as its owner sealed it or not at all; whoever touches one spoils no page, and an erased one is gone at once. */
import assert from 'node:assert/strict';
import type { ChannelId, MessageId } from '../../src/contract/index.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { quietChannel } from './support.ts';

describe('the names of people in a channel', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let channelId: ChannelId;
  before(async () => {
    world = await World.create();
    alice = await world.person('Alice');
  });
  beforeEach(async () => {
    bob = await world.person('Bob');
    ({ id: channelId } = await quietChannel(world, alice, [bob]));
  });
  after(() => world.end());

  const query = (text: string, ...values: unknown[]) => world.database.query(text, values);
  const named = async (by = alice) => {
    const { members } = await by.call('member.list', { channelId }).accepted();
    return new Map(members.map(({ userId, displayName }) => [userId, displayName]));
  };
  /** Alice's name, which must stand on every page, and Bob's. */
  const seen = async () => {
    const names = await named();
    return [names.get(alice.userId), names.get(bob.userId)];
  };
  const alarms = ({ userId }: Person) =>
    world.logged.filter((line) => line.includes('"integrity"') && line.includes(userId));
  const warm = async () => assert.deepEqual(await seen(), ['Alice', 'Bob']);

  for (const [state, prepare] of [
    ['seen before', warm],
    ['not seen yet', () => Promise.resolve()],
  ] as const) {
    it(`are left out when exchanged between rows, ${state}, with an alarm and without the text`, async () => {
      await prepare();
      const eve = await world.person('Evelyn-the-Exchanged');
      await query(
        `UPDATE account SET profile_sealed = b.profile_sealed, profile_version = b.profile_version
         FROM account b WHERE account.id = $1 AND b.id = $2`,
        bob.userId,
        eve.userId,
      );
      assert.deepEqual(await seen(), ['Alice', null]);
      const [alarm, ...others] = alarms(bob);
      assert.ok(alarm?.includes('"level":"error"') && alarm.includes('"kind":"profile"'), alarm);
      assert.equal(others.length, 0);
      assert.ok(!world.logged.join('').includes('Evelyn'), 'no name is logged');
    });

    it(`are gone with their key, ${state}`, async () => {
      await prepare();
      await query('DELETE FROM subject_key WHERE subject_id = $1', bob.userId);
      assert.deepEqual(await seen(), ['Alice', null]);
      assert.equal(alarms(bob).length, 1, 'nobody asked for it');
    });

    it(`are gone without an alarm once the account is erased, ${state}`, async () => {
      await prepare();
      await query('DELETE FROM subject_key WHERE subject_id = $1', bob.userId);
      await query(
        "UPDATE account SET status = 'erased', profile_sealed = NULL, email_sealed = NULL WHERE id = $1",
        bob.userId,
      );
      assert.deepEqual(await seen(), ['Alice', null]);
      assert.deepEqual(alarms(bob), []);
    });
  }

  it('are left out when their key is exchanged for that of somebody else', async () => {
    await query(
      `UPDATE subject_key SET wrapped = b.wrapped FROM subject_key b
       WHERE subject_key.subject_id = $1 AND b.subject_id = $2`,
      bob.userId,
      alice.userId,
    );
    assert.deepEqual(await seen(), ['Alice', null]);
    assert.equal(alarms(bob).length, 1);
  });

  it('are left out as of another version than their row says', async () => {
    await query('UPDATE account SET profile_version = 2 WHERE id = $1', bob.userId);
    assert.deepEqual(await seen(), ['Alice', null]);
  });

  it('are left out when something else that their owner sealed is put in their place', async () => {
    await query('UPDATE account SET profile_sealed = email_sealed WHERE id = $1', bob.userId);
    assert.deepEqual(await seen(), ['Alice', null]);
  });

  it('are there when their owner is locked: they are still in the channel', async () => {
    await query("UPDATE account SET status = 'locked' WHERE id = $1", bob.userId);
    assert.deepEqual(await seen(), ['Alice', 'Bob']);
  });

  it('give a newcomer where history begins at joining whom they meet in the log, and no word of it', async () => {
    const settings = { historyPolicy: 'since-join', sayings: ['too early'] } as const;
    const channel = await quietChannel(world, alice, [bob], settings);
    const id = channel.id;
    await bob.send(id, 'my parting words', world.clientId()).accepted();
    await bob.call('member.leave', { channelId: id }).accepted();
    const carol = await world.person('Carol');
    await carol.call('member.list', { channelId: id }).refused('not_found');
    await alice.call('member.add', { channelId: id, userId: carol.userId }).accepted();
    const userIds = [alice.userId, bob.userId];
    const asked = await carol.call('member.list', { channelId: id, userIds }).accepted();
    const byName = asked.members.map((member) => [member.displayName, member.role, member.present]);
    assert.deepEqual(byName.sort(), [
      ['Alice', 'owner', true],
      ['Bob', null, false],
    ]);
    const keys = new Set(asked.members.flatMap((member) => Object.keys(member)));
    assert.deepEqual([...keys], ['userId', 'displayName', 'role', 'joinedAt', 'present']);
    const { messages } = await carol.call('message.history', { channelId: id }).accepted();
    assert.deepEqual(messages, []);
    const messageId = channel.posts[0]?.id as MessageId;
    await carol.call('message.delete', { channelId: id, messageId }).refused('not_found');
  });
});
