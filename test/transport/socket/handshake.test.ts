/** A connection begins with a valid access token of a live session, or it does not begin. */
import assert from 'node:assert/strict';
import type { RefusalOnWire } from '../../../src/contract/index.ts';
import { Connection } from '../../support/connection.ts';
import { MINUTE } from '../../support/hand-clock.ts';
import { RawSocket } from '../../support/raw-socket.ts';
import { World } from '../../support/world.ts';
import { confused, opened, resigned, unsigned } from './forge.ts';

describe('the handshake of a connection', () => {
  let world: World;
  let token: string;
  let refreshToken: string;
  before(async () => {
    world = await World.create();
    ({ accessToken: token, refreshToken } = await world.person('Alice'));
  });
  after(() => world.end());

  async function refused(auth: unknown, code: string): Promise<void> {
    await assert.rejects(Connection.open(world.url, auth as object), (error: Error) => {
      const { data } = error as Error & { data?: RefusalOnWire };
      assert.equal(error.message, code);
      assert.equal(data?.code, code);
      assert.equal(data.retry, 'reauthenticate');
      assert.deepEqual(Object.keys(data).sort(), ['code', 'retry', 'traceId']);
      return true;
    });
  }

  it('lets in a genuine token, and the same one signed anew', async () => {
    const copy = resigned(token, {});
    const connection = await Connection.open(world.url, { token: copy });
    await connection.settled();
    connection.close();
  });

  const shapes: readonly [string, unknown][] = [
    ['nothing', undefined],
    ['an empty object', {}],
    ['an empty token', { token: '' }],
    ['a token that is a number', { token: 1 }],
    ['a token that is a list', { token: ['x'] }],
    ['a token that is an object', { token: { toString: 'x' } }],
    ['something that is no token', { token: 'a.b.c' }],
    ['9,000 characters', { token: 'x'.repeat(9_000) }],
  ];
  for (const [what, auth] of shapes) it(`refuses ${what}`, () => refused(auth, 'unauthenticated'));

  it('refuses an unknown key beside a genuine token, however it is called', async () => {
    await refused({ token, admin: true }, 'unauthenticated');
    await refused({ token, userId: 'x' }, 'unauthenticated');
    await refused(JSON.parse(`{"token":"${token}","__proto__":{"x":1}}`), 'unauthenticated');
    await refused({ token, pid: 'x', offset: 'y' }, 'unauthenticated');
  });

  const forged: readonly [string, () => string][] = [
    ['without a signature', () => unsigned(token)],
    ['signed with the public key as a secret', () => confused(token)],
    ['with another signature', () => `${token.slice(0, -4)}AAAA`],
    ['of another type', () => resigned(token, { type: 'refresh' })],
    ['of another media type', () => resigned(token, {}, { typ: 'JWT' })],
    ['for another audience', () => resigned(token, { aud: 'somebody-else' })],
    ['of another issuer', () => resigned(token, { iss: 'https://evil.example' })],
    ['of a key that is not ours', () => resigned(token, {}, { kid: '__proto__' })],
    ['that is a refresh token', () => refreshToken],
    [
      'of a session that never was',
      () => resigned(token, { sid: '01890000-0000-7000-8000-000000000000' }),
    ],
    [
      'of another person of the same session',
      () => resigned(token, { sub: '01890000-0000-7000-8000-000000000000' }),
    ],
  ];
  for (const [what, make] of forged)
    it(`refuses a token ${what}`, () => refused({ token: make() }, 'unauthenticated'));

  it('says of a token that is only too old that it is too old', async () => {
    const { claims } = opened(token);
    const seconds = Math.floor(world.clock.now().getTime() / 1_000);
    const old = { iat: seconds - 1_000, nbf: seconds - 1_000, exp: seconds - 100 };
    assert.ok(Number(claims['exp']) > seconds);
    await refused({ token: resigned(token, old) }, 'token_expired');
  });

  it("refuses another workspace's token for this one, and an ended session's for its own", async () => {
    const elsewhere = await world.anotherWorkspace();
    const { accessToken } = await world.app.auth.mintSession(elsewhere);
    await refused({ token: resigned(accessToken, { wid: world.workspaceId }) }, 'unauthenticated');
    const eve = await world.person('Eve', { workspaceId: elsewhere });
    await eve.call('session.close', {}).accepted();
    await refused({ token: eve.accessToken }, 'unauthenticated');
  });

  it('has one namespace', async () => {
    for (const path of ['/admin', '/socket', '//', '/__proto__'])
      await assert.rejects(Connection.open(`${world.url}${path}`, { token }), {
        message: 'Invalid namespace',
      });
  });

  it('has one try: neither two people nor a second guess share a connection', async () => {
    const bob = await world.person('Bob');
    const both = await RawSocket.open(world.url);
    both.send(`40${JSON.stringify({ token })}`);
    both.send(`40${JSON.stringify({ token: bob.accessToken })}`);
    await both.closed();
    assert.ok(both.texts.filter((text) => text.startsWith('40')).length <= 1, 'one identity');
    const guess = await RawSocket.open(world.url);
    guess.send('40{"token":"a.b.c"}');
    await guess.hears('44{"message":"unauthenticated"');
    guess.send(`40${JSON.stringify({ token })}`);
    await guess.closed();
    assert.ok(!guess.texts.some((text) => text.startsWith('40')), 'let in at the second try');
    await bob.connection.settled();
  });

  it('closes within 5 s on whoever says nothing, was refused, or asked for another namespace', async () => {
    const lines = await Promise.all([1, 2, 3, 4].map(() => RawSocket.open(world.url)));
    const [, refusedOne, elsewhere, early] = lines;
    refusedOne?.send('40{"token":"a.b.c"}');
    elsewhere?.send(`40/admin,${JSON.stringify({ token })}`);
    early?.send('42["channel.list",{}]'); // an event before the handshake is answered by nobody
    await Promise.all(lines.map((line) => line.closed()));
    const heard = lines.map(({ texts }) => texts.slice(1).map((text) => text.slice(0, 2)));
    assert.deepEqual(heard, [[], ['44'], ['44'], []]);
  });

  it('prints no token of any of these in the log', async () => {
    world.clock.forward(MINUTE);
    await refused({ token: unsigned(token) }, 'unauthenticated');
    const logged = world.logged.join('\n');
    assert.match(logged, /"what":"handshake","result":"unauthenticated"/);
    assert.doesNotMatch(logged, /eyJ/);
    assert.ok(!logged.includes(refreshToken.slice(0, 20)));
  });
});
