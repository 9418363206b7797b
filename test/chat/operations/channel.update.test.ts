/** Changing what a channel is: everybody who may read it is told in its log, and nobody else hears of it. */
import assert from 'node:assert/strict';
import type { ChannelEvent } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import type { World } from '../../support/world.ts';
import { aliceAndBob, auditedOnce, findsItSo } from '../members.ts';
import {
  allRefused,
  archive,
  changesNothing,
  hiddenChannels,
  misshapen,
  quietChannel,
  row,
  UNACCEPTABLE_TEXT,
} from '../support.ts';

type Settings = Extract<ChannelEvent, { kind: 'channel' }>;

const settingsIn = (events: readonly ChannelEvent[]): Settings[] =>
  events.flatMap((event) => (event.kind === 'channel' ? [event] : []));

describe('channel.update', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    ({ world, alice, bob } = await aliceAndBob());
  });
  after(() => world.end());

  it('is one change of the log, which frames, a resume, a sync and a read all tell alike', async () => {
    const { id: channelId } = await world.channel(alice, [bob]);
    const before = await alice.call('channel.read', { channelId }).accepted();
    const input = { channelId, name: 'News', topic: 'What is new', readOnly: true } as const;
    const changed = await alice.call('channel.update', input).accepted();
    const rev = before.lastRev + 1;
    const now = { name: 'News', topic: 'What is new', readOnly: true };
    assert.deepEqual(changed, { ...before, ...now, lastRev: rev });
    const { kind, historyPolicy, archived, slowModeSeconds } = before;
    const channel = { kind, historyPolicy, archived, slowModeSeconds, ...now, accessRev: 0 };
    await bob.hears('channel.events', ({ last }) => last === rev);
    assert.deepEqual(settingsIn(bob.connection.events()), [{ kind: 'channel', rev, channel }]);
    const position = { channelId, rev: before.lastRev, epoch: 1 };
    const { events } = await bob.call('channel.resume', position).accepted();
    assert.deepEqual(events, [{ kind: 'channel', rev, channel }]);
    const asked = { id: channelId, rev: before.lastRev, epoch: 1 };
    const synced = await bob.call('channel.sync', { channels: [asked] }).accepted();
    const [answer] = synced.channels;
    assert.ok(answer?.answer === 'changes');
    assert.deepEqual(answer.events, events);
    assert.equal(answer.channel.topic, 'What is new');
    const read = await bob.call('channel.read', { channelId }).accepted();
    assert.deepEqual(read, { ...changed, role: 'member' });
    const listed = await bob.call('channel.list', { limit: 200 }).accepted();
    assert.deepEqual(
      listed.channels.find(({ id }) => id === channelId),
      read,
    );
  });

  it('keeps what it leaves out, takes the topic away, and goes over HTTP', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    await alice.call('channel.update', { channelId, topic: 'One', name: 'First' }).accepted();
    const path = `/v1/channels/${channelId}`;
    const renamed = await alice
      .http<OutputOf<'channel.update'>>('PATCH', path, { name: 'Second' })
      .accepted();
    assert.deepEqual([renamed.name, renamed.topic], ['Second', 'One']);
    const bare = await alice.call('channel.update', { channelId, topic: null }).accepted();
    assert.deepEqual([bare.name, bare.topic, bare.lastRev], ['Second', null, renamed.lastRev + 1]);
  });

  it('leaves name and topic unreadable in the database', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    await alice.call('channel.update', { channelId, name: 'canary', topic: 'heron' }).accepted();
    const { whole } = await row<{ whole: string }>(
      world,
      'SELECT c::text AS whole FROM channel c WHERE id = $1',
      channelId,
    );
    for (const word of ['canary', 'heron'])
      for (const form of [word, Buffer.from(word).toString('hex')])
        assert.ok(!whole.includes(form), form);
  });

  it('takes no revision where everything is so already, and says that on the trail', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const input = { channelId, name: 'Same', topic: 'Same', readOnly: true } as const;
    const once = await alice.call('channel.update', input).accepted();
    const again = await findsItSo(world, 'channel.update', channelId, () =>
      alice.call('channel.update', { ...input, kind: 'private', historyPolicy: 'all' }).accepted(),
    );
    assert.deepEqual(again, once);
  });

  it('is audited with what was and what is, without a word that people wrote', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const change = { kind: 'public', historyPolicy: 'since-join', readOnly: true } as const;
    await alice
      .call('channel.update', { channelId, name: 'canary', topic: null, ...change })
      .accepted();
    const event = await auditedOnce(world, 'channel.update', channelId);
    assert.deepEqual(event['details'], {
      already: false,
      name: 'given',
      topic: 'taken away',
      kindBefore: 'private',
      kind: 'public',
      historyPolicyBefore: 'all',
      historyPolicy: 'since-join',
      readOnlyBefore: false,
      readOnly: true,
    });
    assert.ok(!String(event['whole']).includes('canary'));
  });

  it('lets only keepers write where the channel is read-only, by every way to write', async () => {
    const mod = await world.person('Channel moderator');
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const as = { channelId, userId: mod.userId, role: 'moderator' } as const;
    await alice.call('member.add', as).accepted();
    const { id } = await bob.send(channelId, 'before', world.clientId()).accepted();
    const messageId = id;
    await alice.call('channel.update', { channelId, readOnly: true }).accepted();
    await changesNothing(world, () =>
      allRefused('forbidden', [
        bob.send(channelId, 'me too', world.clientId()),
        bob.call('message.edit', { channelId, messageId, body: 'me too' }),
      ]),
    );
    for (const keeper of [alice, mod])
      await keeper.send(channelId, 'the news', world.clientId()).accepted();
    await bob.call('message.delete', { channelId, messageId }).accepted();
    await alice.call('channel.update', { channelId, readOnly: false }).accepted();
    await bob.send(channelId, 'at last', world.clientId()).accepted();
  });

  it('is for keepers, and staff who see it; who may read it is for owners and admins', async () => {
    const [mod, guest, staff, admin, passer] = await Promise.all([
      world.person('Channel moderator'),
      world.person('Guest of the channel'),
      world.person('Workspace moderator', { role: 'moderator' }),
      world.person('Admin', { role: 'admin' }),
      world.person('Passer-by'),
    ]);
    const { id: channelId } = await quietChannel(world, alice, [bob], { kind: 'public' });
    for (const [{ userId }, role] of [
      [mod, 'moderator'],
      [guest, 'guest'],
    ] as const)
      await alice.call('member.add', { channelId, userId, role }).accepted();
    for (const [i, person] of [alice, mod, staff, admin].entries())
      await person.call('channel.update', { channelId, topic: `Topic ${i}` }).accepted();
    await changesNothing(world, () =>
      allRefused('forbidden', [
        ...[bob, guest, passer].map((one) =>
          one.call('channel.update', { channelId, topic: 'Mine' }),
        ),
        ...[mod, staff].flatMap((one) => [
          one.call('channel.update', { channelId, kind: 'private' }),
          one.call('channel.update', { channelId, historyPolicy: 'since-join', topic: 'Mine' }),
        ]),
      ]),
    );
    await admin.call('channel.update', { channelId, kind: 'private' }).accepted();
    await admin.call('channel.update', { channelId, kind: 'public' }).refused('not_found');
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible', async () => {
    const hidden = Object.values(await hiddenChannels(world));
    const admin = await world.person('Admin', { role: 'admin' });
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        hidden.map((channelId) => admin.call('channel.update', { channelId, topic: 'Mine' })),
      ),
    );
  });

  it('is refused in an archived channel', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    await archive(world, { id: channelId });
    await changesNothing(world, () =>
      alice.call('channel.update', { channelId, topic: 'New' }).refused('channel_archived'),
    );
  });

  it('is refused as invalid_input when its shape is wrong, or it changes nothing', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const texts = { ...UNACCEPTABLE_TEXT, 'a line break': 'a\nb', 'a novel': 'x'.repeat(251) };
    const bad: Record<string, object> = {};
    for (const [what, text] of Object.entries(texts)) {
      bad[`${what} as a name`] = { name: text };
      if (text !== null) bad[`${what} as a topic`] = { topic: text };
    }
    await misshapen(
      world,
      alice,
      'channel.update',
      { channelId, topic: 'good' },
      {
        ...bad,
        'a kind that is opened otherwise': { kind: 'direct' },
        'a policy that does not exist': { historyPolicy: 'some' },
        'no change': { topic: undefined },
      },
    );
  });
});
