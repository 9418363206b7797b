/** Who was removed or signed out is shown nothing later, on no node: with Redis, without it, and by a node that stood still. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChannelId, Client } from 'conclave/client';
import type { Person } from '../support/person.ts';
import { type TwoProcesses, userIdOf } from '../support/two-processes.ts';
import {
  BOUND_MS,
  BOUND_WITHOUT_REDIS_MS,
  nodesThatMayBeCutOff,
  type CutOffNodes,
} from './support/cut-off-redis.ts';
import { memberOnBothNodes, type OnBothNodes } from './support/on-both-nodes.ts';
import { Pace, type Post } from './support/pace.ts';
import { assertRead, Reader } from './support/reader.ts';

const FROZEN_MS = 30_000;
/** Of twelve people in turn, within what each may say in a minute. */
const PER_SECOND = 20;

describe('soak: revocation on two nodes', function () {
  this.timeout(FROZEN_MS + 90_000);
  let nodes: TwoProcesses;
  let withRedisCutOff: CutOffNodes['withRedisCutOff'];
  let owner: Person;
  let speakers: Client[];
  let stayers: Reader[];
  let id: ChannelId;
  before(async () => {
    ({ nodes, withRedisCutOff } = await nodesThatMayBeCutOff());
    owner = await nodes.person('Alice', nodes.a);
    ({ id } = await nodes.channel(owner));
    speakers = await nodes.clients('Speaker', 12);
    const listeners = await nodes.clients('Listener', 2);
    for (const one of [...speakers, ...listeners])
      await owner.call('member.add', { channelId: id, userId: userIdOf(one) }).accepted();
    stayers = await Reader.all(listeners, id);
  });
  after(() => nodes.end());

  const member = (name: string) => memberOnBothNodes({ nodes, owner, id }, name);
  const several = (name: string) => Promise.all(Array.from({ length: 4 }, () => member(name)));
  const remove = async (person: Person) => {
    const { rev } = await owner
      .call('member.remove', { channelId: id, userId: person.userId })
      .accepted();
    return { rev, at: performance.now() };
  };
  const since = (rev: number, posts: readonly Post[]) =>
    posts.filter(({ acked }) => (acked?.rev ?? 0) > rev);

  /** Removes members in the middle of a conversation; gives the longest time until one took effect on a node. */
  async function removals(circumstances: string): Promise<number> {
    const members = await several('Removed');
    const pace = new Pace(id, speakers, PER_SECOND, `${circumstances} `).begin();
    const effects: number[][] = [[], []];
    const removed: { rev: number; sockets: OnBothNodes['sockets'] }[] = [];
    for (const { person, sockets } of members) {
      await pause(200); // apart, so that they meet the node's looks at the log at different moments
      const { rev, at } = await remove(person);
      removed.push({ rev, sockets });
      const shown = await Promise.all(sockets.map((socket) => socket.comesTo(id, rev)));
      for (const [i, moment] of shown.entries()) effects[i]?.push(Math.max(0, moment - at));
    }
    await pause(1_000);
    const posts = await pace.end();
    await assertRead(stayers, posts);
    const later = [0, 0];
    let missed = 0;
    for (const { rev, sockets } of removed) {
      missed += since(rev, posts).length;
      for (const [i, socket] of sockets.entries()) {
        await socket.settled();
        later[i] = (later[i] ?? 0) + socket.later(id, rev).length;
      }
    }
    const [onA, onB] = effects.map((times) => Math.max(...times));
    console.log(
      `      ${members.length} removals ${circumstances}: in effect after at most ${onA?.toFixed(1)} ms on node A, ` +
        `${onB?.toFixed(1)} ms on node B; of ${missed} later messages ${later.join(' and ')} were shown`,
    );
    assert.ok(missed >= PER_SECOND * members.length, 'the others went on talking');
    assert.deepEqual(later, [0, 0]);
    return Math.max(...effects.flat());
  }

  /** Signs out on node A; gives the longest time that a socket of the session lived on, on either node. */
  async function signOuts(circumstances: string): Promise<number> {
    const effects: number[] = [];
    const ends = new Set<string>();
    for (const { person, sockets } of await several('Signed out')) {
      await person.http('DELETE', '/v1/sessions/current').accepted();
      const at = performance.now();
      const ended = await Promise.all(sockets.map((socket) => socket.ends()));
      effects.push(Math.max(0, ...ended.map((moment) => moment - at)));
      for (const socket of sockets) ends.add(socket.end);
      await assert.rejects(person.connectTo(nodes.b.url), /unauthenticated/);
    }
    const longest = Math.max(...effects);
    console.log(
      `      ${effects.length} session.close ${circumstances}: the sockets on both nodes ended after at most ${longest.toFixed(1)} ms`,
    );
    assert.deepEqual([...ends], ['connection.closing session_ended, then io server disconnect']);
    return longest;
  }

  it('changes nothing when it is refused', async () => {
    const { person, sockets } = await member('Victor');
    const { person: mallory } = await member('Mallory');
    await mallory
      .call('member.remove', { channelId: id, userId: person.userId })
      .refused('forbidden');
    const posts = await new Pace(id, speakers, PER_SECOND, 'still ').during(1_000);
    const last = Math.max(...posts.map(({ acked }) => acked?.rev ?? 0));
    await Promise.all(sockets.map((socket) => socket.comesTo(id, last)));
    const heard = sockets.map((socket) => {
      const bodies = new Set(socket.bodies(id));
      return posts.filter(({ body }) => bodies.has(body)).length;
    });
    console.log(
      `      removal refused (forbidden): of ${posts.length} later messages ${heard.join(' and ')} were shown`,
    );
    assert.deepEqual(heard, [posts.length, posts.length]);
  });

  it('is in effect on both nodes within a second', async () => {
    assert.ok((await removals('with Redis')) <= BOUND_MS);
    assert.ok((await signOuts('with Redis')) <= BOUND_MS);
  });

  it('is in effect within five seconds when nothing passes between the nodes and Redis', async () => {
    await withRedisCutOff(async () => {
      assert.ok((await removals('with Redis cut off')) <= BOUND_WITHOUT_REDIS_MS);
      assert.ok((await signOuts('with Redis cut off')) <= BOUND_WITHOUT_REDIS_MS);
    });
  });

  it('is in effect within five seconds when Redis was killed', async () => {
    await nodes.redis.kill();
    try {
      assert.ok((await removals('with Redis killed')) <= BOUND_WITHOUT_REDIS_MS);
      assert.ok((await signOuts('with Redis killed')) <= BOUND_WITHOUT_REDIS_MS);
    } finally {
      await nodes.redis.begin();
    }
    await nodes.connected();
  });

  it('holds on a node that stood still for half a minute, from its first moment on', async () => {
    const [yvonne, carl] = [await member('Yvonne'), await member('Carl')];
    const onA = speakers.filter((_, i) => i % 2 === 0);
    nodes.b.freeze();
    const { rev } = await remove(yvonne.person);
    await carl.person.http('DELETE', '/v1/sessions/current').accepted();
    const carlLeft = (await carl.sockets[0].ends()) && (carl.sockets[0].position(id) ?? 0);
    const posts = await new Pace(id, onA, PER_SECOND / 2, 'frozen ').during(FROZEN_MS);
    const before = yvonne.sockets[1].position(id);
    nodes.b.thaw();
    const at = performance.now();
    await assertRead(stayers, posts);
    const caughtUp = performance.now() - at;
    await carl.sockets[1].ends();
    await yvonne.sockets[1].settled();
    const later = yvonne.sockets.map((socket) => socket.later(id, rev).length);
    const unheard = carl.sockets[1].later(id, carlLeft).length;
    console.log(
      `      node B stopped for ${FROZEN_MS / 1_000} s, then let go: of ${since(rev, posts).length} messages since the removal ` +
        `${later[1]} came on the removed member's socket there (it had come to rev ${before}, ended at ${yvonne.sockets[1].position(id)}, the removal's; ${yvonne.sockets[1].end})`,
    );
    console.log(
      `      the socket of who had signed out was shown ${unheard} later messages (${carl.sockets[1].end}); those who stayed had everything after ${caughtUp.toFixed(0)} ms`,
    );
    assert.deepEqual([later, unheard], [[0, 0], 0]);
  });
});
