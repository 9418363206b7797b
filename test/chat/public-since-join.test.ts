/** In a public channel whose history begins at joining, every path gives members their time and nobody else a word. */
import assert from 'node:assert/strict';
import type { ChannelId, MessageId, WorkspaceRole } from '../../src/contract/index.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { quietChannel } from './support.ts';

/** What comes of each way to a post; texts, or the code of the refusal. `earlier` was posted before the reader came. */
interface Paths {
  readonly subscribe: string;
  /** Texts in frames: a post made while they listen, and the earlier one as it is edited then. */
  readonly live: readonly string[];
  readonly history: readonly string[] | string;
  readonly resume: readonly string[] | string;
  readonly reply: string;
  readonly edit: string;
  readonly remove: string;
}

const NOT_IN_IT: Paths = {
  subscribe: 'forbidden',
  live: [],
  history: 'forbidden',
  resume: 'forbidden',
  reply: 'forbidden',
  edit: 'forbidden',
  remove: 'forbidden',
};
const NEWCOMER: Paths = {
  subscribe: 'ok',
  live: ['now'],
  history: ['now'],
  resume: ['now'],
  reply: 'not_found',
  edit: 'not_found',
  remove: 'not_found',
};
const STAFF: Paths = { ...NOT_IN_IT, remove: 'ok' };
const INVISIBLE = Object.fromEntries(
  Object.keys(NOT_IN_IT).map((path) => [path, path === 'live' ? [] : 'not_found']),
) as unknown as Paths;

interface Reader {
  readonly who: string;
  readonly role: WorkspaceRole;
  /** How they come to the channel, after the earlier post. */
  readonly comes: 'not at all' | 'joins' | 'is added' | 'came and left';
  readonly expected: Paths;
}

const READERS: readonly Reader[] = [
  { who: 'somebody who looks in', role: 'user', comes: 'not at all', expected: NOT_IN_IT },
  { who: 'a member who joined', role: 'user', comes: 'joins', expected: NEWCOMER },
  { who: 'a member who was added', role: 'user', comes: 'is added', expected: NEWCOMER },
  { who: 'somebody who left', role: 'user', comes: 'came and left', expected: NOT_IN_IT },
  { who: 'an auditor', role: 'auditor', comes: 'not at all', expected: NOT_IN_IT },
  {
    who: 'an auditor who was added',
    role: 'auditor',
    comes: 'is added',
    expected: { ...NEWCOMER, reply: 'forbidden', edit: 'forbidden', remove: 'forbidden' },
  },
  { who: 'a workspace moderator', role: 'moderator', comes: 'not at all', expected: STAFF },
  { who: 'an admin', role: 'admin', comes: 'not at all', expected: STAFF },
  {
    who: 'a workspace moderator who joined',
    role: 'moderator',
    comes: 'joins',
    expected: { ...NEWCOMER, remove: 'ok' },
  },
  { who: 'a guest of the workspace', role: 'guest', comes: 'not at all', expected: INVISIBLE },
  {
    who: 'a guest of the workspace who was added',
    role: 'guest',
    comes: 'is added',
    expected: NEWCOMER,
  },
  {
    who: 'a job that was added',
    role: 'system',
    comes: 'is added',
    expected: NOT_IN_IT,
  },
];

describe('a public channel whose history begins at joining', () => {
  let world: World;
  let alice: Person;
  before(async () => {
    world = await World.create();
    alice = await world.person('Alice');
  });
  after(() => world.end());

  async function comes(person: Person, channelId: ChannelId, how: Reader['comes']) {
    const { userId } = person;
    if (how === 'is added') await alice.call('member.add', { channelId, userId }).accepted();
    if (how === 'joins' || how === 'came and left')
      await person.call('member.join', { channelId }).accepted();
    if (how === 'came and left') await person.call('member.leave', { channelId }).accepted();
  }

  /** Goes every way there is. */
  async function paths(person: Person, channelId: ChannelId, earlier: MessageId): Promise<Paths> {
    const subscribed = await person.call('channel.subscribe', { channelId });
    const body = 'earlier, edited';
    await alice.call('message.edit', { channelId, messageId: earlier, body }).accepted();
    const now = await alice.send(channelId, 'now', world.clientId()).accepted();
    await alice.hears(
      'channel.events',
      (frame) => frame.channelId === channelId && frame.last >= now.rev,
    );
    if (subscribed.ok) await person.hears('channel.events', ({ last }) => last >= now.rev);
    await person.connection.settled();
    const history = await person.call('message.history', { channelId });
    const resume = await person.call('channel.resume', { channelId, rev: 0, epoch: 1 });
    const answer = { channelId, clientId: world.clientId(), body: 'ah!', replyTo: earlier };
    const reply = await person.call('message.send', answer);
    const messageId = earlier;
    const edit = await person.call('message.edit', { channelId, messageId, body: 'mine now' });
    const remove = await person.call('message.delete', { channelId, messageId, reason: 'rude' });
    return {
      subscribe: codeOf(subscribed),
      live: texts(person.connection.events()),
      history: history.ok
        ? history.data.messages.map((message) => message.body ?? '')
        : codeOf(history),
      resume: resume.ok ? texts(resume.data.events) : codeOf(resume),
      reply: codeOf(reply),
      edit: codeOf(edit),
      remove: codeOf(remove),
    };
  }

  for (const { who, role, comes: how, expected } of READERS)
    it(`gives ${who} the same by every path`, async () => {
      const person = await world.person(who, { role });
      const settings = { kind: 'public', historyPolicy: 'since-join' } as const;
      const { id, posts } = await quietChannel(world, alice, [], {
        ...settings,
        sayings: ['earlier'],
      });
      await alice.call('channel.subscribe', { channelId: id }).accepted();
      await comes(person, id, how);
      assert.deepEqual(await paths(person, id, posts[0]?.id as MessageId), expected);
      const heard = JSON.stringify(person.connection.heard);
      assert.ok(!heard.includes('earlier'), 'what was said earlier was heard');
    });

  it('lets staff take away what they cannot read, and shows nobody what it was', async () => {
    const staff = await world.person('Staff', { role: 'moderator' });
    const settings = { kind: 'public', historyPolicy: 'since-join' } as const;
    const { id: channelId, posts } = await quietChannel(world, alice, [], {
      ...settings,
      sayings: ['rude words'],
    });
    const messageId = posts[0]?.id as MessageId;
    const tombstone = await staff
      .call('message.delete', { channelId, messageId, reason: 'rude' })
      .accepted();
    assert.deepEqual([tombstone.content, tombstone.body], ['deleted', null]);
    const { messages } = await alice.call('message.history', { channelId }).accepted();
    assert.deepEqual(messages, [tombstone]);
  });

  it('does not end for members when others are turned away, nor begin for who joins without asking', async () => {
    const [bob, passer] = [await world.person('Bob'), await world.person('Passer-by')];
    const channel = { kind: 'public', historyPolicy: 'since-join' } as const;
    const { id: channelId } = await world.channel(alice, [bob], channel);
    await passer.call('channel.subscribe', { channelId }).refused('forbidden');
    await passer.call('member.join', { channelId }).accepted();
    await alice.send(channelId, 'welcome', world.clientId()).accepted();
    await bob.hearsMessage(({ body }) => body === 'welcome');
    await passer.connection.settled();
    assert.deepEqual(passer.connection.frames(), []);
    await passer.call('channel.subscribe', { channelId }).accepted();
    const { messages } = await passer.call('message.history', { channelId }).accepted();
    assert.deepEqual(texts(messages.map((message) => ({ kind: 'message', message }))), ['welcome']);
  });
});

const codeOf = (reply: { ok: true } | { ok: false; error: { code: string } }): string =>
  reply.ok ? 'ok' : reply.error.code;

function texts(
  events: readonly (
    | { kind: 'member' | 'truncated' | 'channel' }
    | { kind: 'message'; message: { body: string | null } }
  )[],
): string[] {
  return events.flatMap((event) =>
    event.kind === 'message' && event.message.body !== null ? [event.message.body] : [],
  );
}
