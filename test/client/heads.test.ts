/** A head that is ahead shows a loss when nobody says anything more; another epoch, however it is learned, begins anew. */
import assert from 'node:assert/strict';
import { CutProxy } from '../support/cut-proxy.ts';
import { World } from '../support/world.ts';
import {
  changes,
  current,
  frame,
  HandServer,
  message,
  page,
  posted,
  reset,
  resumed,
  turn,
} from './hand-server.ts';
import { bodies, channelOf, Clients, opened, shows } from './support.ts';

describe('the client: heads', () => {
  let server: HandServer;
  beforeEach(() => {
    server = new HandServer(2);
  });
  afterEach(() => {
    assert.deepEqual(server.failures, []);
    server.log.close();
  });
  const head = async (rev: number, epoch = 1, after = 500) => {
    server.log.head({ rev, epoch });
    server.timers.forward(after);
    await turn();
  };

  it('of what is not there after half a second make it resume, once', async () => {
    await server.begins([posted(1, 1)], 1);
    await head(3, 1, 499);
    assert.deepEqual(server.calls, []);
    await head(4, 1, 1);
    await server.answers('channel.resume', resumed(1, 4, [posted(2, 3), posted(3, 4)]));
    assert.deepEqual(server.bodies, ['text 2', 'text 3']);
    server.timers.forward(60_000);
    assert.deepEqual([server.log.state, server.calls], [{ is: 'live' }, []]);
  });

  it('of what was under way, is known or is being read change nothing', async () => {
    await server.begins([posted(1, 1)], 1);
    server.log.head({ rev: 2, epoch: 1 });
    server.log.frame(frame(1, 2, [posted(2, 2)]));
    server.timers.forward(500);
    await head(2);
    await head(1);
    assert.deepEqual([server.log.state, server.calls], [{ is: 'live' }, []]);
    await server.returns();
    server.log.head({ rev: 9, epoch: 2 });
    await server.answers('channel.sync', current(2));
    server.timers.forward(60_000);
    await turn();
    assert.deepEqual([server.log.state, server.calls], [{ is: 'live' }, []]);
  });

  /** The log is of epoch 1, at revision 4, with messages 3 and 4 of many. */
  const ways: Record<string, () => Promise<unknown>> = {
    'a frame': async () => {
      server.log.frame(frame(1, 2, [posted(1, 2, 'after')], 2));
      await turn();
    },
    'a head': () => head(2, 2),
    'a resume': async () => {
      await head(5);
      await server.answers('channel.resume', { ...resumed(4, 2, [], 2), reset: true });
    },
    'a sync': async () => {
      await server.returns();
      await server.answers('channel.sync', reset(2, 2));
    },
    'an older page': async () => {
      void server.log.loadOlder();
      await server.answers('message.history', page([message(1, 1)], 2, false, 2));
    },
    'a text that is fetched': async () => {
      server.log.frame(frame(4, 5, [posted(4, 5, null)]));
      await server.answers('message.history', page([message(4, 2, 'other')], 2, false, 2));
    },
  };
  for (const [what, learn] of Object.entries(ways))
    it(`of another incarnation, as learned by ${what}, begin the log anew`, async () => {
      await server.loads([message(3, 3), message(4, 4)], 4);
      await learn();
      assert.deepEqual(
        server.bodies.slice(0, 1),
        ['text 3'],
        'nothing of the other is shown so far',
      );
      const { input } = server.calls[0] ?? {};
      assert.deepEqual(input, { channels: [{ id: server.log.id }] }, 'asked without a position');
      await server.answers('channel.sync', changes(0, 2, [posted(1, 2, 'after')], { epoch: 2 }));
      assert.deepEqual(server.bodies.at(-1), 'after');
      assert.deepEqual([server.log.state, server.log.rev], [{ is: 'live' }, 2]);
      server.log.frame(frame(2, 3, [posted(2, 3)], 2));
      assert.deepEqual(server.bodies.slice(-2), ['after', 'text 2']);
      server.log.close();
      await turn();
    });
});

describe('the client: a frame that is lost in silence', () => {
  let world: World;
  let proxy: CutProxy;
  const clients = new Clients(() => world);
  before(async () => {
    world = await World.create();
    proxy = await CutProxy.before(() => world.app.port());
  });
  after(async () => {
    clients.end();
    await proxy.close();
    await world.end();
  });

  it('is found by the next head, although nobody says anything more', async () => {
    const [{ client: alice }, { client: bob }] = await Promise.all([
      clients.somebody('Alice'),
      clients.somebody('Bob', { url: proxy.url }),
    ]);
    const { id } = await channelOf(alice, [bob]);
    const [hers, his] = [await opened(alice, id), await opened(bob, id)];
    let lost = 0;
    proxy.judge = (text) => {
      if (!text.startsWith('42["channel.events"')) return 'pass';
      lost += 1;
      return 'drop';
    };
    const body = 'nobody hears this';
    await (await hers.send(body)).settled();
    await shows(hers, ({ messages }) => messages.length === 1);
    await bob.callOrThrow('role.describe', {});
    assert.deepEqual([lost, his.messages, his.state], [1, [], { is: 'live' }]);
    await world.app.followers.tellHeads();
    await shows(his, (log) => bodies(log).includes(body) && log.state.is === 'live');
    assert.deepEqual(his.messages, hers.messages);
  });
});
