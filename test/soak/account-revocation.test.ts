/** Whatever is done to an account is felt by its live sockets on both nodes: in a second, in five without Redis, and after a standstill. */
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import type { ChannelId, Client } from 'conclave/client';
import { openOperator } from '../../src/operator/index.ts';
import { project } from '../support/bootstrap-clone.ts';
import type { Person } from '../support/person.ts';
import { clientId } from '../support/two-nodes.ts';
import { type TwoProcesses, userIdOf, WORKSPACE } from '../support/two-processes.ts';
import {
  BOUND_MS,
  BOUND_WITHOUT_REDIS_MS,
  nodesThatMayBeCutOff,
  type CutOffNodes,
} from './support/cut-off-redis.ts';
import { memberOnBothNodes, type OnBothNodes } from './support/on-both-nodes.ts';
import { Pace } from './support/pace.ts';

const FROZEN_MS = 10_000;
/** Of eight people in turn, within what each may say in a minute. */
const PER_SECOND = 14;

type Act = readonly [name: string, on: (person: Person) => PromiseLike<unknown>];

describe('soak: what is done to accounts, on two nodes', function () {
  this.timeout(120_000);
  let nodes: TwoProcesses;
  let withRedisCutOff: CutOffNodes['withRedisCutOff'];
  let admin: Person;
  let speakers: Client[];
  let id: ChannelId;
  before(async () => {
    ({ nodes, withRedisCutOff } = await nodesThatMayBeCutOff());
    admin = await nodes.person('Admin', nodes.a, await invitation());
    ({ id } = await nodes.channel(admin));
    speakers = await nodes.clients('Speaker', 8);
    for (const one of speakers)
      await admin.call('member.add', { channelId: id, userId: userIdOf(one) }).accepted();
  });
  after(() => nodes.end());

  /** As the operator gives it out. */
  async function invitation(): Promise<string> {
    const operator = await openOperator({
      environment: process.env,
      root: project,
      uid: null,
      host: hostname(),
      fail: (_kind, code, sentence) => new Error(`${code}: ${sentence}`),
    });
    try {
      return (await operator.invite(WORKSPACE, 'admin')).code;
    } finally {
      await operator.close();
    }
  }

  const ACTS: readonly Act[] = [
    [
      'session.revoke-all',
      (person) => person.http('DELETE', '/v1/sessions?keepCurrent=false').accepted(),
    ],
    [
      'session.revoke-token',
      (person) =>
        person
          .http('PUT', `/v1/sessions/${person.sessionId}/revoked-tokens/${person.jti}`)
          .accepted(),
    ],
    ['user.lock', ({ userId }) => admin.call('user.lock', { userId }).accepted()],
    [
      'user.set-role',
      ({ userId }) => admin.call('user.set-role', { userId, role: 'guest' }).accepted(),
    ],
    ['user.deactivate', ({ userId }) => admin.call('user.deactivate', { userId }).accepted()],
  ];

  const victim = (name: string) => memberOnBothNodes({ nodes, owner: admin, id }, name);

  /** Milliseconds from the answer until each socket had ended, and until it was last shown anything. */
  async function felt({ sockets }: OnBothNodes, since: number) {
    const ended = await Promise.all(sockets.map((socket) => socket.ends()));
    const after = (moment: number) => Math.max(0, moment - since);
    return {
      ended: ended.map(after),
      shown: sockets.map((socket) => after(socket.lastShown(id) ?? 0)),
    };
  }

  /** Does everything, each to somebody else, in the middle of a conversation; gives the longest time until it was felt. */
  async function all(circumstances: string): Promise<number> {
    const victims = [];
    for (const [name] of ACTS) victims.push(await victim(`Victim of ${name}`));
    const pace = new Pace(id, speakers, PER_SECOND, `${circumstances} `).begin();
    let longest = 0;
    for (const [i, [name, act]] of ACTS.entries()) {
      const chosen = victims[i];
      if (!chosen) continue;
      await act(chosen.person);
      const { ended, shown } = await felt(chosen, performance.now());
      longest = Math.max(longest, ...ended);
      const told = (times: number[]) => times.map((time) => time.toFixed(0)).join(' and ');
      console.log(
        `      ${name} ${circumstances}: last shown something after ${told(shown)} ms, sockets ended after ${told(ended)} ms`,
      );
    }
    const posts = await pace.end();
    assert.ok(posts.length > 0, 'the others went on talking');
    // Who lost a role may come back as what they are now; the others may not.
    for (const [i, [name]] of ACTS.entries()) {
      const again = victims[i]?.person.connectTo(nodes.b.url);
      if (name === 'user.set-role') (await again)?.close();
      else await assert.rejects(again ?? Promise.resolve(), /unauthenticated|token_revoked/);
    }
    return longest;
  }

  it('changes nothing when it is refused', async () => {
    const { person, sockets } = await victim('Victor');
    const { person: mallory } = await victim('Mallory');
    const { userId } = person;
    for (const name of ['user.lock', 'user.deactivate'] as const)
      await mallory.call(name, { userId }).refused('forbidden');
    await mallory.call('user.set-role', { userId, role: 'guest' }).refused('forbidden');
    const { rev } = await admin.send(id, 'still here?', clientId()).accepted();
    await Promise.all(sockets.map((socket) => socket.comesTo(id, rev)));
  });

  it('is felt on both nodes within a second', async () => {
    assert.ok((await all('with Redis')) <= BOUND_MS);
  });

  it('is felt within five seconds when nothing passes between the nodes and Redis', async () => {
    await withRedisCutOff(async () => {
      assert.ok((await all('with Redis cut off')) <= BOUND_WITHOUT_REDIS_MS);
    });
  });

  it('is felt by a node that stood still from its first moment on', async () => {
    const victims = [];
    for (const [name] of ACTS) victims.push(await victim(`Frozen ${name}`));
    const onA = speakers.filter((_, i) => i % 2 === 0);
    nodes.b.freeze();
    for (const [i, [, act]] of ACTS.entries()) if (victims[i]) await act(victims[i].person);
    const since = victims.map(({ sockets: [, there] }) => there.position(id) ?? 0);
    await new Pace(id, onA, PER_SECOND / 2, 'frozen ').during(FROZEN_MS);
    nodes.b.thaw();
    const thawed = performance.now();
    for (const [i, { sockets }] of victims.entries()) {
      const [, there] = sockets;
      const ended = (await there.ends()) - thawed;
      const later = there.later(id, since[i] ?? 0).length;
      console.log(
        `      ${ACTS[i]?.[0]} while node B stood still for ${FROZEN_MS / 1_000} s: its socket there ended ${ended.toFixed(0)} ms after, shown ${later} later frames (${there.end})`,
      );
      assert.equal(later, 0);
      assert.ok(ended <= BOUND_WITHOUT_REDIS_MS);
    }
  });
});
