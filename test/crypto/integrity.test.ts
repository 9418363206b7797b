/** What somebody changed in the database is shown as unreadable, alone, and told of once: in the log of a node and on record. */
import assert from 'node:assert/strict';
import type { ChannelId, MessageId } from '../../src/contract/index.ts';
import { ownDatabase, type OwnDatabase } from '../architecture/own-database.ts';
import { quietChannel } from '../chat/support.ts';
import { Person } from '../support/person.ts';
import { startNode } from '../support/two-nodes.ts';
import { World } from '../support/world.ts';

describe('damage to what is sealed', function () {
  this.timeout(240_000);
  let database: OwnDatabase;
  let world: World;
  let ada: Person;
  let bob: Person;
  let environment: Record<string, string>;
  before(async () => {
    database = await ownDatabase();
    environment = { DATABASE_APP_URL: database.serverUrl };
    world = await World.create({ environment });
    [ada, bob] = await Promise.all([world.person('Ada'), world.person('Bob')]);
  });
  after(async () => {
    await world.end();
    await database.remove();
  });

  const query = async <R = Record<string, unknown>>(text: string, ...values: unknown[]) =>
    (await database.owner.query(text, values)).rows as R[];
  const body = async (id: string) =>
    (await query('SELECT body_sealed FROM message WHERE id = $1', id))[0]?.['body_sealed'];
  const put = (id: string, sealed: unknown) =>
    query('UPDATE message SET body_sealed = $2 WHERE id = $1', id, sealed);
  const told = (id: string, logged: readonly string[]) =>
    logged.filter((line) => line.includes('"integrity"') && line.includes(id)).length;
  const onRecord = (id: string) =>
    query(
      `SELECT workspace_id, action, type, severity, outcome, actor_id, resource_kind, transport, details
       FROM audit_event WHERE resource_id = $1 AND type = 'integrity_failed'`,
      id,
    );
  const texts = async (channelId: ChannelId, reader: Person) => {
    const { messages } = await reader.call('message.history', { channelId }).accepted();
    return messages.map((message) => message.body ?? message.content);
  };
  /** Bob on a node that remembers no key. */
  const elsewhere = async () => {
    const node = await startNode(environment);
    const there = new Person(node.url, 'Bob', bob);
    await there.connect();
    const leave = async () => {
      there.leave();
      await node.app.stop();
    };
    return { node, there, leave };
  };
  /** A channel in which Ada says something, is damaged, and something again; Bob speaks last. */
  const conversation = async () => {
    const sayings = ['before', 'damaged', 'after'];
    const { id: channelId, posts } = await quietChannel(world, ada, [bob], { sayings });
    await bob.send(channelId, 'by Bob', world.clientId()).accepted();
    const id = (posts[1]?.id ?? assert.fail()) as MessageId;
    return { channelId, id, neighbour: posts[0]?.id ?? '' };
  };

  type Spoken = Awaited<ReturnType<typeof conversation>>;
  const damages: readonly [string, (spoken: Spoken) => Promise<unknown>][] = [
    [
      'a bit that was flipped',
      ({ id }) =>
        query(
          'UPDATE message SET body_sealed = set_byte(body_sealed, 40, get_byte(body_sealed, 40) # 1) WHERE id = $1',
          id,
        ),
    ],
    ['a text that was cut off', ({ id }) => put(id, Buffer.from([1, 2, 3]))],
    ['the text of another row', async ({ id, neighbour }) => put(id, await body(neighbour))],
    [
      'an older version put back',
      async ({ id, channelId }) => {
        const older = await body(id);
        await ada.call('message.edit', { channelId, messageId: id, body: 'edited' }).accepted();
        await put(id, older);
      },
    ],
    [
      'the epoch of a key that never was',
      ({ id }) => query('UPDATE message SET key_epoch = 99 WHERE id = $1', id),
    ],
  ];
  for (const [what, damage] of damages)
    it(`by ${what} stays with its message, and is told of once`, async () => {
      const spoken = await conversation();
      const { channelId, id } = spoken;
      await damage(spoken);
      const shown = ['before', 'unreadable', 'after', 'by Bob'];
      for (let i = 0; i < 3; i += 1) assert.deepEqual(await texts(channelId, bob), shown);
      await bob.call('channel.resume', { channelId, rev: 0, epoch: 1 }).accepted();
      assert.equal(told(id, world.logged), 1);
      await world.app.audit.drained();
      const { there, node, leave } = await elsewhere();
      assert.deepEqual(await texts(channelId, there), shown);
      await leave();
      assert.equal(told(id, node.logged), 1, 'each node says it once');
      const { workspaceId: workspace_id } = world;
      const event = { action: 'integrity.check', type: 'integrity_failed', severity: 'critical' };
      const about = { outcome: 'unreadable', actor_id: null, resource_kind: 'message' };
      assert.deepEqual(await onRecord(id), [
        { workspace_id, ...event, ...about, transport: 'server', details: {} },
      ]);
      assert.ok(!world.logged.join('').includes('damaged'), 'no text is logged');
    });

  it('is told of anew when it is another one', async () => {
    const { channelId, id } = await conversation();
    for (const bytes of [Buffer.alloc(50, 1), Buffer.alloc(50, 2), Buffer.alloc(50, 1)]) {
      await put(id, bytes);
      assert.equal((await texts(channelId, bob))[1], 'unreadable');
      await world.app.audit.drained();
    }
    assert.equal(told(id, world.logged), 2);
    assert.equal((await onRecord(id)).length, 2);
  });

  for (const name of ['__proto__', 'constructor', 'a root key that nobody has', ''])
    it(`is what a key under the root key “${name}” comes to: its author's words alone`, async () => {
      const { channelId, id } = await conversation();
      const { there, node, leave } = await elsewhere(); // before: it would not start
      const { workspaceId } = world;
      await query(
        `INSERT INTO workspace_key SELECT workspace_id, 0, $2, wrapped, now(), NULL
         FROM workspace_key WHERE workspace_id = $1 AND version = 1
         ON CONFLICT (workspace_id, version) DO UPDATE SET root_key = $2`,
        ...[workspaceId, name],
      );
      const moved =
        'UPDATE data_key SET workspace_key = $3 WHERE channel_id = $1 AND author_id = $2';
      await query(moved, channelId, ada.userId, 0);
      const unreadable = ['unreadable', 'unreadable', 'unreadable', 'by Bob'];
      for (let i = 0; i < 2; i += 1) assert.deepEqual(await texts(channelId, there), unreadable);
      await there.send(channelId, 'life goes on', world.clientId()).accepted();
      await node.app.audit.drained();
      assert.equal(told(id, node.logged), 1);
      assert.equal((await onRecord(id)).length, 1);
      assert.deepEqual(
        await texts(channelId, bob),
        ['before', 'damaged', 'after', 'by Bob', 'life goes on'],
        'who has the key already reads on',
      );
      await query(moved, channelId, ada.userId, 1);
      await query('DELETE FROM workspace_key WHERE version = 0');
      await leave();
    });

  it('of a root key keeps a node from starting, which names the version', async () => {
    await query(
      `INSERT INTO workspace_key SELECT workspace_id, 0, 'of 2024', wrapped, now(), NULL
       FROM workspace_key WHERE workspace_id = $1`,
      world.workspaceId,
    );
    await assert.rejects(
      startNode(environment),
      /lacks versions that are still in use: "of 2024" \(1 workspace keys, 0 signing keys\)/,
    );
    await query('DELETE FROM workspace_key WHERE version = 0');
    await (await startNode(environment)).app.stop();
  });
});
