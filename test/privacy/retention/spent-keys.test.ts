/** Forgotten means forgotten: with the last post that a data key seals goes the key, and never one that is still needed. */
import assert from 'node:assert/strict';
import type { ChannelId } from '../../../src/contract/index.ts';
import { Person } from '../../support/person.ts';
import { startNode, type Node } from '../../support/two-nodes.ts';
import { World } from '../../support/world.ts';
import { quietChannel, row, rows } from '../../chat/support.ts';
import { administrator, type Author } from '../support.ts';
import { Ageing, read } from './nodes.ts';

describe('data keys', () => {
  let world: World;
  let ageing: Ageing;
  let boss: Author;
  let other: Author;
  let bob: Person;
  let eve: Person;
  let cold: Node;
  before(async () => {
    world = await World.create();
    ageing = new Ageing(world);
    cold = await startNode({});
    [boss, other] = [await administrator(world), await administrator(world, 'Other')];
    [bob, eve] = [await world.person('Bob'), await world.person('Eve')];
  });
  after(async () => {
    await Promise.all([ageing.postgres.close(), cold.app.stop()]);
    await world.end();
  });

  const talk = async (...sayings: string[]): Promise<ChannelId> => {
    const { id } = await quietChannel(world, bob, [eve], { sayings });
    return id;
  };
  /** The key epochs that there are keys of, for each of two authors. */
  const keys = async (channelId: ChannelId) => {
    const text = `SELECT coalesce(array_agg(epoch ORDER BY epoch) FILTER (WHERE author_id = $2), '{}') AS bob,
      coalesce(array_agg(epoch ORDER BY epoch) FILTER (WHERE author_id = $3), '{}') AS eve
      FROM data_key WHERE channel_id = $1`;
    const found = await row(world, text, channelId, bob.userId, eve.userId);
    return [found['bob'], found['eve']];
  };
  const run = async (node = ageing.node()) => {
    const id = await ageing.asked();
    await node.run(id);
    return (await ageing.of(id))['counts'] as Record<string, number>;
  };
  /** As by a node that has no key in memory, nor ever had one. */
  const readElsewhere = async (channelId: ChannelId) => {
    const there = new Person(cold.url, 'Bob', bob);
    await there.connect();
    const said = await read(there, channelId);
    there.leave();
    return said;
  };
  const rolls = (channelId: ChannelId) => {
    const text =
      'UPDATE channel SET key_epoch = key_epoch + 1, key_epoch_seq = last_seq WHERE id = $1';
    return world.database.query(text, [channelId]);
  };

  it('go with the last post, and whoever had them in memory goes on under new ones', async () => {
    const channelId = await talk('one', 'two');
    await eve.send(channelId, 'three', world.clientId()).accepted();
    assert.deepEqual(await keys(channelId), [[1], [1]]);
    await ageing.ages(channelId, 400);
    const counts = await run();
    assert.deepEqual(await keys(channelId), [[], []]);
    assert.ok((counts['data_key'] ?? 0) >= 2, 'the report says so');
    await bob.send(channelId, 'four', world.clientId()).accepted();
    await eve.send(channelId, 'five', world.clientId()).accepted();
    assert.deepEqual(await keys(channelId), [[2], [2]], 'no epoch comes back');
    assert.deepEqual(await readElsewhere(channelId), ['four', 'five']);
    await run();
    assert.deepEqual(await keys(channelId), [[2], [2]], 'and there is nothing to do');
  });

  it('stay as long as one post of their epoch does, which ends once one has gone', async () => {
    const channelId = await talk('one', 'two');
    await rolls(channelId);
    await eve.send(channelId, 'three', world.clientId()).accepted();
    await bob.send(channelId, 'four', world.clientId()).accepted();
    await ageing.ages(channelId, 400, 1);
    await run();
    assert.deepEqual(await keys(channelId), [[1, 2], [2]], 'the second post is of the first epoch');
    await ageing.ages(channelId, 400, 3);
    await run();
    assert.deepEqual(await keys(channelId), [[2], [2]], 'the fourth post is of the second');
    await bob.send(channelId, 'five', world.clientId()).accepted();
    assert.deepEqual(await keys(channelId), [[2, 3], [2]], 'in which nobody writes any more');
    assert.deepEqual(await readElsewhere(channelId), ['four', 'five']);
    const { messages } = await bob.call('message.history', { channelId }).accepted();
    const messageId = messages[0]?.id ?? assert.fail();
    await bob.call('message.edit', { channelId, messageId, body: 'FOUR' }).accepted();
    assert.deepEqual(await keys(channelId), [[2, 3], [2]], 'an edit is sealed as its post was');
    await ageing.ages(channelId, 400, 4);
    await run();
    assert.deepEqual(await keys(channelId), [[3], []], 'former texts go with their post');
  });

  it('are never missed by a post, whenever in a run it is sent and however the run is cut up', async () => {
    const channels = [await talk('one'), await talk('one'), await talk('one')];
    for (const id of channels) await ageing.ages(id, 400);
    const sent = new Map(channels.map((id) => [id, [] as string[]]));
    const all: Promise<unknown>[] = [];
    const send = (n: number) => {
      for (const [id, said] of sent)
        for (const person of [bob, eve]) {
          const text = `${n} of ${person.userId}`;
          said.push(text);
          all.push(person.send(id, text, world.clientId()).accepted());
        }
      return Promise.resolve();
    };
    const id = await ageing.asked();
    await Promise.all([ageing.node({ before: send }).run(id), ageing.node().run(id)]);
    await Promise.all(all);
    await run();
    for (const [id, said] of sent) {
      assert.ok(said.length >= 6);
      const text = 'SELECT FROM channel WHERE id = $1 AND key_epoch > 1 AND purged_seq > 0';
      assert.equal((await rows(world, text, id)).length, 1, 'the keys changed meanwhile');
      assert.deepEqual((await readElsewhere(id)).map(String).sort(), said.toSorted());
    }
  });

  it('stay while a hold covers them, and while a text that it kept is there', async () => {
    const channelId = await talk('one', 'two');
    const { id: messageId } = await eve.send(channelId, 'three', world.clientId()).accepted();
    const about = { userId: eve.userId, reason: 'a case', password: boss.resident.password };
    const { holdId } = await boss.person.call('hold.place', about).accepted();
    await eve.call('message.delete', { channelId, messageId }).accepted();
    await bob.send(channelId, 'four', world.clientId()).accepted();
    await ageing.ages(channelId, 400);
    await run();
    assert.deepEqual(await ageing.seqs(channelId), [3, 4]);
    assert.deepEqual(await keys(channelId), [[1], [1]], 'the third place is of their epoch');
    // As where the job that lets held texts go was lost: the hold is lifted, and they are still there.
    const lifted = 'UPDATE legal_hold SET lifted_at = now(), lifted_by = $2 WHERE id = $1';
    await world.database.query(lifted, [holdId, other.person.userId]);
    await run();
    assert.deepEqual(await ageing.seqs(channelId), []);
    assert.deepEqual(await keys(channelId), [[], [1]], 'of the third text there is a copy');
    await world.database.query('DELETE FROM held_text WHERE channel_id = $1', [channelId]);
    await boss.person.call('hold.place', about).accepted();
    await run();
    assert.deepEqual(await keys(channelId), [[], [1]], 'a hold that seals nothing covers it');
    await world.database.query(lifted.replace('WHERE id = $1', 'WHERE subject_id = $1'), [
      eve.userId,
      other.person.userId,
    ]);
    await run();
    assert.deepEqual(await keys(channelId), [[], []]);
  });

  it('that something is sealed under are kept by the database, whatever the server would do', async () => {
    const [used, next] = [await talk('one'), await talk('one')];
    await rolls(used);
    await world.database.query('DELETE FROM message WHERE channel_id = $1', [next]);
    const shred = () =>
      ageing.postgres.transaction(world.workspaceId, 'own', (tx) =>
        tx.dataKey.deleteMany({ where: { channelId: { in: [used, next] } } }),
      );
    const why = 'a post is sealed under the one, and a send may seal under the other';
    assert.deepEqual(await shred(), { count: 0 }, why);
    await rolls(next);
    assert.deepEqual(await shred(), { count: 1 });
    assert.deepEqual(await keys(used), [[1], []]);
  });
});
