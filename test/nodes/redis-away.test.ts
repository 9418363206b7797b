/** Redis is a shortcut: killed, emptied or silent in the middle of a conversation, it costs time and nothing else. */
import assert from 'node:assert/strict';
import type { Person } from '../support/person.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { assertNoGap, bodies, clientId, TwoNodes } from '../support/two-nodes.ts';

const SENDS = 40;

for (const kind of ['sharded', 'classic'])
  describe(`two nodes and a Redis that fails, ${kind}`, () => {
    let redis: OwnRedis;
    let nodes: TwoNodes;
    before(async () => {
      redis = await OwnRedis.start();
      const environment = { REDIS_URL: redis.url, REDIS_PUBSUB: kind };
      nodes = await TwoNodes.create({ environment });
    });
    after(async () => {
      await nodes.end();
      await redis.end();
    });

    /** Both nodes send at once; `fault` happens in the middle. Everybody must hear everything, in one order. */
    async function conversation(fault: () => Promise<unknown>): Promise<void> {
      const [alice, bob] = [
        await nodes.person('Alice', nodes.a),
        await nodes.person('Bob', nodes.b),
      ];
      const { id } = await nodes.channel(alice, bob);
      const talk = async (person: Person, name: string) => {
        for (let i = 0; i < SENDS; i += 1) {
          await person.send(id, `${name}${i}`, clientId()).accepted();
          if (person === alice && i === SENDS / 4) await fault();
        }
      };
      await Promise.all([talk(alice, 'a'), talk(bob, 'b')]);
      for (const person of [alice, bob]) await person.hearsMessage(({ seq }) => seq === 2 * SENDS);
      const [first, second] = [alice, bob].map(({ connection }) => bodies(connection));
      assert.equal(new Set(first).size, 2 * SENDS);
      assert.deepEqual(second, first);
      for (const { connection } of [alice, bob]) assertNoGap(connection, id);
    }

    it('lose nothing when it is killed, and hear each other again when it is back', async () => {
      await conversation(() => redis.kill());
      const { checks } = (await (await fetch(`${nodes.b.url}/readyz`)).json()) as {
        checks: Record<string, string>;
      };
      assert.equal(checks['redis'], 'away');
      await redis.begin();
      await nodes.connected();
      const before = nodes.b.app.bus.counts.opened;
      await conversation(() => Promise.resolve());
      assert.ok(nodes.b.app.bus.counts.opened > before);
    });

    it('lose nothing when it is emptied', async () => {
      const client = redis.client();
      await conversation(() => client.flushall());
    });

    it('lose nothing when it is silent for a while, and when it forgets all connections', async () => {
      const client = redis.client();
      await conversation(() => client.call('CLIENT', 'PAUSE', '1500', 'ALL'));
      await conversation(() => client.call('CLIENT', 'KILL', 'SKIPME', 'yes'));
    });
  });
