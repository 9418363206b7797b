/** Whatever ends sessions on one node ends their sockets on all: within a second, and within five without Redis. */
import assert from 'node:assert/strict';
import type { MintedSession } from '../../src/auth/index.ts';
import type { Closing } from '../../src/contract/index.ts';
import { Resident } from '../auth/residents.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { Person } from '../support/person.ts';
import { TwoNodes } from '../support/two-nodes.ts';

describe('revocation across two nodes', () => {
  let redis: OwnRedis;
  let nodes: TwoNodes;
  let slug: string;
  const people: Person[] = [];
  before(async () => {
    redis = await OwnRedis.start();
    nodes = await TwoNodes.create({ environment: { REDIS_URL: redis.url } });
    slug = nodes.slug;
  });
  after(async () => {
    for (const person of people) person.leave();
    await nodes.end();
    await redis.end();
  });

  /** Somebody signed in on both nodes, each time with a session of its own. */
  async function onBoth() {
    const resident = await Resident.create({ url: nodes.a.url, slug });
    const [here, there] = [
      await resident.arrives(),
      await resident.arrives({ url: nodes.b.url }),
    ] as const;
    for (const person of [here, there]) await person.connect();
    people.push(here, there);
    return { resident, here, there };
  }

  /** How long the socket lived on after the answer, in milliseconds; it was told what to do next. */
  async function closed(
    person: Person,
    since: number,
    told: Closing = { code: 'session_ended', next: 'sign-in' },
  ): Promise<number> {
    assert.deepEqual(await person.hears('connection.closing'), told);
    await person.connection.closed();
    return performance.now() - since;
  }

  /** Runs it on node A and measures node B. */
  async function felt(end: (scene: Awaited<ReturnType<typeof onBoth>>) => PromiseLike<unknown>) {
    const scene = await onBoth();
    await end(scene);
    const milliseconds = await closed(scene.there, performance.now());
    await scene.here.connection.settled();
    await assert.rejects(scene.there.connect(), /unauthenticated/);
    return milliseconds;
  }

  const revokeOne = () =>
    felt(({ here, there }) =>
      here.call('session.revoke', { sessionId: there.sessionId }).accepted(),
    );
  const changePassword = () =>
    felt(({ here, resident: { password: present } }) =>
      here.call('password.change', { present, password: 'Purple-otters-7' }).accepted(),
    );
  /** A refresh token that is used a second time on A: the session's own socket on B ends. */
  const reuse = () =>
    felt(async ({ there: { refreshToken } }) => {
      const refresh = (nonce: string) =>
        fetch(`${nodes.a.url}/v1/sessions/refresh`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ refreshToken, nonce }),
        });
      assert.equal((await refresh('the-nonce-of-the-owner')).status, 200);
      assert.equal((await refresh('the-nonce-of-the-thief')).status, 401);
    });
  const revokeAll = () => felt(({ here }) => here.call('session.revoke-all', {}).accepted());

  const endAll = async () => [
    await revokeOne(),
    await revokeAll(),
    await changePassword(),
    await reuse(),
    await revokeToken(),
  ];

  /** One token is revoked on A: its socket on B ends, and the one that its session has there under a newer token stays. */
  async function revokeToken(): Promise<number> {
    const { here, there } = await onBoth();
    const { sessionId, jti, refreshToken } = there;
    const renewal = { refreshToken, nonce: 'a-nonce-of-this-try' };
    const renewed = there.http<MintedSession>('POST', '/v1/sessions/refresh', renewal);
    const newer = new Person(nodes.b.url, 'Ada', await renewed.accepted());
    await newer.connect();
    people.push(newer);
    await here.call('session.revoke-token', { sessionId, jti }).accepted();
    const told = { code: 'token_revoked', next: 'refresh' } as const;
    const milliseconds = await closed(there, performance.now(), told);
    await assert.rejects(there.connect(), /token_revoked/);
    await Promise.all([here, newer].map(({ connection }) => connection.settled()));
    return milliseconds;
  }

  /** What an admin on node A does to an account; the socket on B must be told what to do next. */
  async function acted(
    does: 'user.lock' | 'user.deactivate' | 'user.set-role',
    next: Closing['next'],
  ): Promise<number> {
    const admin = await nodes.person('Admin', nodes.a, 'admin');
    const bob = await nodes.person('Bob', nodes.b, 'moderator');
    const target = { userId: bob.userId };
    if (does === 'user.set-role') await admin.call(does, { ...target, role: 'guest' }).accepted();
    else await admin.call(does, target).accepted();
    const since = performance.now();
    assert.equal((await bob.hears('connection.closing')).next, next);
    await bob.connection.closed();
    const milliseconds = performance.now() - since;
    await admin.connection.settled();
    if (next === 'sign-in') await assert.rejects(bob.connect(), /unauthenticated/);
    else {
      await bob.connect();
      await bob.connection.settled();
      assert.equal((await bob.call('role.describe', {}).accepted()).role, 'guest');
    }
    return milliseconds;
  }
  const actedAll = async () => [
    await acted('user.lock', 'sign-in'),
    await acted('user.deactivate', 'sign-in'),
    await acted('user.set-role', 'reconnect'),
  ];
  const shown = (all: number[]) => all.map((one) => one.toFixed(1)).join(', ');

  it('is felt on the other node where an account is locked, deactivated or given another role', async () => {
    const all = await actedAll();
    console.log(`      locked, deactivated, demoted: ${shown(all)} ms`);
  });

  it('is felt on the other node where sessions end', async () => {
    const all = await endAll();
    console.log(`      one, all others, by password, by reuse, one token: ${shown(all)} ms`);
  });

  it('is felt without Redis', async () => {
    await redis.kill();
    const all = await endAll();
    console.log(`      one, all others, by password, by reuse, one token: ${shown(all)} ms`);
    const acts = await actedAll();
    console.log(`      locked, deactivated, demoted: ${shown(acts)} ms`);
    await redis.begin();
    await nodes.connected();
  });
});
