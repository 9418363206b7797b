/** What was read and then overtaken, by a return, a removal, a reset or newer news, changes nothing any more. */
import assert from 'node:assert/strict';
import {
  changes,
  current,
  frame,
  HandServer,
  member,
  message,
  page,
  posted,
  refused,
  reset,
  resumed,
  says,
  turn,
} from './hand-server.ts';

describe('the client: what was overtaken', () => {
  let server: HandServer;
  beforeEach(() => {
    server = new HandServer(2);
  });
  afterEach(() => {
    assert.deepEqual(server.failures, []);
    server.log.close();
  });

  describe('by a return', () => {
    it('a refusal closes nothing that the later answer opens', async () => {
      void server.log.catchUp();
      await turn();
      const old = server.taken('channel.sync');
      await server.returns();
      await says(old, refused);
      await server.answers('channel.sync', changes(0, 1, [posted(1, 1)]));
      assert.deepEqual([server.log.state, server.bodies], [{ is: 'live' }, ['text 1']]);
    });

    it('an answer that comes before the later one is asked for does not count for it', async () => {
      void server.log.catchUp();
      await turn();
      const old = server.taken('channel.sync');
      await server.returns();
      await says(old, changes(0, 1, [posted(1, 1)]));
      assert.deepEqual([server.log.state, server.bodies], [{ is: 'loading' }, []]);
      assert.deepEqual(
        server.calls.map(({ name, input }) => [name, input]),
        [['channel.sync', { channels: [{ id: server.log.id }] }]],
      );
    });

    it('the newest messages as they were do not replace the newest messages as they are', async () => {
      void server.log.catchUp();
      await turn();
      await server.answers('channel.sync', reset(500));
      const old = server.taken('message.history');
      await server.returns();
      await server.answers('channel.sync', reset(502));
      await server.answers('message.history', page([message(2, 501), message(3, 502)], 502, true));
      assert.deepEqual(server.log.state, { is: 'live' });
      await says(old, page([message(1, 499), message(2, 500)], 500, true));
      assert.deepEqual([server.log.rev, server.bodies], [502, ['text 2', 'text 3']]);
      assert.deepEqual([server.log.state, server.calls], [{ is: 'live' }, []]);
    });

    it('a resume that says reset takes no place away that was found since', async () => {
      await server.begins([posted(1, 1)], 1);
      server.log.frame(frame(2, 3, [posted(3, 3)]));
      const old = server.taken('channel.resume');
      await server.returns();
      await server.answers('channel.sync', changes(1, 3, [posted(2, 2), posted(3, 3)]));
      await says(old, { ...resumed(1, 3, []), reset: true });
      assert.deepEqual([server.log.rev, server.bodies], [3, ['text 2', 'text 3']]);
      assert.deepEqual([server.log.state, server.calls], [{ is: 'live' }, []]);
    });

    it('a text that was fetched does not come over one that is newer', async () => {
      await server.begins([posted(1, 1)], 1);
      server.log.frame(frame(1, 2, [posted(1, 2, null)]));
      const old = server.taken('message.history');
      await server.returns();
      await server.answers('channel.sync', changes(2, 3, [posted(1, 3, 'newest')]));
      await says(old, page([message(1, 2, 'older')], 2));
      assert.deepEqual([server.bodies, server.calls], [['newest'], []]);
    });

    it('frames of the old connection are not held against the new one', async () => {
      await server.begins([posted(1, 1)], 1);
      server.log.frame(frame(2, 3, [posted(3, 3)]));
      server.taken('channel.resume');
      server.log.frame(frame(7, 8, [posted(8, 8)], 4));
      await server.returns();
      await server.answers('channel.sync', changes(1, 3, [posted(2, 2), posted(3, 3)]));
      assert.deepEqual([server.log.state, server.log.rev, server.calls], [{ is: 'live' }, 3, []]);
    });

    it('a head that was told on the old connection is not looked after', async () => {
      await server.begins([posted(1, 1)], 1);
      server.log.head({ rev: 9, epoch: 2 });
      server.log.head({ rev: 9, epoch: 2 });
      await server.returns();
      await server.answers('channel.sync', current(1));
      server.timers.forward(60_000);
      await turn();
      assert.deepEqual([server.log.state, server.calls], [{ is: 'live' }, []]);
    });

    it('a refusal is forgotten too where the server said meanwhile to ask again', async () => {
      void server.log.catchUp();
      await turn();
      const old = server.taken('channel.sync');
      void server.log.catchUp();
      await says(old, refused);
      assert.deepEqual(server.log.state, { is: 'loading' });
      await server.answers('channel.sync', changes(0, 1, [posted(1, 1)]));
      assert.deepEqual(server.log.state, { is: 'live' });
    });

    it('nothing becomes live by an answer, however shortly after it the connection is lost', async () => {
      for (let moments = 0; moments < 40; moments += 1) {
        server = new HandServer(2);
        void server.log.catchUp();
        await turn();
        await server.answers('channel.sync', reset(500));
        const { resolve } = server.taken('message.history');
        resolve({ ok: true, data: page([message(1, 500)], 500, true) });
        for (let n = 0; n < moments; n += 1) await Promise.resolve();
        server.log.lost();
        await turn();
        assert.notEqual(server.log.state.is, 'live', `lost ${moments} moments after the answer`);
      }
    });
  });

  describe('by a removal', () => {
    it('an answer does not bring the log back to life, and shows nothing more', async () => {
      await server.begins([posted(1, 1)], 1);
      server.log.frame(frame(2, 3, [posted(3, 3)]));
      const old = server.taken('channel.resume');
      server.log.frame(frame(3, 4, [member(4, 'left')]));
      const left = { is: 'closed', because: { code: 'left', rev: 4 } };
      assert.deepEqual(server.log.state, left);
      await says(old, resumed(1, 3, [posted(2, 2), posted(3, 3)]));
      assert.deepEqual([server.log.state, server.bodies], [left, ['text 1']]);
      server.log.head({ rev: 9, epoch: 1 });
      server.log.frame(frame(4, 5, [posted(4, 5)]));
      await server.returns();
      server.timers.forward(60_000);
      assert.deepEqual([server.log.state, server.bodies, server.calls], [left, ['text 1'], []]);
    });

    it('older messages that were asked for are not shown', async () => {
      await server.loads([message(3, 3), message(4, 4)], 4);
      const reading = server.log.loadOlder();
      server.log.frame(frame(4, 5, [member(5, 'left')]));
      await server.answers('message.history', page([message(1, 1), message(2, 2)], 5));
      assert.deepEqual(await reading, { ok: true, data: 0 });
      assert.deepEqual(server.bodies, ['text 3', 'text 4']);
    });

    it('that itself was overtaken, because one is in again, closes nothing and takes no role', async () => {
      await server.begins([member(3, 'joined', 'moderator')], 3);
      assert.equal(server.log.channel?.role, 'member', 'as the server said it is by now');
      server.log.frame(frame(0, 2, [member(1, 'joined'), member(2, 'left')]));
      assert.deepEqual([server.log.state, server.calls], [{ is: 'live' }, []]);
      server.log.frame(frame(3, 4, [member(4, 'joined', 'owner')]));
      assert.equal(server.log.channel.role, 'owner');
    });
  });

  describe('by a reset', () => {
    it('an older page leaves no hole and no page of another incarnation in what is shown', async () => {
      for (const epoch of [1, 2]) {
        server = new HandServer(2);
        await server.loads([message(3, 3), message(4, 4)], 4);
        const reading = server.log.loadOlder();
        const old = server.taken('message.history');
        await server.returns();
        await server.answers('channel.sync', reset(20_009, epoch));
        await server.answers('channel.sync', reset(20_009, epoch));
        const newest = [message(8, 20_008), message(9, 20_009)];
        await server.answers('message.history', page(newest, 20_009, true, epoch));
        await says(old, page([message(1, 1), message(2, 2)], 4));
        assert.deepEqual(server.bodies, ['text 8', 'text 9'], `epoch ${epoch}`);
        while (server.calls[0]?.name === 'channel.sync')
          await server.answers('channel.sync', current(20_009));
        if (server.calls[0]?.input['before'] !== 8) server.calls.length = 0;
        const again = page([message(6, 6), message(7, 7)], 20_009, true, epoch);
        if (server.calls.length > 0) await server.answers('message.history', again);
        if (epoch === 1) assert.deepEqual(await reading, { ok: true, data: 2 });
      }
    });
  });

  describe('by newer news', () => {
    it('an older state of a message does not come over a newer one that was read', async () => {
      await server.begins([posted(1, 1)], 1);
      server.log.frame(frame(1, 2, [posted(1, 2, null)]));
      const fetched = server.taken('message.history');
      server.log.frame(frame(2, 3, [posted(1, 3, 'second')]));
      await says(fetched, page([message(1, 4, 'third')], 4));
      assert.deepEqual(server.bodies, ['third'], 'not the second, which was on its way');
      server.log.frame(frame(3, 4, [posted(1, 4, 'third')]));
      assert.deepEqual([server.log.rev, server.bodies], [4, ['third']]);
    });

    it('what was said before the position is not applied again', async () => {
      await server.begins([member(1, 'joined'), posted(1, 2, 'edited')], 2);
      const old = [posted(1, 1, 'as it was'), member(1, 'left'), posted(2, 3)];
      server.log.frame(frame(0, 3, old));
      assert.deepEqual(server.bodies, ['edited', 'text 2']);
      assert.equal(server.log.members.size, 1);
      server.log.frame(frame(0, 2, [posted(3, 1, 'never there')]));
      assert.deepEqual([server.bodies, server.log.rev], [['edited', 'text 2'], 3]);
    });
  });
});
