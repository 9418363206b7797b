/** Removed, banned, demoted, archived, made private: felt by live sockets of two nodes, in a second, in five without Redis. */
import assert from 'node:assert/strict';
import type { ChannelId } from 'conclave/client';
import type { MessageId } from '../../src/contract/index.ts';
import type { Connection } from '../support/connection.ts';
import type { Person } from '../support/person.ts';
import { clientId } from '../support/two-nodes.ts';
import type { TwoProcesses } from '../support/two-processes.ts';
import {
  BOUND_MS,
  BOUND_WITHOUT_REDIS_MS,
  nodesThatMayBeCutOff,
  type CutOffNodes,
} from './support/cut-off-redis.ts';
import { Witness } from './support/witness.ts';

/** Posts of the owner after each act, one after the other: who stays is shown all, who lost reading none. */
const POSTS = 4;

interface Scene {
  readonly owner: Person;
  readonly channelId: ChannelId;
  readonly userId: Person['userId'];
  /** A post of the owner. */
  readonly messageId: MessageId;
}

interface Act {
  readonly name: string;
  /** Whom it is done to, before. */
  readonly as: 'member' | 'moderator' | 'passer-by';
  readonly loses: 'reading' | 'a right';
  readonly does: (scene: Scene) => PromiseLike<unknown>;
  /** What was allowed right before, and is refused from the answer on. */
  readonly tries: (scene: Scene, connection: Connection) => PromiseLike<{ readonly ok: boolean }>;
}

const reads: Act['tries'] = ({ channelId }, connection) =>
  connection.call('message.history', { channelId });
const writes: Act['tries'] = ({ channelId }, connection) =>
  connection.call('message.send', { channelId, clientId: clientId(), body: 'still here' });

const ACTS: readonly Act[] = [
  {
    ...{ name: 'removed', as: 'member', loses: 'reading', tries: reads },
    does: ({ owner, channelId, userId }) =>
      owner.call('member.remove', { channelId, userId }).accepted(),
  },
  {
    ...{ name: 'banned', as: 'member', loses: 'reading', tries: reads },
    does: ({ owner, channelId, userId }) =>
      owner.call('member.ban', { channelId, userId, reason: 'noise' }).accepted(),
  },
  {
    ...{ name: 'demoted', as: 'moderator', loses: 'a right' },
    does: ({ owner, channelId, userId }) =>
      owner.call('member.set-role', { channelId, userId, role: 'guest' }).accepted(),
    tries: ({ channelId, messageId }, connection) =>
      connection.call('message.pin', { channelId, messageId }),
  },
  {
    ...{ name: 'archived', as: 'member', loses: 'a right', tries: writes },
    does: ({ owner, channelId }) => owner.call('channel.archive', { channelId }).accepted(),
  },
  {
    ...{ name: 'made private', as: 'passer-by', loses: 'reading', tries: reads },
    does: ({ owner, channelId }) =>
      owner.call('channel.update', { channelId, kind: 'private' }).accepted(),
  },
];

describe('soak: what is done in a channel, on two nodes', function () {
  this.timeout(120_000);
  let nodes: TwoProcesses;
  let withRedisCutOff: CutOffNodes['withRedisCutOff'];
  let stayer: Person;
  before(async () => {
    ({ nodes, withRedisCutOff } = await nodesThatMayBeCutOff());
    stayer = await nodes.person('Stayer', nodes.b);
  });
  after(() => nodes.end());

  /** A channel that somebody listens to on both nodes, as what the act takes, and somebody who stays on node B. */
  async function prepared({ as, name }: Act) {
    // Of its own: the posts of all acts together would be more than one person may write in five seconds.
    const owner = await nodes.person(`Owner of ${name}`, nodes.a);
    const kind = as === 'passer-by' ? 'public' : 'private';
    const input = { kind, name: `To be ${name}` } as const;
    const { id: channelId } = await owner.call('channel.create', input).accepted();
    const person = await nodes.person(name, nodes.a);
    const { userId } = person;
    await owner.call('member.add', { channelId, userId: stayer.userId }).accepted();
    if (as !== 'passer-by')
      await owner.call('member.add', { channelId, userId, role: as }).accepted();
    const sockets = [person.connection, await person.connectTo(nodes.b.url)] as const;
    for (const connection of [...sockets, stayer.connection])
      await connection.call('channel.subscribe', { channelId }).accepted();
    const witnesses = [...sockets, stayer.connection].map((one) => new Witness(one));
    const { id: messageId, rev } = await owner.send(channelId, 'welcome', clientId()).accepted();
    await Promise.all(witnesses.map((one) => one.comesTo(channelId, rev)));
    return { scene: { owner, channelId, userId, messageId }, sockets, witnesses };
  }

  /** Does it; gives how long after the answer the slower of the two sockets was told, in milliseconds. */
  async function felt(act: Act, circumstances: string): Promise<number> {
    const { scene, sockets, witnesses } = await prepared(act);
    const { channelId } = scene;
    for (const connection of sockets) assert.ok((await act.tries(scene, connection)).ok, act.name);
    for (const connection of sockets) await connection.settled();
    const told = sockets.map((connection) => toldOf(connection, channelId));
    await act.does(scene);
    const since = performance.now();
    const replies = await Promise.all(sockets.map((connection) => act.tries(scene, connection)));
    const refusedAfter = performance.now() - since;
    assert.ok(!replies.some(({ ok }) => ok), `${act.name}: a call after the answer was accepted`);
    const heard = (await Promise.all(told)).map((at) => Math.max(0, at - since));
    const posts = await talk(act, scene, witnesses);
    console.log(
      `      ${act.name} ${circumstances}: told after ${heard.map((ms) => ms.toFixed(0)).join(' and ')} ms, ` +
        `both refused within ${refusedAfter.toFixed(0)} ms; ${posts}`,
    );
    return Math.max(...heard);
  }

  /** What is said later is shown to who stays, and to both sockets if they may read still; in words. */
  async function talk({ name, loses }: Act, scene: Scene, witnesses: readonly Witness[]) {
    const { channelId, owner } = scene;
    // Where reading was taken from some, all are asked to come back: those who may do.
    await stayer.call('channel.subscribe', { channelId }).accepted();
    const bodies: string[] = [];
    let last = 0;
    for (let n = 0; n < POSTS; n += 1) {
      const body = `later ${n}`;
      const reply = await owner.send(channelId, body, clientId());
      if (name === 'archived') assert.ok(!reply.ok, 'nobody writes there any more');
      else assert.ok(reply.ok);
      if (!reply.ok) continue;
      bodies.push(body);
      last = reply.data.rev;
    }
    const [onA, onB, who] = witnesses as [Witness, Witness, Witness];
    for (const one of loses === 'reading' ? [who] : witnesses) await one.comesTo(channelId, last);
    const shown = [];
    for (const one of [onA, onB]) {
      await one.settled();
      shown.push(one.bodies(channelId).filter((body) => body?.startsWith('later ')).length);
    }
    const expected = loses === 'reading' ? 0 : bodies.length;
    assert.deepEqual(shown, [expected, expected], name);
    return `of ${bodies.length} later messages ${shown.join(' and ')} were shown`;
  }

  const all = async (circumstances: string) => {
    let longest = 0;
    for (const act of ACTS) longest = Math.max(longest, await felt(act, circumstances));
    return longest;
  };

  it('is felt within a second', async () => {
    assert.ok((await all('with Redis')) <= BOUND_MS);
  });

  it('is felt within five seconds when nothing passes between the nodes and Redis', async () => {
    await withRedisCutOff(async () => {
      assert.ok((await all('with Redis cut off')) <= BOUND_WITHOUT_REDIS_MS);
    });
  });
});

/** Resolves with the moment at which the connection is next told anything of the channel. */
function toldOf({ socket }: Connection, id: ChannelId): Promise<number> {
  return new Promise((resolve) => {
    const listen = (event: string, payload: { readonly channelId?: ChannelId }) => {
      if (payload.channelId !== id || !['channel.events', 'access.changed'].includes(event)) return;
      socket.offAny(listen);
      resolve(performance.now());
    };
    socket.onAny(listen);
  });
}
