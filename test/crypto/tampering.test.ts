/** Somebody who can write to the database cannot put words in anybody's mouth: what they touch is shown as unreadable. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { createApp, type App } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { ChannelId, MessageId } from '../../src/contract/index.ts';
import { createLog } from '../../src/platform/log.ts';
import { Person } from '../support/person.ts';
import { ROOMY, World } from '../support/world.ts';
import { quietChannel, row } from '../chat/support.ts';

describe('a message that was tampered with', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const query = (text: string, ...values: unknown[]) => world.database.query(text, values);
  const body = async (id: string) =>
    (await row(world, 'SELECT body_sealed FROM message WHERE id = $1', id))['body_sealed'];
  const texts = async (channelId: ChannelId, reader = bob) => {
    const { messages } = await reader.call('message.history', { channelId }).accepted();
    return messages.map((message) => message.body ?? message.content);
  };
  const spoken = async (...sayings: string[]) => {
    const { id, posts } = await quietChannel(world, alice, [bob], { sayings });
    return { channelId: id, ids: posts.map((post) => post.id) };
  };
  const alarms = (id: string, logged = world.logged) =>
    logged.filter((line) => line.includes('integrity') && line.includes(id));

  it('is shown as unreadable, the rest of the page loads, and an alarm is logged', async () => {
    const { channelId, ids } = await spoken('before', 'tampered', 'after');
    const [, id = ''] = ids;
    await query(
      'UPDATE message SET body_sealed = set_byte(body_sealed, 30, get_byte(body_sealed, 30) # 1) WHERE id = $1',
      id,
    );
    assert.deepEqual(await texts(channelId), ['before', 'unreadable', 'after']);
    const resumed = await bob.call('channel.resume', { channelId, rev: 0, epoch: 1 }).accepted();
    const shown = resumed.events.flatMap((e) => (e.kind === 'message' ? [e.message.content] : []));
    assert.deepEqual(shown, ['present', 'unreadable', 'present']);
    const [alarm] = alarms(id);
    assert.ok(alarm?.includes('"level":"error"'), alarm);
    assert.ok(!world.logged.join('').includes('tampered'), 'no text is logged');
  });

  it('is unreadable in the place of another message, even of the same author and channel', async () => {
    const { channelId, ids } = await spoken('yes', 'no');
    const [yes = '', no = ''] = ids;
    const [ofYes, ofNo] = [await body(yes), await body(no)];
    await query('UPDATE message SET body_sealed = $2 WHERE id = $1', yes, ofNo);
    await query('UPDATE message SET body_sealed = $2 WHERE id = $1', no, ofYes);
    assert.deepEqual(await texts(channelId), ['unreadable', 'unreadable']);
  });

  it('is unreadable as an older version put back', async () => {
    const { channelId, ids } = await spoken('I agree');
    const [id = ''] = ids;
    const older = await body(id);
    const messageId = id as MessageId;
    await alice.call('message.edit', { channelId, messageId, body: 'I do not agree' }).accepted();
    await query('UPDATE message SET body_sealed = $2 WHERE id = $1', id, older);
    assert.deepEqual(await texts(channelId), ['unreadable']);
  });

  it('is unreadable as the word of another author, or in another channel', async () => {
    const { channelId, ids } = await spoken('mine');
    const own = await bob.send(channelId, 'and mine', world.clientId()).accepted();
    await query('UPDATE message SET author_id = $2 WHERE id = $1', own.id, alice.userId);
    assert.deepEqual(await texts(channelId), ['mine', 'unreadable']);
    const other = await spoken('elsewhere');
    const moved = await body(ids[0] ?? '');
    await query('UPDATE message SET body_sealed = $2 WHERE id = $1', other.ids[0], moved);
    assert.deepEqual(await texts(other.channelId), ['unreadable']);
  });

  describe('by way of its keys', () => {
    let node: App;
    const logged: string[] = [];
    before(async () => {
      const stream = new Writable({
        write(line: Buffer, _encoding, done) {
          logged.push(line.toString());
          done();
        },
      });
      const config = readConfig({ ...process.env, ...ROOMY });
      node = createApp({ config, log: createLog('info', stream), clock: world.clock });
      await node.start();
    });
    after(() => node.stop());

    /** Somebody on a node that has not seen the key before it was exchanged. */
    const elsewhere = async (person: Person) => {
      const there = new Person(`http://127.0.0.1:${node.port()}`, person.displayName, person);
      await there.connect();
      return there;
    };

    it('is unreadable when the key of its author is exchanged, and the others load', async () => {
      const { channelId, ids } = await spoken('by Alice');
      await bob.send(channelId, 'by Bob', world.clientId()).accepted();
      await query(
        `UPDATE data_key k SET wrapped = (SELECT wrapped FROM data_key WHERE channel_id = $1 AND author_id = $3)
         WHERE channel_id = $1 AND author_id = $2`,
        channelId,
        alice.userId,
        bob.userId,
      );
      const reader = await elsewhere(bob);
      assert.deepEqual(await texts(channelId, reader), ['unreadable', 'by Bob']);
      assert.equal(alarms(ids[0] ?? '', logged).length, 1);
      const listening = await reader.call('channel.subscribe', { channelId }).accepted();
      assert.equal(listening.id, channelId);
      await reader.send(channelId, 'life goes on', world.clientId()).accepted();
      await reader.hearsMessage((message) => message.body === 'life goes on');
      reader.leave();
    });

    it('leaves a channel without its name when that was exchanged, and the list loads', async () => {
      const carol = await world.person('Carol', { role: 'guest' });
      const [one, two] = [
        await quietChannel(world, alice, [carol]),
        await quietChannel(world, alice, [carol]),
      ];
      await query(
        'UPDATE channel SET name_sealed = (SELECT name_sealed FROM channel WHERE id = $2) WHERE id = $1',
        one.id,
        two.id,
      );
      const { channels } = await carol.call('channel.list', {}).accepted();
      const names = new Map(channels.map(({ id, name }) => [id, name]));
      assert.deepEqual([names.get(one.id), names.get(two.id)], ['', 'A quiet channel']);
      assert.equal(alarms(one.id).length, 1);
    });
  });
});
