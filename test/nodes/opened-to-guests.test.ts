/** A guest whom a role of the whole workspace lets into public channels hears so live, on whichever node; nobody else does. */
import assert from 'node:assert/strict';
import type { ChannelId } from '../../src/contract/index.ts';
import { given, type Definition } from '../access/role-support.ts';
import type { Person } from '../support/person.ts';
import { TwoNodes } from '../support/two-nodes.ts';

describe('public channels that a role opens to guests', () => {
  let nodes: TwoNodes;
  let admin: Person;
  let gus: Person;
  /** Who holds the role and needs none, who is banned from the channels, and who does not hold it. */
  let user: Person;
  let banned: Person;
  let stranger: Person;
  let open: ChannelId;
  let shut: ChannelId;
  let hidden: ChannelId;
  before(async () => {
    nodes = await TwoNodes.create();
    const { a, b } = nodes;
    admin = await nodes.person('Admin', a, 'admin');
    user = await nodes.person('Uma', b);
    const guests = [nodes.person('Gus', b, 'guest'), nodes.person('Bea', b, 'guest')];
    [gus, banned] = (await Promise.all(guests)) as [Person, Person];
    stranger = await nodes.person('Sam', b, 'guest');
    const made = async (name: string, input: object) => {
      const base = { kind: 'public', name } as const;
      return (await admin.call('channel.create', { ...base, ...input }).accepted()).id;
    };
    open = await made('open', { historyPolicy: 'all' });
    shut = await made('shut', { historyPolicy: 'since-join' });
    hidden = await made('hidden', { kind: 'private', historyPolicy: 'all' });
    for (const id of [open, shut]) {
      const ban = { channelId: id, userId: banned.userId, reason: 'spam' };
      await admin.call('member.ban', ban).accepted();
      await banned.connection.hears('access.changed', ({ channelId }) => channelId === id);
    }
  });
  after(() => nodes.end());

  const reads: Definition = { scope: 'workspace', permissions: ['channel.read', 'message.read'] };
  const tellings = ({ connection }: Person, id: ChannelId) =>
    connection.heard.filter(
      ({ event, payload }) =>
        event === 'access.changed' && (payload as { channelId: ChannelId }).channelId === id,
    ).length;

  /** Gus is told of that channel once, of no other, and the others of nothing. */
  async function told(id: ChannelId, change: () => PromiseLike<unknown>): Promise<void> {
    const others = [user, banned, stranger, admin];
    const all = [open, shut, hidden];
    const counts = () => others.map((person) => all.map((one) => tellings(person, one)));
    const [before, own] = [counts(), all.map((one) => tellings(gus, one))];
    const first = tellings(gus, id);
    await change();
    await gus.connection.hears('access.changed', () => tellings(gus, id) > first);
    for (const { connection } of [...others, gus]) await connection.settled();
    assert.deepEqual(counts(), before);
    const now = all.map((one) => tellings(gus, one));
    assert.deepEqual(
      now,
      own.map((count, i) => (all[i] === id ? count + 1 : count)),
    );
  }

  it('are told when the role is given, when it begins to let read, and when a history is opened', async () => {
    await gus.call('message.history', { channelId: open }).refused('not_found');
    const writes = { ...reads, permissions: ['report.write'] };
    const roleId = await given(admin, writes, gus, user, banned);
    await gus.call('message.history', { channelId: open }).refused('not_found');
    const permissions = ['report.write', ...reads.permissions];
    await told(open, () => admin.call('role.update', { roleId, permissions }).accepted());
    await gus.call('channel.subscribe', { channelId: open }).accepted();
    await banned.call('channel.subscribe', { channelId: open }).refused('not_found');
    await gus.call('channel.subscribe', { channelId: hidden }).refused('not_found');

    const opened = { channelId: shut, historyPolicy: 'all' } as const;
    await told(shut, () => admin.call('channel.update', opened).accepted());
    await gus.call('channel.subscribe', { channelId: shut }).accepted();

    const guest = await nodes.person('Gil', nodes.b, 'guest');
    await admin.call('role.grant', { roleId, userId: guest.userId }).accepted();
    for (const id of [open, shut])
      await guest.connection.hears('access.changed', ({ channelId }) => channelId === id);
    assert.equal(tellings(guest, hidden), 0);
    const late = await nodes.person('Una', nodes.b);
    await admin.call('role.grant', { roleId, userId: late.userId }).accepted();
    await late.connection.settled();
    assert.deepEqual(
      [tellings(late, open), tellings(late, shut)],
      [0, 0],
      'a user read them before',
    );
  });
});
