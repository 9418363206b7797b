/** Keys in the table are useless without the root key and in any row but their own; none is used that was rolled back. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readConfig } from '../../src/config.ts';
import type { ChannelId } from '../../src/contract/index.ts';
import {
  BrokenKey,
  envelope,
  keyring,
  keyRows,
  Vault,
  type KeyRows,
} from '../../src/crypto/index.ts';
import { Secret } from '../../src/kernel/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { systemClock, systemEntropy } from '../../src/platform/system.ts';
import { HandClock, MINUTE } from '../support/hand-clock.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { quietChannel, row } from '../chat/support.ts';
const entropy = systemEntropy(systemClock);

describe('the vault', () => {
  const config = readConfig(process.env);
  const root = keyring(config.keys.root);
  let world: World;
  let postgres: Postgres;
  let vault: Vault;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    postgres = new Postgres({ ...config.database, connections: 4 });
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  beforeEach(() => {
    vault = new Vault(root, entropy, systemClock);
  });
  after(async () => {
    await Promise.all([postgres.close(), world.end()]);
  });

  const within = <T>(mode: 'own' | 'read', work: (rows: KeyRows) => Promise<T>) =>
    postgres.transaction(world.workspaceId, mode, (tx) => work(keyRows(tx, world.workspaceId)));
  const name = (channelId: ChannelId, authorId: Person['userId'], keyEpoch = 1) => {
    return { channelId, authorId, keyEpoch };
  };
  const dataKey = (channelId: ChannelId, { userId }: Person, by = vault) =>
    within('read', (rows) => by.dataKey(rows, channelId, userId, 1));
  const ensure = (channelId: ChannelId, { userId }: Person) =>
    within('own', (rows) => vault.ensureDataKeys(rows, [name(channelId, userId)]));

  it('stores a key wrapped: the row does not contain it, and opens on any node that has the root key', async () => {
    const { id } = await quietChannel(world, alice);
    await ensure(id, alice);
    const key = await dataKey(id, alice);
    assert.equal(key?.length, 32);
    const stored = await row(
      world,
      'SELECT k.*, k::text AS whole FROM data_key k WHERE channel_id = $1',
      id,
    );
    assert.ok(!String(stored['whole']).includes(key.toString('hex')));
    assert.deepEqual(await dataKey(id, alice, new Vault(root, entropy, systemClock)), key);
    const stranger = keyring(
      new Secret({
        current: root.current,
        keys: { [root.current]: randomBytes(32).toString('base64') },
      }),
    );
    await assert.rejects(dataKey(id, alice, new Vault(stranger, entropy, systemClock)), BrokenKey);
  });

  it('gives every author, channel and epoch a key of its own, and null where there is none', async () => {
    const [one, two] = [await quietChannel(world, alice), await quietChannel(world, alice)];
    for (const [channel, author] of [
      [one.id, alice],
      [one.id, bob],
      [two.id, alice],
    ] as const)
      await ensure(channel, author);
    const keys = [
      await dataKey(one.id, alice),
      await dataKey(one.id, bob),
      await dataKey(two.id, alice),
    ].map((key) => key?.toString('hex'));
    assert.equal(new Set(keys).size, 3);
    assert.equal(await dataKey(two.id, bob), null);
    const later = within('read', (rows) => vault.dataKey(rows, one.id, alice.userId, 2));
    assert.equal(await later, null);
  });

  it('opens no key in the row of another author, channel or epoch', async () => {
    const [one, two] = [await quietChannel(world, alice), await quietChannel(world, alice)];
    await ensure(one.id, alice);
    const { wrapped } = await row(world, 'SELECT * FROM data_key WHERE channel_id = $1', one.id);
    const places = [
      [one.id, bob.userId, 1],
      [two.id, alice.userId, 1],
      [one.id, alice.userId, 2],
    ] as const;
    for (const [channelId, authorId, epoch] of places) {
      await world.database.query('INSERT INTO data_key VALUES ($1, $2, $3, $4, 1, $5, now())', [
        world.workspaceId,
        channelId,
        authorId,
        epoch,
        wrapped,
      ]);
      const moved = within('read', (rows) => vault.dataKey(rows, channelId, authorId, epoch));
      await assert.rejects(moved, BrokenKey);
    }
  });

  it('fetches many keys with one query, asks for none that is at hand, and leaves out what does not open', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    for (const person of [alice, bob]) await ensure(channelId, person);
    const broken = 'UPDATE data_key SET epoch = 7 WHERE channel_id = $1 AND author_id = $2';
    const moved = await world.database.query(broken, [channelId, bob.userId]);
    assert.equal(moved.rowCount, 1);
    await ensure(channelId, bob);
    const mine = name(channelId, alice.userId);
    const his = name(channelId, bob.userId);
    const names = [mine, his, { ...his, keyEpoch: 7 }, { ...mine, keyEpoch: 2 }];
    const asked: number[] = [];
    const fetch = () =>
      within('read', (rows) => {
        const dataKeys: KeyRows['dataKeys'] = (missing) => {
          asked.push(missing.length);
          return rows.dataKeys(missing);
        };
        return vault.fetchDataKeys({ ...rows, dataKeys }, [...names, ...names]);
      });
    await fetch();
    const held = names.map(({ authorId, keyEpoch }) =>
      vault.cachedDataKey(channelId, authorId, keyEpoch),
    );
    assert.deepEqual(
      held.map((key) => key !== null),
      [true, true, false, false],
    );
    const other = new Vault(root, entropy, systemClock);
    assert.deepEqual(held[0], await dataKey(channelId, alice, other));
    assert.deepEqual(held[1], await dataKey(channelId, bob, other));
    await fetch();
    assert.deepEqual(asked, [4, 2], 'the same name twice is one name');
    names.length = 2;
    await fetch();
    assert.deepEqual(asked, [4, 2], 'nothing is missing');
  });

  it('opens no subject key in the row of another subject', async () => {
    const [carol, dave] = await Promise.all([world.person('Carol'), world.person('Dave')]);
    await world.database.query(
      `UPDATE subject_key SET wrapped = (SELECT wrapped FROM subject_key WHERE subject_id = $1)
       WHERE subject_id = $2`,
      [carol.userId, dave.userId],
    );
    const keyOf = ({ userId }: Person) => within('read', (rows) => vault.subjectKey(rows, userId));
    assert.ok(await keyOf(carol));
    await assert.rejects(keyOf(dave), BrokenKey);
  });

  it('never uses a key whose transaction was rolled back', async () => {
    const { id } = await quietChannel(world, alice);
    const lost = within('own', async (rows) => {
      await vault.ensureDataKeys(rows, [name(id, alice.userId)]);
      throw new Error('rolled back');
    });
    await assert.rejects(lost, /rolled back/);
    assert.equal(vault.cachedDataKey(id, alice.userId, 1), null);
    assert.equal(await dataKey(id, alice), null);
    await ensure(id, alice);
    const key = await dataKey(id, alice);
    assert.deepEqual(await dataKey(id, alice, new Vault(root, entropy, systemClock)), key);
  });

  it('settles on one key when many make it at once', async () => {
    const { id } = await quietChannel(world, alice);
    const nodes = Array.from({ length: 4 }, () => new Vault(root, entropy, systemClock));
    const keys = await Promise.all(
      nodes.map(async (node) => {
        await within('own', (rows) => node.ensureDataKeys(rows, [name(id, alice.userId)]));
        return dataKey(id, alice, node);
      }),
    );
    assert.ok(keys[0]);
    for (const key of keys) assert.deepEqual(key, keys[0]);
  });

  it('opens what an old root key wraps after the ring has a new one, and wraps under the new one', async () => {
    const before = root.current;
    const keys = { [before]: root.key(before), new: randomBytes(32) };
    const text = Object.entries(keys).map(([name, key]) => [name, key.toString('base64')]);
    const ring = keyring(
      new Secret({ current: 'new', keys: Object.fromEntries(text) as Record<string, string> }),
    );
    const rotated = new Vault(ring, entropy, systemClock);
    const { id } = await quietChannel(world, alice);
    await ensure(id, alice);
    assert.deepEqual(await dataKey(id, alice, rotated), await dataKey(id, alice));
    const made: string[] = [];
    const rows = {
      workspaceId: world.workspaceId,
      addWorkspaceKey: ({ under }: { under: string }) => Promise.resolve(void made.push(under)),
    };
    await rotated.createWorkspaceKey(rows as unknown as KeyRows);
    assert.deepEqual(made, ['new']);
  });

  it('goes on with the newest workspace key it knew for a minute of its clock, and then takes up a newer one', async () => {
    const clock = new HandClock();
    const workspaceId = await world.anotherWorkspace();
    const node = new Vault(root, entropy, clock);
    const current = async () => {
      const key = await postgres.transaction(workspaceId, 'read', (tx) =>
        node.workspaceKey(keyRows(tx, workspaceId)),
      );
      return key.version;
    };
    assert.equal(await current(), 1);
    const place = ['workspace-key', workspaceId, 2];
    const wrapped = envelope(entropy).seal(root.key(root.current), randomBytes(32), place);
    await postgres.transaction(workspaceId, 'own', (tx) => {
      const row = { under: root.current, version: 2, wrapped };
      return keyRows(tx, workspaceId).addWorkspaceKey(row, clock.now());
    });
    clock.forward(MINUTE);
    assert.equal(await current(), 1);
    clock.forward(1);
    assert.equal(await current(), 2);
  });

  it('holds no more keys than it may, and reads a forgotten one again', async () => {
    const { id } = await quietChannel(world, alice);
    const small = new Vault(root, entropy, systemClock, 3);
    const epochs = [1, 2, 3, 4];
    for (const epoch of epochs)
      await within('own', (rows) => vault.ensureDataKeys(rows, [name(id, alice.userId, epoch)]));
    const read = (epoch: number) =>
      within('read', (rows) => small.dataKey(rows, id, alice.userId, epoch));
    const keys = [];
    for (const epoch of epochs) keys.push(await read(epoch));
    const held = () => epochs.filter((epoch) => small.cachedDataKey(id, alice.userId, epoch));
    assert.ok(held().length <= 3 && !held().includes(1));
    assert.deepEqual(await read(1), keys[0]);
    small.clear();
    assert.deepEqual(held(), []);
  });
});
