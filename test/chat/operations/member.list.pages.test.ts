/** A channel's people come in pages of up to two hundred, in order of id, none twice and none left out. */
import assert from 'node:assert/strict';
import { PAGE_ENTRIES, type ChannelId, type UserId } from '../../../src/contract/index.ts';
import type { InputOf, OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { quietChannel } from '../support.ts';

type Page = OutputOf<'member.list'>;

describe('member.list, page by page', () => {
  let world: World;
  let alice: Person;
  before(async () => {
    world = await World.create();
    alice = await world.person('Alice');
  });
  after(() => world.end());

  const ids = ({ members }: Page) => members.map(({ userId }) => userId);

  /** People who never connect, put into the channel beside its log. */
  async function enrolled(channelId: ChannelId, count: number): Promise<UserId[]> {
    const people: UserId[] = [];
    while (people.length < count) {
      const few = Array.from({ length: Math.min(8, count - people.length) }, (_, i) =>
        world.app.auth.mintSession(world.workspaceId, {
          displayName: `Person ${people.length + i}`,
        }),
      );
      people.push(...(await Promise.all(few)).map(({ userId }) => userId));
    }
    await world.database.query(
      `INSERT INTO membership (workspace_id, channel_id, user_id, role, rev, joined_seq, joined_rev, joined_at)
       SELECT $1, $2, id, 'member', n + 100, 0, n + 100, now() FROM unnest($3::uuid[]) WITH ORDINALITY AS u (id, n)`,
      [world.workspaceId, channelId, [...people].reverse()], // not in order of id
    );
    return people;
  }

  it('is read page by page in order of id, each person once, over HTTP too', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const people = await enrolled(channelId, 6);
    const pages: Page[] = [];
    let after: UserId | null = null;
    do {
      const place: string = after === null ? '' : `&after=${after}`;
      const path = `/v1/channels/${channelId}/members?limit=3${place}`;
      const page: Page = await alice.http<Page>('GET', path).accepted();
      const input: InputOf<'member.list'> = {
        channelId,
        limit: 3,
        ...(after !== null && { after }),
      };
      assert.deepEqual(await alice.call('member.list', input).accepted(), page);
      pages.push(page);
      after = page.next;
    } while (after !== null);
    assert.deepEqual(
      pages.map(({ members }) => members.length),
      [3, 3, 1],
    );
    assert.deepEqual(pages.flatMap(ids), [alice.userId, ...people].sort());
    const whole = await alice.call('member.list', { channelId }).accepted();
    assert.deepEqual(
      whole.members,
      pages.flatMap(({ members }) => members),
    );
    const full = await alice.call('member.list', { channelId, limit: 7 }).accepted();
    assert.equal(full.next, null, 'a page that is just full is the last one');
    const behind = whole.members.at(-1)?.userId as UserId;
    const none = await alice.call('member.list', { channelId, after: behind }).accepted();
    assert.deepEqual(none, { members: [], next: null });
  });

  it('gives a page of those asked for too, and takes ids with commas over HTTP', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const people = await enrolled(channelId, 2);
    const [one, two, three] = [alice.userId, ...people].sort() as [UserId, UserId, UserId];
    const userIds = [three, one, two];
    const first = await alice.call('member.list', { channelId, userIds, limit: 2 }).accepted();
    assert.deepEqual([ids(first), first.next], [[one, two], two]);
    const rest = await alice.call('member.list', { channelId, userIds, after: two }).accepted();
    assert.deepEqual([ids(rest), rest.next], [[three], null]);
    const path = `/v1/channels/${channelId}/members?userIds=${userIds.join(',')}&limit=2`;
    assert.deepEqual(await alice.http<Page>('GET', path).accepted(), first);
  });

  it('names two hundred at a time', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const userIds = await enrolled(channelId, PAGE_ENTRIES);
    const asked = await alice.call('member.list', { channelId, userIds }).accepted();
    assert.deepEqual(ids(asked), [...userIds].sort());
    assert.deepEqual(
      new Set(asked.members.map(({ displayName }) => displayName)).size,
      PAGE_ENTRIES,
    );
    const page = await alice.call('member.list', { channelId }).accepted();
    assert.deepEqual([page.members.length, page.next], [PAGE_ENTRIES, page.members.at(-1)?.userId]);
    const path = `/v1/channels/${channelId}/members?userIds=${userIds.join(',')}`;
    assert.deepEqual(await alice.http<Page>('GET', path).accepted(), asked);
  }).timeout(240_000);
});
