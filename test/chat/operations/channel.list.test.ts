/** The list: what the caller is in and what is open to them, page by page, and no trace of anything else. */
import assert from 'node:assert/strict';
import type { Channel } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { archive, changesNothing, hiddenChannels, quietChannel } from '../support.ts';

type List = OutputOf<'channel.list'>;

describe('channel.list', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const ids = ({ channels }: { readonly channels: readonly Channel[] }) =>
    channels.map(({ id }) => id);

  it("names the caller's channels with their role, and public ones without", async () => {
    const mine = await alice.call('channel.create', { kind: 'private', name: 'Mine' }).accepted();
    const open = await bob.call('channel.create', { kind: 'public', name: 'Open' }).accepted();
    await hiddenChannels(world);
    await changesNothing(world, async () => {
      const { channels, more } = await alice.call('channel.list', {}).accepted();
      assert.equal(more, false);
      const seen = channels.map(({ id, name, role }) => [id, name, role]);
      const expected = [
        [mine.id, 'Mine', 'owner'],
        [open.id, 'Open', null],
      ];
      assert.deepEqual(seen.sort(), expected.sort());
    });
  });

  it('forgets a private channel that was left, and keeps archived ones', async () => {
    const carol = await world.person('Carol', { role: 'guest' });
    const [left, kept] = [
      await quietChannel(world, alice, [carol]),
      await quietChannel(world, alice, [carol]),
    ];
    await carol.call('member.leave', { channelId: left.id }).accepted();
    await archive(world, kept);
    const { channels } = await carol.call('channel.list', {}).accepted();
    assert.deepEqual(
      channels.map(({ id, archived }) => [id, archived]),
      [[kept.id, true]],
    );
  });

  it('is read page by page in order of id, each channel once, over HTTP too', async () => {
    const guest = await world.person('Guest', { role: 'guest' });
    const own: string[] = [];
    for (let i = 0; i < 5; i += 1) own.push((await quietChannel(world, alice, [guest])).id);
    const pages: List[] = [];
    for (let after: string | undefined, more = true; more;) {
      const path = `/v1/channels?limit=2${after === undefined ? '' : `&after=${after}`}`;
      const page = await guest.http<List>('GET', path).accepted();
      pages.push(page);
      ({ more } = page);
      after = ids(page).at(-1);
    }
    assert.deepEqual(
      pages.map(({ channels }) => channels.length),
      [2, 2, 1],
    );
    assert.deepEqual(pages.flatMap(ids), own.sort());
  });

  it('is empty for a workspace guest who was added nowhere', async () => {
    const guest = await world.person('Lonely guest', { role: 'guest' });
    assert.deepEqual(await guest.call('channel.list', {}).accepted(), {
      channels: [],
      more: false,
    });
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const inputs = [
      { limit: 0 },
      { limit: 201 },
      { after: 'a' },
      { everything: true },
      'all',
      null,
    ];
    for (const input of inputs)
      await alice.connection.raw('channel.list', input).refused('invalid_input');
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'after=first', 'everything=true'])
      await alice.http('GET', `/v1/channels?${query}`).refused('invalid_input');
  });
});
