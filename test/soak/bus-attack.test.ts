/** Who can publish in Redis floods the bus in the middle of a conversation, and is heard by nobody. */
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'conclave/client';
import { eventually } from '../support/bootstrap-clone.ts';
import type { NodeProcess } from '../support/node-process.ts';
import { TwoProcesses, userIdOf } from '../support/two-processes.ts';
import { Pace } from './support/pace.ts';
import { assertWhole, Reader, spread, waits } from './support/reader.ts';

const ATTACK_MS = 8_000;
const PER_SECOND = 40;
/** Where a packet says which boot of a node sent it: twelve bytes (src/crypto/packets.ts). */
const BOOT_AT = 13;
const FAULTS = ['forged', 'malformed', 'oversized', 'replayed'] as const;
type Fault = (typeof FAULTS)[number];

describe('soak: an attacker on the bus of two nodes', function () {
  this.timeout(120_000);
  let nodes: TwoProcesses;
  before(async () => {
    nodes = await TwoProcesses.start();
  });
  after(() => nodes.end());

  /** What the node said that it dropped, by fault, over all lines of its log. */
  function dropped(node: NodeProcess, fault: string): number {
    return node
      .logged(({ message }) => message === 'bus: packets dropped')
      .map(({ dropped }) => (dropped as Record<string, number>)[fault] ?? 0)
      .reduce((sum, count) => sum + count, 0);
  }

  it('drops and counts whatever is published there, and delivers the conversation and nothing else', async () => {
    const senders = await nodes.clients('Sender', 24);
    const clients = await nodes.clients('Reader', 4);
    const outsider = await nodes.person('Oscar', nodes.b);
    const [owner, ...others] = [...senders, ...clients] as [Client, ...Client[]];
    const named = { kind: 'private', name: 'A quiet room' } as const;
    const { id: channelId } = await owner.callOrThrow('channel.create', named);
    for (const other of others)
      await owner.callOrThrow('member.add', { channelId, userId: userIdOf(other) });
    const readers = await Reader.all(clients, channelId);
    const resumes = () => nodes.nodes.map((node) => node.calls('channel.resume'));
    const [pids, before] = [nodes.nodes.map(({ pid }) => pid), resumes()];

    // The attacker knows the password of Redis and the ids of everything, and listens.
    const attacker = nodes.redis.client();
    const channel = await nodes.busChannel();
    const caught: Buffer[] = [];
    const spy = nodes.redis.client();
    spy.on('smessageBuffer', (_channel: Buffer, packet: Buffer) => {
      if (!attacking) caught.push(packet);
    });
    let attacking = false;
    await spy.ssubscribe(channel);
    const told = (effect: object) =>
      JSON.stringify({ type: 9, nsp: '/', uid: 'x', data: { packet: ['notice', effect] } });
    const plainText = [
      told({
        effect: 'tell',
        userId: outsider.userId,
        event: 'access.changed',
        payload: { channelId },
      }),
      told({ effect: 'session-ended', sessionId: outsider.sessionId, closure: 'session_ended' }),
      JSON.stringify({ type: 6, nsp: '/', uid: 'x', data: { opts: { rooms: [] }, close: true } }),
    ];
    const published = { forged: 0, malformed: 0, oversized: 0, replayed: 0 };
    const publish = async (fault: Fault, packet: Buffer | string) => {
      published[fault] += 1;
      await attacker.spublish(channel, packet);
    };
    async function attack(): Promise<void> {
      const whole = caught[randomInt(caught.length)];
      assert.ok(whole);
      await publish('malformed', plainText[randomInt(plainText.length)] ?? '');
      await publish('malformed', randomBytes(randomInt(1, 52)));
      await publish('malformed', whole.subarray(0, randomInt(52)));
      await publish('oversized', randomBytes(randomInt(65_537, 200_000)));
      const elsewhere = Buffer.from(whole); // as if from a node that nobody knows
      randomBytes(12).copy(elsewhere, BOOT_AT);
      await publish('forged', elsewhere);
      const shorter = elsewhere.subarray(0, randomInt(53, elsewhere.length));
      await publish('forged', shorter);
      await publish('replayed', whole);
    }
    const pace = new Pace(channelId, senders, PER_SECOND).begin();
    await eventually('packets are caught', () => caught.length > PER_SECOND);
    attacking = true;
    const until = performance.now() + ATTACK_MS;
    while (performance.now() < until) {
      await attack();
      await pause(5);
    }
    await publish('oversized', Buffer.alloc(8 * 1024 * 1024));
    const posts = await pace.end();
    await assertWhole(readers, posts);
    await outsider.connection.settled();

    for (const node of nodes.nodes) {
      for (const fault of ['forged', 'malformed', 'oversized'] as const)
        await eventually(
          `all ${fault} ones are counted`,
          () => dropped(node, fault) >= published[fault],
        );
      for (const fault of ['forged', 'malformed', 'oversized'] as const)
        assert.equal(dropped(node, fault), published[fault]);
    }
    // A node does not hear its own packets, so each replay is refused by the other one.
    const replayed = nodes.nodes.map((node) => dropped(node, 'replayed'));
    assert.equal((replayed[0] ?? 0) + (replayed[1] ?? 0), published.replayed);
    const counts = FAULTS.map((fault) => `${published[fault]} ${fault}`).join(', ');
    const gaps = readers.reduce((sum, reader) => sum + reader.gaps, 0);
    const resumed = resumes().map((count, i) => count - (before[i] ?? 0));
    console.log(
      `      published ${counts}: all dropped and counted; ${posts.length} messages to ${readers.length} readers, ` +
        `resumes ${resumed.join('+')}, gaps ${gaps}`,
    );
    const delays = readers.flatMap((reader) => waits(reader, posts));
    console.log(`      send -> frame under attack: ${spread(delays)}`);
    assert.deepEqual([resumed, gaps], [[0, 0], 0]);
    assert.deepEqual(outsider.connection.heard, [], 'nobody was told anything');
    assert.ok(outsider.connection.socket.connected, 'and nobody was signed out');
    assert.deepEqual(
      nodes.nodes.map(({ pid, alive }) => [pid, alive]),
      pids.map((pid) => [pid, true]),
    );
    for (const node of nodes.nodes) assert.deepEqual(node.errors, []);
  });
});
