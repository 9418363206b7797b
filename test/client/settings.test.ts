/** What a channel is reaches every open log, and a log ends where reading is taken from its reader. */
import assert from 'node:assert/strict';
import { World } from '../support/world.ts';
import { bodies, channelOf, Clients, opened, shows } from './support.ts';

describe('the client: what a channel is', () => {
  let world: World;
  const clients = new Clients(() => world);
  before(async () => {
    world = await World.create();
  });
  after(async () => {
    clients.end();
    await world.end();
  });

  it('is kept up to date, and what only the reader has of it stays', async () => {
    const [{ client: alice }, { client: bob }] = await Promise.all([
      clients.somebody('Alice'),
      clients.somebody('Bob'),
    ]);
    const { id: channelId } = await channelOf(alice, [bob]);
    const log = await opened(bob, channelId);
    const before = log.channel;
    assert.ok(before);
    const settings = { name: 'News', topic: 'What is new', readOnly: true };
    await alice.callOrThrow('channel.update', { channelId, ...settings });
    await shows(log, ({ channel }) => channel?.topic === 'What is new');
    assert.deepEqual(log.channel, { ...before, ...settings });
    assert.equal(log.channel.role, 'member');
    await alice.callOrThrow('channel.archive', { channelId });
    await shows(log, ({ channel }) => channel?.archived === true);
    assert.equal(log.state.is, 'live');
  });

  it('lets members go on where a channel is made private, and ends the logs of all others', async () => {
    const [{ client: alice }, { client: bob }, { client: passer }] = await Promise.all([
      clients.somebody('Alice'),
      clients.somebody('Bob'),
      clients.somebody('Passer'),
    ]);
    const made = { kind: 'public', name: 'Open' } as const;
    const { id: channelId } = await alice.callOrThrow('channel.create', made);
    await bob.callOrThrow('member.join', { channelId });
    const [his, theirs] = await Promise.all([opened(bob, channelId), opened(passer, channelId)]);
    const hers = await opened(alice, channelId);
    await (await hers.send('to all')).settled();
    for (const log of [his, theirs]) await shows(log, (one) => bodies(one).includes('to all'));
    await alice.callOrThrow('channel.update', { channelId, kind: 'private' });
    await shows(theirs, ({ state }) => state.is === 'closed');
    assert.ok(theirs.state.is === 'closed');
    assert.equal(theirs.state.because.code, 'not_found');
    await (await hers.send('among ourselves')).settled();
    await shows(his, (one) => one.state.is === 'live' && bodies(one).includes('among ourselves'));
    assert.deepEqual(bodies(his), ['to all', 'among ourselves']);
    assert.equal(his.channel?.kind, 'private');
    assert.deepEqual(bodies(theirs), ['to all']);
  });
});
