/** A page reads nothing of a channel that is not there for the reader, whatever is decided of it afterwards. */
import assert from 'node:assert/strict';
import { channelPage } from '../../src/chat/page-store.ts';
import { readConfig } from '../../src/config.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { quietChannel } from './support.ts';

describe('the rows of a page', () => {
  let world: World;
  let postgres: Postgres;
  before(async () => {
    world = await World.create();
    postgres = new Postgres({ ...readConfig(process.env).database, connections: 1 });
  });
  after(async () => {
    await Promise.all([postgres.close(), world.end()]);
  });

  it('are those of members, and of a public channel those of passers-by: of nobody else', async () => {
    const [alice, bob, passerBy] = await Promise.all(
      ['Alice', 'Bob', 'Passer-by'].map((name) => world.person(name)),
    );
    assert.ok(alice && bob && passerBy);
    const guest = await world.person('Guest', { role: 'guest' });
    const sayings = ['one', 'two', 'three'];
    const closed = await quietChannel(world, alice, [bob], { sayings });
    const open = await quietChannel(world, alice, [], { sayings, kind: 'public' });
    const read = async ({ id: channelId }: typeof open, { userId }: Person) => {
      const wanted = { channelId, userId, before: null, limit: 2 };
      const page = await channelPage(postgres.statements, world.workspaceId, wanted);
      assert.ok(page, 'there is such a channel');
      return page.rows.map(({ seq }) => seq);
    };
    assert.deepEqual(await read(closed, bob), [3, 2]);
    assert.deepEqual(await read(closed, passerBy), []);
    assert.deepEqual(await read(open, passerBy), [3, 2]);
    assert.deepEqual(await read(open, guest), []);
    const { id: channelId } = closed;
    await alice.call('member.remove', { channelId, userId: bob.userId }).accepted();
    assert.deepEqual(await read(closed, bob), []);
  });
});
