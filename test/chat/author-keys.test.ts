/** A crowd of first messages shares its looks for keys, and nobody shares the fate of a neighbour. */
import assert from 'node:assert/strict';
import { v7 } from 'uuid';
import { AuthorKeys, NO_EPOCH, type Asked } from '../../src/chat/author-keys.ts';
import { readConfig } from '../../src/config.ts';
import type { ChannelId, ClientId } from '../../src/contract/index.ts';
import { BrokenKey, keyring, Vault } from '../../src/crypto/index.ts';
import { Refusal } from '../../src/kernel/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { later, systemClock, systemEntropy } from '../../src/platform/system.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';

const config = readConfig(process.env);
const entropy = systemEntropy(systemClock);

describe('the keys of authors', () => {
  let world: World;
  let postgres: Postgres;
  let people: Person[];
  before(async () => {
    world = await World.create();
    postgres = new Postgres({ ...config.database, connections: 4 });
    people = await Promise.all(Array.from({ length: 12 }, (_, i) => world.person(`Person ${i}`)));
  });
  after(async () => {
    await Promise.all([postgres.close(), world.end()]);
  });

  /** As on a node that was just started: it remembers no key. */
  function fresh(before: (n: number) => Promise<unknown> = () => Promise.resolve()) {
    const transactions: string[] = [];
    const transaction: Postgres['transaction'] = async (workspaceId, mode, work) => {
      await before(transactions.push(mode));
      return postgres.transaction(workspaceId, mode, work);
    };
    const vault = new Vault(keyring(config.keys.root), entropy, systemClock);
    const keys = new AuthorKeys({ transaction, vault, entropy, later });
    const find = (asked: Asked) => keys.find(world.workspaceId, asked);
    return { find, transactions };
  }
  const asked = (channelId: ChannelId, { userId }: Person, clientId: string = v7()): Asked => {
    return { channelId, authorId: userId, clientId: clientId as ClientId };
  };
  const first = () => people[0] ?? assert.fail('nobody is there');
  const quiet = async (kind: 'public' | 'private' = 'private', members = people) => {
    const { id } = await world.channel(first(), [], { kind });
    for (const { userId } of members.slice(1))
      await first().call('member.add', { channelId: id, userId }).accepted();
    return id;
  };
  const codes = (settled: readonly PromiseSettledResult<unknown>[]) =>
    settled.map((each) => {
      if (each.status === 'fulfilled') return 'yes';
      return each.reason instanceof Refusal ? each.reason.code : (each.reason as Error).constructor;
    });

  it('are made for a crowd in a few transactions, and each reads the same on another node', async () => {
    const channelId = await quiet();
    const { find, transactions } = fresh();
    const made = await Promise.all(people.map((person) => find(asked(channelId, person))));
    assert.deepEqual(transactions, ['read', 'own', 'read']);
    assert.equal(new Set(made.map(({ key }) => key.toString('hex'))).size, people.length);
    const other = fresh();
    const read = await Promise.all(people.map((person) => other.find(asked(channelId, person))));
    assert.deepEqual(read, made);
    assert.deepEqual(other.transactions, ['read']);
  });

  it('are settled on when two nodes make those of the same crowd at once', async () => {
    const channelId = await quiet();
    const [one, other] = [fresh(), fresh()];
    const [mine, theirs] = await Promise.all([
      Promise.all(people.map((person) => one.find(asked(channelId, person)))),
      Promise.all(people.toReversed().map((person) => other.find(asked(channelId, person)))),
    ]);
    assert.deepEqual(theirs.toReversed(), mine);
  });

  it('are those of the next key epoch where one ends between making a key and looking for it', async () => {
    const channelId = await quiet();
    const text = 'UPDATE channel SET key_epoch = key_epoch + 1 WHERE id = $1';
    const { find, transactions } = fresh((n) =>
      n === 3 ? world.database.query(text, [channelId]) : Promise.resolve(),
    );
    const found = await Promise.all(people.map((person) => find(asked(channelId, person))));
    assert.deepEqual(new Set(found.map(({ keyEpoch }) => keyEpoch)), new Set([2]));
    assert.deepEqual(transactions, ['read', 'own', 'read', 'own', 'read']);
  });

  it('are refused to whoever may not post, who takes no neighbour with them', async () => {
    const [, member, guest] = people;
    assert.ok(member && guest);
    const [hidden, open] = [await quiet('private', [first(), member]), await quiet('public', [])];
    const { find } = fresh();
    const all = [
      asked(hidden, first()),
      asked(hidden, guest),
      asked(hidden, member),
      asked(open, guest),
      asked(v7() as ChannelId, member),
      asked(hidden.toUpperCase() as ChannelId, member),
    ];
    const settled = await Promise.allSettled(all.map((each) => find(each)));
    const expected = ['yes', 'not_found', 'yes', 'forbidden', 'not_found', 'yes'];
    assert.deepEqual(codes(settled), expected);
    const [, , lower, , , upper] = settled;
    assert.deepEqual(upper, lower);
    const { rowCount } = await world.database.query(
      'SELECT FROM data_key WHERE author_id = $1 AND channel_id = ANY ($2)',
      [guest.userId, [hidden, open]],
    );
    assert.equal(rowCount, 0, 'no key is made for who may not post');
  });

  it('are given without an epoch to whoever sent it before, whatever they may do by now', async () => {
    const [, leaver, other] = people;
    assert.ok(leaver && other);
    const channelId = await quiet('private', [first(), leaver, other]);
    const clientId = world.clientId();
    await leaver.send(channelId, 'before I go', clientId).accepted();
    await leaver.call('member.leave', { channelId }).accepted();
    const { find } = fresh();
    const again = [asked(channelId, other), asked(channelId, leaver, clientId)];
    const [key, nobodys] = await Promise.all(again.map((each) => find(each)));
    assert.deepEqual([key?.keyEpoch, nobodys?.keyEpoch], [1, NO_EPOCH]);
    await assert.rejects(find(asked(channelId, leaver)), { code: 'not_found' });
  });

  it('that were changed in their row are a bug to their own author alone', async () => {
    const [, victim, other] = people;
    assert.ok(victim && other);
    const channelId = await quiet('private', [first(), victim, other]);
    const crowd = [first(), victim, other];
    const ask = () => {
      const { find } = fresh();
      return Promise.allSettled(crowd.map((person) => find(asked(channelId, person))));
    };
    assert.deepEqual(codes(await ask()), ['yes', 'yes', 'yes']);
    await world.database.query(
      `UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE channel_id = $1 AND author_id = $2)
       WHERE channel_id = $1 AND author_id = $3`,
      [channelId, other.userId, victim.userId],
    );
    assert.deepEqual(codes(await ask()), ['yes', BrokenKey, 'yes']);
  });
});
