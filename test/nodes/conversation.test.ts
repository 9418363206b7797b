/** People on two nodes are in one room: the same order on both, nothing missing, and nothing for who was removed. */
import assert from 'node:assert/strict';
import { assertNoGap, bodies, clientId, TwoNodes } from '../support/two-nodes.ts';

for (const kind of ['sharded', 'classic'])
  describe(`a conversation across two nodes, ${kind}`, () => {
    let nodes: TwoNodes;
    before(async () => {
      nodes = await TwoNodes.create({ environment: { REDIS_PUBSUB: kind } });
    });
    after(() => nodes.end());

    it('reaches everybody wherever they are connected, without waiting for a look at the database', async () => {
      const [alice, bob] = [
        await nodes.person('Alice', nodes.a),
        await nodes.person('Bob', nodes.b),
      ];
      const { id } = await nodes.channel(alice, bob);
      const before = nodes.b.app.bus.counts.opened;
      await alice.send(id, 'hello', clientId()).accepted();
      await bob.hearsMessage(({ body }) => body === 'hello');
      const sent = await bob.send(id, 'hello yourself', clientId()).accepted();
      await alice.hearsMessage(({ body }) => body === 'hello yourself');
      await bob
        .call('message.edit', { channelId: id, messageId: sent.id, body: 'hello, Alice' })
        .accepted();
      const edited = await alice.hearsMessage(({ version }) => version === 2);
      assert.equal(edited.body, 'hello, Alice');
      assert.ok(nodes.b.app.bus.counts.opened > before, 'it came over the bus');
      for (const { connection } of [alice, bob]) assertNoGap(connection, id);
    });

    it('is the same on both when a hundred messages come from both at once', async () => {
      const [alice, bob] = [
        await nodes.person('Alice', nodes.a),
        await nodes.person('Bob', nodes.b),
      ];
      const [ann, ben] = [await nodes.person('Ann', nodes.a), await nodes.person('Ben', nodes.b)];
      const everybody = [alice, bob, ann, ben];
      const { id } = await nodes.channel(alice, bob, ann, ben);
      const sends = Array.from({ length: 50 }, (_, i) => [
        alice.send(id, `a${i}`, clientId()).accepted(),
        bob.send(id, `b${i}`, clientId()).accepted(),
      ]);
      const acked = await Promise.all(sends.flat());
      const last = Math.max(...acked.map(({ seq }) => seq));
      assert.equal(last, 100);
      for (const person of everybody) await person.hearsMessage(({ seq }) => seq === last);
      const [first, ...others] = everybody.map(({ connection }) => bodies(connection));
      assert.equal(first?.length, 100);
      for (const other of others) assert.deepEqual(other, first);
      for (const { connection } of everybody) assertNoGap(connection, id);
    });

    it('tells somebody on the other node that they were added', async () => {
      const [alice, bob] = [
        await nodes.person('Alice', nodes.a),
        await nodes.person('Bob', nodes.b),
      ];
      const { id } = await nodes.channel(alice);
      await alice.call('member.add', { channelId: id, userId: bob.userId }).accepted();
      await bob.hears('access.changed', ({ channelId }) => channelId === id);
    });

    it('goes on without somebody on the other node who was removed, from the removal on', async () => {
      const [alice, bob] = [
        await nodes.person('Alice', nodes.a),
        await nodes.person('Bob', nodes.b),
      ];
      const ben = await nodes.person('Ben', nodes.b);
      const { id } = await nodes.channel(alice, bob, ben);
      const removed = await alice
        .call('member.remove', { channelId: id, userId: bob.userId })
        .accepted();
      for (let i = 0; i < 20; i += 1) await alice.send(id, `after ${i}`, clientId()).accepted();
      await ben.hearsMessage(({ body }) => body === 'after 19');
      await bob.connection.settled();
      assert.equal(bob.connection.frames().at(-1)?.last, removed.rev);
      assert.deepEqual(bodies(bob.connection), []);
    });

    it('goes on with somebody whose removal was refused', async () => {
      const [alice, bob] = [
        await nodes.person('Alice', nodes.a),
        await nodes.person('Bob', nodes.b),
      ];
      const { id } = await nodes.channel(alice, bob);
      const ann = await nodes.person('Ann', nodes.a);
      await alice.call('member.add', { channelId: id, userId: ann.userId }).accepted();
      await ann.call('member.remove', { channelId: id, userId: bob.userId }).refused('forbidden');
      await alice.send(id, 'still here', clientId()).accepted();
      await bob.hearsMessage(({ body }) => body === 'still here');
    });

    it('costs less than the look at the database that it saves', async () => {
      const [alice, bob] = [
        await nodes.person('Alice', nodes.a),
        await nodes.person('Bob', nodes.b),
      ];
      const { id } = await nodes.channel(alice, bob);
      const [acks, frames]: [number[], number[]] = [[], []];
      for (let i = 0; i < 100; i += 1) {
        const began = performance.now();
        const since = () => performance.now() - began;
        const sent = alice.send(id, `${i}`, clientId()).accepted();
        const heard = bob.hearsMessage(({ body }) => body === `${i}`);
        await Promise.all([
          sent.then(() => acks.push(since())),
          heard.then(() => frames.push(since())),
        ]);
      }
      const at = (times: number[], part: number) =>
        times.sort((x, y) => x - y)[Math.floor(times.length * part)] ?? Infinity;
      const shown = (times: number[]) =>
        `p50 ${at(times, 0.5).toFixed(2)} ms, p99 ${at(times, 0.99).toFixed(2)} ms`;
      console.log(`      send on A -> ack on A: ${shown(acks)}; -> frame on B: ${shown(frames)}`);
      // A look would find a post after a quarter of a second on average, however busy the machine is.
      assert.ok(
        at(frames, 0.5) - at(acks, 0.5) < 100,
        'followers look every 500 ms; this is faster',
      );
    });
  });
