/** History: the newest page first, each page in reading order, tombstones in their places, and only for readers. */
import assert from 'node:assert/strict';
import type { MessageId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { statementsOf } from '../../support/statements.ts';
import { World } from '../../support/world.ts';
import {
  allRefused,
  archive,
  changesNothing,
  hiddenChannels,
  misshapen,
  quietChannel,
} from '../support.ts';

type History = OutputOf<'message.history'>;

describe('message.history', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const bodies = ({ messages }: History) => messages.map(({ body }) => body);

  it('gives the newest messages in reading order, with the position to resume from', async () => {
    const sayings = ['one', 'two', 'three'];
    const { id, posts } = await quietChannel(world, alice, [bob], { sayings });
    await changesNothing(world, async () => {
      const history = await bob.call('message.history', { channelId: id }).accepted();
      assert.deepEqual(bodies(history), sayings);
      assert.deepEqual([history.more, history.rev, history.epoch], [false, posts[2]?.rev, 1]);
    });
  });

  it('is read page by page, backwards, without a gap or a repetition, over HTTP too', async () => {
    const sayings = Array.from({ length: 7 }, (_, i) => `saying ${i + 1}`);
    const { id } = await quietChannel(world, alice, [], { sayings });
    const pages: History[] = [];
    for (let before: number | undefined, more = true; more;) {
      const place = before === undefined ? '' : `&before=${before}`;
      const path = `/v1/channels/${id}/messages?limit=3${place}`;
      const page = await alice.http<History>('GET', path).accepted();
      const input = { channelId: id, limit: 3, ...(before !== undefined && { before }) };
      assert.deepEqual(await alice.call('message.history', input).accepted(), page);
      pages.unshift(page);
      ({ more } = page);
      before = page.messages[0]?.seq;
    }
    assert.deepEqual(
      pages.map(({ messages }) => messages.length),
      [1, 3, 3],
    );
    assert.deepEqual(pages.flatMap(bodies), sayings);
  });

  it('shows an edit in its old place and a tombstone without a text', async () => {
    const sayings = ['to edit', 'to delete', 'to keep'];
    const { id: channelId, posts } = await quietChannel(world, alice, [], { sayings });
    const [edited, deleted] = posts.map(({ id }) => id as MessageId);
    assert.ok(edited && deleted);
    await alice.call('message.edit', { channelId, messageId: edited, body: 'edited' }).accepted();
    await alice.call('message.delete', { channelId, messageId: deleted }).accepted();
    const { messages } = await alice.call('message.history', { channelId }).accepted();
    assert.deepEqual(
      messages.map(({ seq, content, body }) => [seq, content, body]),
      [
        [1, 'present', 'edited'],
        [2, 'deleted', null],
        [3, 'present', 'to keep'],
      ],
    );
  });

  it('is empty, and no error, before the first message and in an empty channel', async () => {
    const { id } = await quietChannel(world, alice, [], { sayings: ['only'] });
    const nothing = await alice.call('message.history', { channelId: id, before: 1 }).accepted();
    assert.deepEqual([nothing.messages, nothing.more], [[], false]);
    const { id: empty } = await quietChannel(world, alice);
    const none = await alice.call('message.history', { channelId: empty }).accepted();
    assert.deepEqual([none.messages, none.more], [[], false]);
  });

  it('stays readable when the channel is archived', async () => {
    const { id } = await quietChannel(world, alice, [], { sayings: ['kept'] });
    await archive(world, { id });
    assert.deepEqual(bodies(await alice.call('message.history', { channelId: id }).accepted()), [
      'kept',
    ]);
  });

  it('is open to anybody of the workspace in a public channel, but not to its guests', async () => {
    const [passer, guest] = await Promise.all([
      world.person('Passer-by', { role: 'auditor' }),
      world.person('Guest', { role: 'guest' }),
    ]);
    const { id } = await quietChannel(world, alice, [], { kind: 'public', sayings: ['hello all'] });
    assert.deepEqual(bodies(await passer.call('message.history', { channelId: id }).accepted()), [
      'hello all',
    ]);
    await guest.call('message.history', { channelId: id }).refused('not_found');
  });

  it('is forbidden to a member whose workspace role may not read messages', async () => {
    const machine = await world.person('A job', { role: 'system' });
    const { id } = await quietChannel(world, alice, [machine], { sayings: ['not for jobs'] });
    await machine.call('message.history', { channelId: id }).refused('forbidden');
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible', async () => {
    const hidden = await hiddenChannels(world);
    const left = await quietChannel(world, alice, [bob], { sayings: ['while you were here'] });
    await alice.call('member.remove', { channelId: left.id, userId: bob.userId }).accepted();
    await allRefused(
      'not_found',
      [...Object.values(hidden), left.id].map((channelId) =>
        bob.call('message.history', { channelId }),
      ),
    );
  });

  it('asks the same of the database for each of these', async () => {
    const hidden = await hiddenChannels(world);
    const open = await quietChannel(world, alice, [bob], { sayings: ['open'] });
    const theirs = await quietChannel(world, alice, [], { sayings: ['private'] });
    await bob.call('message.history', { channelId: open.id }).accepted();
    const asked = new Set<string>();
    for (const channelId of [...Object.values(hidden), theirs.id]) {
      const statements = await statementsOf(async () => {
        await bob.call('message.history', { channelId }).refused('not_found');
      });
      const about = statements.filter((text) => /\b(channel|message|membership)\b/.test(text));
      assert.equal(about.length, 3, about.join('\n'));
      asked.add(JSON.stringify(about));
      await world.app.audit.refusals.drained();
    }
    assert.equal(asked.size, 1);
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id } = await quietChannel(world, alice);
    await misshapen(
      world,
      alice,
      'message.history',
      { channelId: id },
      {
        'a page of nothing': { limit: 0 },
        'a page of 201': { limit: 201 },
        'half a message': { limit: 1.5 },
        'a limit as text': { limit: '3' },
        'a place before the first': { before: 0 },
        'a place beyond all numbers': { before: 2 ** 53 },
        'a channel that is no id': { channelId: "' OR 1=1 --" },
      },
    );
    for (const query of ['limit=0', 'limit=three', 'before=-1', 'limit=3&limit=4', 'all=true'])
      await alice.http('GET', `/v1/channels/${id}/messages?${query}`).refused('invalid_input');
  });
});
