/** Whoever is refused before anybody knows who asks leaves a trace all the same: with the token's workspace, or a signal. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Signal } from '../../src/audit/signals.ts';
import { REFRESH_COOKIE, type WorkspaceId } from '../../src/contract/index.ts';
import { askedAt, connectedAt } from '../auth/at-host.ts';
import { Browser, PAGE } from '../auth/browser.ts';
import { rows } from '../chat/support.ts';
import { Connection } from '../support/connection.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';

const ME = ['GET', '/v1/me'] as const;
const EVIL = 'https://evil.example';

describe('the trail of who was turned away', () => {
  let world: World;
  let ada: Person;
  beforeEach(async () => {
    world = await World.create({
      environment: { ALLOWED_HOSTS: '127.0.0.1', ALLOWED_ORIGINS: PAGE },
    });
    ada = await world.person('Ada');
  });
  afterEach(() => world.end());

  const me = ({ accessToken: token }: Pick<Person, 'accessToken'>) =>
    askedAt(world.url, '127.0.0.1', ME, { token });
  /** What the trail of that workspace holds of refused calls. */
  async function trail(workspaceId: WorkspaceId = world.workspaceId) {
    await world.app.audit.drained();
    return rows(
      world,
      `SELECT action, type, outcome, actor_id, resource_kind, resource_id, transport, sealed_for,
              personal_sealed IS NOT NULL AS sealed, details
       FROM audit_event WHERE workspace_id = $1 AND outcome <> 'ok' ORDER BY action`,
      workspaceId,
    );
  }
  const of = ({ userId, sessionId }: Person, action: string, outcome: string) => ({
    action,
    type: outcome === 'token_expired' ? 'token_expired' : 'token_invalid',
    outcome,
    actor_id: userId,
    resource_kind: 'session',
    resource_id: sessionId,
    transport: action === 'profile.read' ? 'http' : 'socket',
    sealed_for: userId,
    sealed: true,
    details: { count: 1 },
  });
  async function signals() {
    await world.app.audit.drained();
    return world.logged
      .map((line) => JSON.parse(line) as { message?: string; signal?: Signal })
      .flatMap(({ message, signal }) => (message === 'security' && signal ? [signal] : []));
  }
  const briefly = async () =>
    (await signals()).map(({ action, result, transport, address, count }) =>
      [action, result, transport, address, count].join(' '),
    );

  it('has a genuine token whose session is over, over HTTP and at the handshake, as of whose it was', async () => {
    await ada.call('session.close', {}).accepted();
    await me(ada).refused('unauthenticated');
    await assert.rejects(Connection.open(world.url, { token: ada.accessToken }), /unauthenticated/);
    assert.deepEqual(await trail(), [
      of(ada, 'profile.read', 'unauthenticated'),
      of(ada, 'socket.connect', 'unauthenticated'),
    ]);
    assert.deepEqual(await signals(), []);
  });

  it('has one that is too old', async () => {
    world.clock.forward(15 * 60_000);
    await me(ada).refused('token_expired');
    await assert.rejects(Connection.open(world.url, { token: ada.accessToken }), /token_expired/);
    assert.deepEqual(await trail(), [
      of(ada, 'profile.read', 'token_expired'),
      of(ada, 'socket.connect', 'token_expired'),
    ]);
  });

  it('has one at the host of another workspace in its own workspace, and nothing there', async () => {
    const slug = `h${randomBytes(8).toString('hex')}`;
    const host = `${slug}.example`;
    const elsewhere = await world.app.auth.createWorkspace({ slug, name: 'Elsewhere', host });
    const { accessToken: token } = ada;
    await askedAt(world.url, host, ME, { token }).refused('unauthenticated');
    await assert.rejects(connectedAt(world.url, host, token), /unauthenticated/);
    assert.deepEqual(await trail(), [
      of(ada, 'profile.read', 'unauthenticated'),
      of(ada, 'socket.connect', 'unauthenticated'),
    ]);
    assert.deepEqual([await trail(elsewhere), await signals()], [[], []]);
  });

  it('is a signal where no token is genuine: what nobody signed names no workspace', async () => {
    const before = await trail();
    const forged = { accessToken: `${ada.accessToken.slice(0, -8)}AAAAAAAA` };
    for (let i = 0; i < 3; i += 1) await me(forged).refused('unauthenticated');
    await assert.rejects(Connection.open(world.url, { token: 'a.b.c' }), /unauthenticated/);
    assert.deepEqual(await briefly(), [
      'profile.read unauthenticated http 127.0.0.* 1',
      'socket.connect unauthenticated socket 127.0.0.* 1',
      'profile.read unauthenticated http 127.0.0.* 2',
    ]);
    assert.deepEqual(await trail(), before);
  });

  it('is a signal where the cookie is asked for by another page, or comes beside another token', async () => {
    const browser = new Browser(world.url);
    const ask = { nonce: randomBytes(16).toString('hex'), delivery: 'cookie' };
    const cookie = `${REFRESH_COOKIE}=${ada.refreshToken}`;
    const refresh = (body: object, origin: string) =>
      browser.ask('POST', '/v1/sessions/refresh', body, { origin, cookie });
    assert.equal((await refresh(ask, EVIL)).status, 403);
    assert.equal((await refresh({ ...ask, refreshToken: ada.refreshToken }, PAGE)).status, 400);
    assert.deepEqual(await briefly(), [
      'session.refresh origin_not_allowed http 127.0.0.* 1',
      'session.refresh ambiguous_credential http 127.0.0.* 1',
    ]);
    assert.doesNotMatch(JSON.stringify(await signals()), new RegExp(ada.refreshToken));
  });

  it('is a signal where the host is not of this server, or a page of another origin connects', async () => {
    const { accessToken: token } = ada;
    await askedAt(world.url, 'evil.example', ME, { token }).refused('unknown_host');
    await assert.rejects(connectedAt(world.url, 'evil.example', token), /websocket error/);
    const headers = { extraHeaders: { origin: EVIL } };
    await assert.rejects(Connection.open(world.url, { token }, headers), /websocket error/);
    assert.deepEqual(await briefly(), [
      'http.request unknown_host http 127.0.0.* 1',
      'socket.connect unknown_host socket 127.0.0.* 1',
      'socket.connect origin_not_allowed socket 127.0.0.* 1',
    ]);
    assert.doesNotMatch(world.logged.join('\n'), /evil\.example/);
  });
});
