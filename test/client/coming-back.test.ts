/** Whoever comes back finds everything that happened meanwhile, with few calls, and without what is no longer theirs. */
import assert from 'node:assert/strict';
import type { Client } from 'conclave/client';
import { CutProxy } from '../support/cut-proxy.ts';
import { World } from '../support/world.ts';
import { bodies, channelOf, Clients, history, opened, reaches, shows } from './support.ts';

describe('the client: coming back', () => {
  let world: World;
  let proxy: CutProxy;
  const clients = new Clients(() => world);
  before(async () => {
    world = await World.create({ environment: { LOG_LEVEL: 'debug' } });
    proxy = await CutProxy.before(() => world.app.port());
  });
  afterEach(() => {
    proxy.restore();
  });
  after(async () => {
    clients.end();
    await proxy.close();
    await world.end();
  });

  /** The calls that somebody made to read or follow channels, since so many lines were logged. */
  const readings = ({ me }: Client, since: number) =>
    world.logged.slice(since).flatMap((line) => {
      if (!line.includes(`"user":"${me.value?.userId}"`)) return [];
      const [, name] =
        /"operation":"(channel\.(?:sync|subscribe|resume)|message\.history)"/.exec(line) ?? [];
      return name ?? [];
    });

  it('asks once for all its open channels, and shows what was said in each', async () => {
    const [{ client: alice }, { client: bob }] = await Promise.all([
      clients.somebody('Alice'),
      clients.somebody('Bob', { url: proxy.url }),
    ]);
    const ids = [];
    for (let n = 0; n < 6; n += 1) ids.push((await channelOf(alice, [bob])).id);
    const hers = await Promise.all(ids.map((id) => opened(alice, id)));
    const his = await Promise.all(ids.map((id) => opened(bob, id)));
    proxy.sever();
    await reaches(bob, 'connecting');
    assert.ok(his.every(({ state }) => state.is === 'behind'));
    const draft = await his[0]?.send('written while away');
    for (const log of hers)
      for (const body of ['a', 'b', 'c']) await (await log.send(body)).settled();
    assert.equal(draft?.state.is, 'pending');
    const before = world.logged.length;
    proxy.restore();
    await reaches(bob, 'online');
    await Promise.all(his.map((log) => shows(log, ({ state }) => state.is === 'live')));
    assert.deepEqual(readings(bob, before), ['channel.sync'], 'one call for all');
    await draft.settled();
    for (const [n, log] of his.entries()) {
      const expected = n === 0 ? 4 : 3;
      await shows(
        log,
        ({ state, messages }) => state.is === 'live' && messages.length === expected,
      );
      assert.deepEqual(log.messages, await history(bob, log.id));
    }
  });

  it('reads on where one answer does not hold everything', async () => {
    const [{ client: alice }, { client: bob }] = await Promise.all([
      clients.somebody('Alice'),
      clients.somebody('Bob', { url: proxy.url }),
    ]);
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push((await channelOf(alice, [bob])).id);
    const his = await Promise.all(ids.map((id) => opened(bob, id)));
    proxy.sever();
    await reaches(bob, 'connecting');
    for (const [n, channelId] of ids.entries())
      for (let i = 0; i < 70 + n; i += 1) {
        const clientId = world.clientId();
        await alice.callOrThrow('message.send', { channelId, clientId, body: String(i) });
      }
    const before = world.logged.length;
    proxy.restore();
    await reaches(bob, 'online');
    for (const [n, log] of his.entries()) {
      await shows(log, ({ state, messages: m }) => state.is === 'live' && m.length === 70 + n);
      assert.deepEqual(log.messages, await history(bob, log.id));
    }
    const read = readings(bob, before).filter((name) => name !== 'message.history');
    assert.deepEqual(read, ['channel.sync', 'channel.resume']);
  });

  it('closes only the channel that one was removed from meanwhile', async () => {
    const [{ client: alice }, { client: bob }] = await Promise.all([
      clients.somebody('Alice'),
      clients.somebody('Bob', { url: proxy.url }),
    ]);
    const [kept, lost] = [await channelOf(alice, [bob]), await channelOf(alice, [bob])];
    const [one, other] = await Promise.all([opened(bob, kept.id), opened(bob, lost.id)]);
    proxy.sever();
    await reaches(bob, 'connecting');
    const userId = bob.me.value?.userId;
    assert.ok(userId);
    await alice.callOrThrow('member.remove', { channelId: lost.id, userId });
    const hers = await opened(alice, kept.id);
    await (await hers.send('still here')).settled();
    proxy.restore();
    await reaches(bob, 'online');
    await shows(one, ({ state, messages }) => state.is === 'live' && messages.length === 1);
    const ended = await shows(other, ({ state }) => state.is === 'closed');
    const { state } = ended;
    assert.equal(state.is === 'closed' && state.because.code, 'not_found');
    await (await hers.send('and heard')).settled();
    await shows(one, (log) => bodies(log).at(-1) === 'and heard');
  });
});
