/** Followers that look at the same moment share a transaction, and nothing else: each hears of its own channel alone. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Content } from '../../src/chat/content.ts';
import { Looks } from '../../src/chat/looks.ts';
import { readConfig } from '../../src/config.ts';
import type { ChannelId } from '../../src/contract/index.ts';
import { envelope, keyring, Vault } from '../../src/crypto/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { systemClock, systemEntropy } from '../../src/platform/system.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { quietChannel } from './support.ts';

describe('the looks of followers', () => {
  const config = readConfig(process.env);
  const entropy = systemEntropy(systemClock);
  let world: World;
  let postgres: Postgres;
  let alice: Person;
  let bob: Person;
  let looks: Looks;
  /** The mode of every transaction. */
  let transactions: string[];
  before(async () => {
    world = await World.create();
    postgres = new Postgres({ ...config.database, connections: 4 });
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  beforeEach(() => {
    transactions = [];
    const vault = new Vault(keyring(config.keys.root), entropy, systemClock);
    const content = new Content(vault, envelope(entropy), () => undefined);
    looks = new Looks((workspaceId, mode, work) => {
      transactions.push(mode);
      return postgres.transaction(workspaceId, mode, work);
    }, content);
  });
  after(async () => {
    await Promise.all([postgres.close(), world.end()]);
  });

  const look = (
    id: ChannelId,
    since: number | null,
    reader: Person | null,
    workspaceId = world.workspaceId,
  ) => looks.look(workspaceId, id, since, reader?.userId ?? null);

  it('are one transaction, each with its own events and the right of its own reader', async () => {
    const [one, two] = await Promise.all([
      quietChannel(world, alice, [bob], { sayings: ['a', 'b'] }),
      quietChannel(world, alice, [], { sayings: ['c'], historyPolicy: 'since-join' }),
    ]);
    const found = await Promise.all([
      look(one.id, 2, bob),
      look(two.id, 0, bob),
      look(two.id, null, alice),
      look(one.id, null, null),
    ]);
    const told = found.map(({ head, mayRead, complete, events, historyPolicy }) => {
      return [head, mayRead, complete, historyPolicy, events.map(({ rev }) => rev)];
    });
    assert.deepEqual(told.slice(0, 2), [
      [4, true, true, 'all', [3, 4]],
      [2, false, true, 'since-join', [1, 2]],
    ]);
    assert.deepEqual(told[2]?.slice(0, 2), [2, true]);
    assert.deepEqual(told[3]?.slice(0, 2), [4, false]);
    assert.deepEqual(transactions, ['read']);
    const later = await look(one.id, 4, alice);
    assert.deepEqual([later.events, later.mayRead], [[], true]);
    assert.deepEqual(
      transactions,
      ['read', 'read'],
      'whoever comes later has a snapshot of their own',
    );
  });

  it('are of one workspace in a transaction: two look apart', async () => {
    const { id } = await quietChannel(world, alice);
    const elsewhere = await world.anotherWorkspace();
    const [here, there] = await Promise.allSettled([
      look(id, null, alice),
      look(id, null, alice, elsewhere),
    ]);
    assert.ok(here.status === 'fulfilled' && here.value.mayRead);
    assert.equal(there.status, 'rejected');
    assert.deepEqual(transactions, ['read', 'read']);
  });

  it('fail alone where the channel is gone, and together where the database is', async () => {
    const { id } = await quietChannel(world, alice);
    const [there, gone] = await Promise.allSettled([
      look(id, null, alice),
      look(randomUUID() as ChannelId, null, alice),
    ]);
    assert.equal(there.status, 'fulfilled');
    assert.match(String(gone.status === 'rejected' && gone.reason), /is gone/);
    const content = null as unknown as Content;
    looks = new Looks(() => Promise.reject(new Error('away')), content);
    const all = await Promise.allSettled([look(id, null, alice), look(id, 0, null)]);
    assert.ok(all.every(({ status }) => status === 'rejected'));
  });

  it('read long gaps whole, and leave out what no follower reads', async () => {
    const sayings = ['a', 'b', 'c'];
    const [one, two, wide] = await Promise.all([
      quietChannel(world, alice, [], { sayings }),
      quietChannel(world, alice, [], { sayings }),
      quietChannel(world, alice, [], { sayings }),
    ]);
    const stretch = 'UPDATE channel SET last_rev = $2 WHERE id = $1';
    for (const { id } of [one, two]) await world.database.query(stretch, [id, 1_500]);
    await world.database.query(stretch, [wide.id, 2_100]);
    const found = await Promise.all([one, two, wide].map(({ id }) => look(id, 1, null)));
    assert.deepEqual(
      found.map(({ head, complete, events }) => [head, complete, events.length]),
      [
        [1_500, true, 3],
        [1_500, true, 3],
        [2_100, false, 0],
      ],
    );
    assert.deepEqual(transactions, ['read']);
  });
});
