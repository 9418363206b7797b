/** Each workspace has its host: what is opened there lands in it, and what belongs to another counts for nothing there. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { MintedSession } from '../../src/auth/index.ts';
import type { RefusalOnWire, WorkspaceId } from '../../src/contract/index.ts';
import { operations } from '../../src/operations.ts';
import { ownDatabase, type OwnDatabase } from '../architecture/own-database.ts';
import type { Connection } from '../support/connection.ts';
import { operatorOf } from '../support/rotation-load.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { World } from '../support/world.ts';
import { askedAt, connectedAt } from './at-host.ts';

const PASSWORD = `${randomBytes(9).toString('base64url')}-aA1!`;
const EMAIL = 'ada@example.org';
const ID = '01890000-0000-7000-8000-000000000000';
const OPEN = ['POST', '/v1/sessions'] as const;
const REGISTER = ['POST', '/v1/accounts'] as const;
const REFRESH = ['POST', '/v1/sessions/refresh'] as const;
const ME = ['GET', '/v1/me'] as const;
const ROWS = `SELECT relname AS name, (xpath('/row/n/text()', query_to_xml(format(
    'SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '''')) AS n FROM %I t %s', relname,
    CASE relname WHEN 'audit_event' THEN $$WHERE outcome = 'ok'$$ END), false, true, '')))[1]::text AS rows
  FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname`;

interface Tenant {
  readonly host: string;
  readonly slug: string;
  readonly workspaceId: WorkspaceId;
  readonly setupCode: string;
  readonly session: MintedSession;
}

describe('workspaces by host', function () {
  this.timeout(240_000);
  let database: OwnDatabase;
  let world: World;
  let one: Tenant;
  let two: Tenant;
  const connections: Connection[] = [];
  const both = () =>
    [
      [one, two],
      [two, one],
    ] as const;

  before(async () => {
    database = await ownDatabase();
    const environment = { DATABASE_APP_URL: database.serverUrl, ALLOWED_HOSTS: 'shared.example' };
    world = await World.create({ environment });
    one = await tenant('one');
    two = await tenant('two');
  });
  after(async () => {
    for (const connection of connections) connection.close();
    await world.end();
    await database.remove();
  });

  /** Made by the operator's command, with somebody who registered and signed in there, and named no workspace. */
  async function tenant(name: string): Promise<Tenant> {
    const host = `${name}.example`;
    const operator = await operatorOf({ ...process.env, DATABASE_APP_URL: database.serverUrl });
    const made = await operator
      .createWorkspace({ slug: name, name, host })
      .finally(() => operator.close());
    const person = { email: EMAIL, password: PASSWORD };
    const at = (route: readonly [string, string], body: object) =>
      askedAt<MintedSession>(world.url, host, route, { body }).accepted();
    await at(REGISTER, { ...person, displayName: name });
    return { ...made, host, slug: name, session: await at(OPEN, person) };
  }
  const rows = async () => (await database.owner.query(ROWS)).rows as unknown[];
  const me = (host: string, { session }: Tenant) =>
    askedAt<{ displayName: string }>(world.url, host, ME, { token: session.accessToken });
  const nonce = () => randomBytes(16).toString('hex');

  it('takes what is opened at a host to its workspace, by whatever port and spelling of the name', async () => {
    for (const [own] of both())
      for (const host of [own.host, `${own.host}:8443`, own.host.toUpperCase(), `${own.host}.`]) {
        const person = { email: EMAIL, password: PASSWORD };
        const session = await askedAt<{ workspaceId: string }>(world.url, host, OPEN, {
          body: person,
        }).accepted();
        assert.equal(session.workspaceId, own.workspaceId);
        assert.equal((await me(host, own).accepted()).displayName, own.slug);
      }
    const accounts = await database.owner.query('SELECT workspace_id FROM account');
    assert.deepEqual(accounts.rows.length, 2);
  });

  it('lets a token be used on a host of none, where nothing says which workspace is meant', async () => {
    for (const [own] of both()) {
      assert.equal((await me('shared.example', own).accepted()).displayName, own.slug);
      const connection = await connectedAt(world.url, 'shared.example', own.session.accessToken);
      connections.push(connection);
      await connection.settled();
    }
    const person = { email: EMAIL, password: PASSWORD };
    await askedAt(world.url, 'shared.example', OPEN, { body: person }).refused('not_found');
    const named = { ...person, workspace: 'two' };
    const session = await askedAt(world.url, 'shared.example', OPEN, { body: named }).accepted();
    assert.equal(session['workspaceId'], two.workspaceId);
  });

  it('refuses an access token of another workspace as none, on every operation, and changes nothing', async () => {
    const before = await rows();
    const routes = operations.flatMap(({ on, access }) =>
      on.http !== undefined && access.audience === 'signed-in' ? [on.http] : [],
    );
    assert.ok(routes.length > 20);
    let judged = 0;
    for (const [own, other] of both())
      for (const route of routes) {
        const [method = '', path = ''] = route.replace(/:\w+/g, ID).split(' ');
        const asking = {
          token: own.session.accessToken,
          ...(method !== 'GET' && method !== 'DELETE' && { body: {} }),
        };
        const reply = await askedAt(world.url, other.host, [method, path], asking);
        assert.ok(!reply.ok, route);
        // Calls of a wrong shape are refused before anybody looks at their token.
        if (reply.error.code === 'invalid_input') continue;
        assert.equal(reply.error.code, 'unauthenticated', route);
        judged += 1;
      }
    assert.ok(judged >= 20, `${judged} of ${routes.length}`);
    assert.deepEqual(await rows(), before);
  });

  it('refuses it at the handshake of a socket, and lets the own one in', async () => {
    for (const [own, other] of both()) {
      const { accessToken } = own.session;
      await assert.rejects(
        connectedAt(world.url, other.host, accessToken),
        (error: Error & { data?: RefusalOnWire }) => error.data?.code === 'unauthenticated',
      );
      const connection = await connectedAt(world.url, own.host, accessToken);
      connections.push(connection);
      const { displayName } = await connection.call('profile.read', {}).accepted();
      assert.equal(displayName, own.slug);
      await connection
        .call('auth.refresh', { token: other.session.accessToken })
        .refused('forbidden');
    }
  });

  it('refuses a refresh token of another workspace without using it up, nor ending its session', async () => {
    for (const [own, other] of both()) {
      const body = { refreshToken: own.session.refreshToken, nonce: nonce() };
      const before = await rows();
      for (let i = 0; i < 2; i += 1)
        await askedAt(world.url, other.host, REFRESH, {
          body: { ...body, nonce: nonce() },
        }).refused('invalid_refresh_token');
      assert.deepEqual(await rows(), before);
      const { refreshToken } = await askedAt<MintedSession>(world.url, own.host, REFRESH, {
        body,
      }).accepted();
      Object.assign(own.session, { refreshToken });
    }
  });

  it('refuses codes and names of another workspace, which it takes at home', async () => {
    for (const [own, other] of both()) {
      const applicant = { email: `${nonce()}@example.org`, password: PASSWORD, displayName: 'Bob' };
      const invited = { ...applicant, invitation: own.setupCode };
      const named = { email: EMAIL, password: PASSWORD, workspace: own.slug };
      const before = await rows();
      const away = (route: readonly [string, string], body: object) =>
        askedAt(world.url, other.host, route, { body });
      await away(REGISTER, invited).refused('registration_closed');
      await away(REGISTER, { ...applicant, workspace: own.slug }).refused('not_found');
      await away(OPEN, named).refused('not_found');
      await away(['POST', '/v1/password-resets'], { email: EMAIL, workspace: own.slug }).refused(
        'not_found',
      );
      const secret = 'A'.repeat(43);
      const redeem = { token: `cp1.${own.workspaceId}.${secret}`, password: PASSWORD };
      await away(['POST', '/v1/password-resets/redeem'], redeem).refused('invalid_code');
      const verify = { token: `cv1.${own.workspaceId}.${secret}` };
      await away(['POST', '/v1/email-verifications/redeem'], verify).refused('invalid_code');
      assert.deepEqual(await rows(), before);
      await askedAt(world.url, own.host, OPEN, { body: named }).accepted();
      await askedAt(world.url, own.host, REGISTER, { body: invited }).accepted();
    }
  });

  it('refuses hosts that are neither its own nor of a workspace, over HTTP and on sockets', async () => {
    const { accessToken: token } = one.session;
    const strange = [
      'evil.example',
      'one.example.evil.example',
      'sub.one.example',
      'localhost',
      'a b',
      'one.example/',
      '@one.example',
      'one.example:x',
      '..',
    ];
    for (const host of strange) {
      await askedAt(world.url, host, ME, { token }).refused('unknown_host');
      await assert.rejects(connectedAt(world.url, host, token), /websocket error/, host);
    }
    const lines = [
      'GET /v1/me HTTP/1.1',
      'Host: one.example',
      'Host: two.example',
      'Connection: close',
    ];
    const twice = [...lines, `Authorization: Bearer ${token}`].join('\r\n');
    const { raw, answer } = await RawSocket.ask(world.url, `${twice}\r\n\r\n`);
    raw.destroy();
    assert.equal(answer.status, 421, answer.body);
    assert.equal((JSON.parse(answer.body) as { retry: string }).retry, 'later');
    await askedAt(world.url, 'one.example', ME, {
      token,
      headers: { 'x-forwarded-host': 'two.example' },
    }).accepted();
    for (const page of ['/healthz', '/readyz'])
      await askedAt(world.url, 'evil.example', ['GET', page]).accepted();
  });

  it('learns within seconds of a host that is given to a workspace while it runs', async () => {
    await askedAt(world.url, 'three.example', ME).refused('unknown_host');
    const three = tenant('three');
    await assert.rejects(three, /unknown_host/); // the no is remembered for a moment
    world.clock.forward(5_000);
    const person = { email: EMAIL, password: PASSWORD };
    await askedAt(world.url, 'three.example', REGISTER, {
      body: { ...person, displayName: 'Three' },
    }).accepted();
    await askedAt(world.url, 'three.example', OPEN, { body: person }).accepted();
  });
});
