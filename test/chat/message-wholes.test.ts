/** Counting says that an export has lost nothing only where that is so, whatever became of channels, rights and posts. */
import assert from 'node:assert/strict';
import { nextPieces } from '../../src/chat/exports-store.ts';
import { messagesIn } from '../../src/chat/message-exports-store.ts';
import { extentOf, joinExtents, readExtent } from '../../src/chat/message-extent.ts';
import { messageWholes } from '../../src/chat/message-wholes.ts';
import { readConfig } from '../../src/config.ts';
import type { ChannelId, MessageId } from '../../src/contract/index.ts';
import type { ExportExtent } from '../../src/kernel/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';

describe('what was collected of a channel', () => {
  let world: World;
  let postgres: Postgres;
  let ada: Person;
  let bob: Person;
  let channelId: ChannelId;
  before(async () => {
    world = await World.create();
    postgres = new Postgres({ ...readConfig(process.env).database, connections: 1 });
  });
  beforeEach(async () => {
    [ada, bob] = [await world.person('Ada'), await world.person('Bob')];
    channelId = (await world.channel(bob, [ada])).id;
    for (const one of [ada, bob, ada, ada]) await says(one);
  });
  after(async () => {
    await postgres.close();
    await world.end();
  });

  const says = async (one: Person) =>
    (await one.send(channelId, 'words', world.clientId()).accepted()).id;
  const subject = () => ({ workspaceId: world.workspaceId, userId: ada.userId });
  const within: Postgres['transaction'] = (...of) => postgres.transaction(...of);

  /** A page of what Ada wrote, as an export collects it. */
  const collected = (): Promise<ExportExtent> =>
    within(world.workspaceId, 'read', async (tx) => {
      const { pieces, next } = await nextPieces(tx, subject(), null);
      assert.equal(next, null);
      const { found } = await messagesIn(tx, ada.userId, pieces);
      const extent = extentOf(pieces, found);
      assert.ok(extent);
      return extent;
    });
  const isGiven = (extent: ExportExtent) =>
    messageWholes(within).areGiven(subject(), JSON.parse(JSON.stringify(extent)) as ExportExtent);

  it('is all given still when others write, and its author writes more and edits', async () => {
    const id = await says(ada);
    const extent = await collected();
    assert.deepEqual([readExtent(extent).posts, readExtent(extent).alive], [4, 4]);
    for (const one of [bob, ada]) await says(one);
    await ada.call('message.edit', { channelId, messageId: id, body: 'other words' }).accepted();
    assert.equal(await isGiven(extent), true);
  });

  it('is not when one of its texts was deleted, and is when that was so before', async () => {
    const [first, second] = [await says(ada), await says(ada)];
    await ada.call('message.delete', { channelId, messageId: first }).accepted();
    const extent = await collected();
    assert.equal(await isGiven(extent), true);
    await ada.call('message.delete', { channelId, messageId: second }).accepted();
    assert.equal(await isGiven(extent), false);
  });

  it('is not when posts went for good', async () => {
    const extent = await collected();
    await world.database.query('DELETE FROM message WHERE channel_id = $1 AND author_id = $2', [
      channelId,
      ada.userId,
    ]);
    assert.equal(await isGiven(extent), false);
  });

  it('is not while its author may not read there, and is again where all history comes back', async () => {
    const extent = await collected();
    await bob.call('member.remove', { channelId, userId: ada.userId }).accepted();
    assert.equal(await isGiven(extent), false);
    await bob.call('member.add', { channelId, userId: ada.userId }).accepted();
    assert.equal(await isGiven(extent), true);
  });

  it('is not when a place of it cannot be read any more, though the channel can', async () => {
    channelId = (await world.channel(bob, [ada], { historyPolicy: 'since-join' })).id;
    const [first] = [await says(ada), await says(ada)];
    const extent = await collected();
    assert.equal(await isGiven(extent), true);
    await world.database.query(
      `UPDATE membership SET joined_seq = m.seq FROM message m
       WHERE m.id = $1 AND membership.channel_id = m.channel_id AND user_id = $2`,
      [first, ada.userId],
    );
    assert.equal(await isGiven(extent), false);
  });
});

describe('what pages were made of', () => {
  const [one, other] = [
    '018f0000-0000-7000-8000-000000000001',
    '018f0000-0000-7000-8000-000000000002',
  ];
  const page = (channelId: string, after: number, upTo: number, readable = '{(,)}') =>
    extentOf([{ channelId: channelId as ChannelId, after, upTo, readable }], []) ?? assert.fail();

  it('is one stretch where a page went on where the one before it ended', () => {
    const joined = joinExtents(page(one, 0, 10), page(one, 10, 30)) ?? assert.fail();
    assert.deepEqual(readExtent(joined).stretches, [[one, 0, 30, '{(,)}']]);
  });

  it('is two where places are between them, the channel is another, or other places were readable', () => {
    for (const next of [page(one, 11, 30), page(other, 10, 30), page(one, 10, 30, '{(10,]}')]) {
      const joined = joinExtents(page(one, 0, 10), next) ?? assert.fail();
      assert.equal(readExtent(joined).stretches.length, 2);
    }
  });

  it('ends with the post that a page was cut after', () => {
    const pieces = [one, other].map((id) => ({
      ...{ channelId: id as ChannelId, after: 0, upTo: 10, readable: '{(,)}' },
    }));
    const cut = { channelId: one as ChannelId, id: one as MessageId, seq: 4, at: 0 };
    const post = { ...cut, version: 1, keyEpoch: 1 };
    const extent = extentOf(pieces, [post], post) ?? assert.fail();
    assert.deepEqual(readExtent(extent), { stretches: [[one, 0, 4, '{(,)}']], posts: 1, alive: 1 });
  });

  it('is not said where it would be long: of two hundred stretches and more, or of a thousand stays', () => {
    let joined: ExportExtent | null = page(one, 0, 1);
    for (let n = 1; n < 200; n += 1)
      joined = joined && joinExtents(joined, page(one, 2 * n, 2 * n + 1));
    assert.ok(joined);
    assert.equal(joinExtents(joined, page(one, 1_000, 1_001)), null);
    const stays = Array.from({ length: 1_000 }, (_, n) => `(${2 * n},${2 * n + 1}]`).join(',');
    const pieces = [{ channelId: one as ChannelId, after: 0, upTo: 1, readable: `{${stays}}` }];
    assert.equal(extentOf(pieces, []), null);
  });
});
