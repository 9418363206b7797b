/** Who can publish in Redis can neither read nor say anything: what is not sealed, fresh and expected is dropped. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { readConfig } from '../../src/config.ts';
import { derivedRing, keyring, packets, type Packets } from '../../src/crypto/index.ts';
import type { Clock } from '../../src/kernel/index.ts';
import { systemClock, systemEntropy } from '../../src/platform/system.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { bodies, clientId, TwoNodes } from '../support/two-nodes.ts';
import { KINDS, requests, said } from './adapter-words.ts';

for (const [kind, listing, ending, publish] of KINDS)
  describe(`the ${kind} bus between two nodes`, () => {
    let redis: OwnRedis;
    let nodes: TwoNodes;
    let intruder: Redis;
    let channel: string;
    before(async () => {
      redis = await OwnRedis.start();
      const environment = { REDIS_URL: redis.url, REDIS_PUBSUB: kind };
      nodes = await TwoNodes.create({ environment });
      intruder = redis.client();
      const channels = (await intruder.call('PUBSUB', listing)) as string[];
      channel = channels.find((name) => name.endsWith(ending)) ?? '';
      assert.match(channel, /^conclave-[0-9a-f]{16}(-request)?#/);
    });
    after(async () => {
      await nodes.end();
      await redis.end();
    });

    const dropped = (fault: string) =>
      [nodes.a, nodes.b].map(({ app }) => app.bus.counts.dropped.get(fault) ?? 0);
    /** Publishes, and waits until both nodes have dropped every one of them for this reason. */
    async function isDropped(fault: string, ...forgeries: (string | Buffer)[]): Promise<void> {
      const before = dropped(fault);
      for (const forgery of forgeries) await intruder[publish](channel, forgery);
      const all = () => dropped(fault).every((n, i) => n === (before[i] ?? 0) + forgeries.length);
      await eventually(`both nodes drop ${forgeries.length} as ${fault}`, all);
    }
    /** What a node with the right keys would send. */
    function sealer(at = 0): Packets {
      const root = keyring(readConfig({ ...process.env }).keys.root);
      const now = () => new Date(systemClock.now().getTime() + at);
      const clock: Clock = { ...systemClock, now };
      const entropy = systemEntropy(clock);
      return packets({ ring: derivedRing(root, 'bus'), node: 'intruder', clock, entropy });
    }
    const sealed = (packet: unknown) => sealer().seal(channel, Buffer.from(JSON.stringify(packet)));
    it('drops whatever is not sealed, and both nodes live on', async () => {
      const [alice, bob] = [
        await nodes.person('Alice', nodes.a),
        await nodes.person('Bob', nodes.b),
      ];
      const { id } = await nodes.channel(alice, bob);
      const heard = bob.connection.heard.length;
      const notice = {
        effect: 'tell',
        userId: bob.userId,
        event: 'access.changed',
        payload: { channelId: id },
      };
      const plain = said(kind, notice);
      await isDropped('malformed', '', 'garbage', JSON.stringify(plain), randomBytes(20));
      await isDropped('oversized', randomBytes(100_000));
      const entropy = systemEntropy(systemClock);
      const guess = { current: '1', keys: { '1': randomBytes(32).toString('base64') } };
      const ring = keyring({ reveal: () => guess } as never);
      const stranger = packets({ ring, node: 'x', clock: systemClock, entropy });
      await isDropped('forged', stranger.seal(channel, Buffer.from(JSON.stringify(plain))));
      const late = sealer(-31_000).seal(channel, Buffer.from(JSON.stringify(plain)));
      const early = sealer(31_000).seal(channel, Buffer.from(JSON.stringify(plain)));
      await isDropped('stale', late, early);
      await bob.connection.settled();
      assert.equal(bob.connection.heard.length, heard, 'nobody heard anything of it');
      await alice.send(id, 'we are well', clientId()).accepted();
      await bob.hearsMessage(({ body }) => body === 'we are well');
    });

    it('drops what it has heard before, cut short, changed or moved to another channel', async () => {
      const [alice, bob] = [
        await nodes.person('Alice', nodes.a),
        await nodes.person('Bob', nodes.b),
      ];
      const { id } = await nodes.channel(alice, bob);
      const spy = redis.client();
      const caught: Buffer[] = [];
      const catches = (_channel: Buffer, packet: Buffer) => caught.push(packet);
      spy.on('smessageBuffer', catches).on('messageBuffer', catches);
      await (kind === 'sharded' ? spy.ssubscribe(channel) : spy.subscribe(channel));
      await alice.send(id, 'once', clientId()).accepted();
      await bob.hearsMessage(({ body }) => body === 'once');
      await eventually('the packet is caught', () => caught.length > 0);
      const [packet] = caught;
      assert.ok(packet);

      const { counts } = nodes.b.app.bus;
      const before = counts.dropped.get('replayed') ?? 0;
      for (let i = 0; i < 3; i += 1) await intruder[publish](channel, packet);
      await eventually('it is dropped', () => counts.dropped.get('replayed') === before + 3);
      const changed = Buffer.from(packet);
      changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
      changed.writeUIntBE(1_000_000, 31, 6); // a place of the sender that it has not come to
      const forged = counts.dropped.get('forged') ?? 0;
      await intruder[publish](channel, changed);
      await eventually('it is dropped', () => counts.dropped.get('forged') === forged + 1);
      await isDropped('malformed', packet.subarray(0, 40), packet.subarray(1));
      await isDropped('forged', sealer().seal('another channel', Buffer.from('{}')));
      await bob.connection.settled();
      assert.deepEqual(bodies(bob.connection), ['once']);
    });

    it('drops, even from a node with the keys, every request to act on the connections of another', async () => {
      const [alice, bob] = [
        await nodes.person('Alice', nodes.a),
        await nodes.person('Bob', nodes.b),
      ];
      const { id } = await nodes.channel(alice);
      await isDropped('unwanted', ...requests(kind, `channel:${id}`, bob.userId).map(sealed));
      await alice.send(id, 'a secret', clientId()).accepted();
      await alice.hearsMessage(({ body }) => body === 'a secret');
      await bob.connection.settled();
      assert.equal(bob.connection.socket.connected, true);
      assert.deepEqual(bob.connection.frames(), []);
    });

    it('hears nothing on the channels of broadcasts and answers, whoever says it', async () => {
      const bob = await nodes.person('Bob', nodes.b);
      const heard = bob.connection.heard.length;
      assert.equal(await intruder.call('PUBSUB', 'NUMPAT'), 0, 'no node listens by a pattern');
      const listeners = (await intruder.call('PUBSUB', listing)) as string[];
      const others = listeners.filter((name) => name !== channel);
      assert.ok(others.length >= 2, 'each node listens to one for answers');
      const unwanted = () => dropped('unwanted').reduce((sum, n) => sum + n, 0);
      const before = unwanted();
      const shout = { type: 2, nsp: '/', data: ['channel.events', {}] };
      for (const other of others)
        for (const packet of [['x', shout, { rooms: [], except: [] }], { requestId: 'r' }])
          await intruder[publish](other, sealer().seal(other, Buffer.from(JSON.stringify(packet))));
      await eventually('all are dropped', () => unwanted() >= before + 2 * others.length);
      await bob.connection.settled();
      assert.equal(bob.connection.heard.length, heard);
    });

    it('takes no notice of another shape than its own', async () => {
      const [alice, bob] = [
        await nodes.person('Alice', nodes.a),
        await nodes.person('Bob', nodes.b),
      ];
      const { id } = await nodes.channel(alice, bob);
      const heard = bob.connection.heard.length;
      const about = { effect: 'channel-changed', workspaceId: nodes.workspaceId, channelId: id };
      const member = { userId: bob.userId, role: 'owner', state: 'joined', rev: 9, joinedSeq: 0 };
      const gone = { kind: 'member', rev: 9, member };
      const wrong = [
        { ...about, last: 9, events: [{ kind: 'shout', text: 'hello' }] },
        { ...about, last: 10, events: [gone] }, // does not reach what it says
        { ...about, last: 9, events: [gone], more: true },
        { effect: 'tell', userId: bob.userId, event: 'connection.closing', payload: {} },
        { effect: 'session-ended', sessionId: bob.sessionId, closure: 'no such reason' },
        { effect: 'token-revoked', sessionId: bob.sessionId, jti: 'all of them' },
        { effect: 'token-revoked', sessionId: bob.sessionId },
        { effect: 'subscribe', workspaceId: nodes.workspaceId, channelId: id },
        { effect: 'control-recorded', userId: bob.userId },
        { effect: 'reauthorised', claims: {} },
        'notice',
      ];
      const complaints = () =>
        nodes.b.logged.filter((line) => line.includes('unknown shape')).length;
      const before = complaints();
      for (const notice of wrong) {
        await intruder[publish](channel, sealed(said(kind, notice)));
      }
      await eventually('all are refused', () => complaints() === before + wrong.length);
      await bob.connection.settled();
      assert.equal(bob.connection.heard.length, heard);
      assert.equal(bob.connection.socket.connected, true);
    });

    it('shows nobody who watches Redis what is said, by whom, from where or in which channel', async () => {
      const canary = `canary-${randomBytes(8).toString('hex')}`;
      const watcher = await redis.client().monitor();
      let seen = '';
      watcher.on('monitor', (_time: string, args: string[]) => (seen += `${args.join(' ')}\n`));
      try {
        const alice = await nodes.person(`${canary}-name`, nodes.a);
        const bob = await nodes.person('Bob', nodes.b);
        const named = { kind: 'private', name: `${canary}-channel` } as const;
        const { id } = await alice.call('channel.create', named).accepted();
        await alice.call('member.add', { channelId: id, userId: bob.userId }).accepted();
        await bob.call('channel.subscribe', { channelId: id }).accepted();
        await alice.send(id, `${canary}-body`, clientId()).accepted();
        await bob.hearsMessage(({ body }) => body === `${canary}-body`);
        await eventually('the watcher saw packets', () => seen.includes(`${publish} conclave`));
      } finally {
        watcher.disconnect();
      }
      for (const text of [canary, 'channel-changed', 'notice', '127.0.0.1', 'Bob'])
        assert.ok(!seen.includes(text), `Redis was shown ${text}`);
    });
  });
