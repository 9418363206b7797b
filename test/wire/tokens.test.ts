/** What is wrong with a token is refused with one and the same code at every door, and changes nothing behind it. */
import assert from 'node:assert/strict';
import { createPrivateKey, randomUUID } from 'node:crypto';
import { readConfig } from '../../src/config.ts';
import { rotateSigningKeys, signingKeyRows, signingKeySeals } from '../../src/auth/index.ts';
import type { RefusalOnWire } from '../../src/contract/index.ts';
import { keyring } from '../../src/crypto/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { systemClock, systemEntropy } from '../../src/platform/system.ts';
import { ownDatabase, type OwnDatabase } from '../architecture/own-database.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { Connection } from '../support/connection.ts';
import type { Person } from '../support/person.ts';
import { statementsOf } from '../support/statements.ts';
import { World } from '../support/world.ts';
import { forgeries, reissued, type Forgery, type Genuine } from './forged-tokens.ts';

/** Calls that would read, make and end something. */
const CALLS = [
  ['GET', '/v1/me'],
  ['POST', '/v1/channels', { kind: 'public', name: 'Forged' }],
  ['DELETE', '/v1/sessions/current'],
] as const;
/** What a refused call may add: a record of the refusal. */
const ROWS = `SELECT relname AS name, (xpath('/row/n/text()', query_to_xml(format(
    'SELECT count(*) AS n FROM %I %s', relname, CASE relname WHEN 'audit_event' THEN $$WHERE outcome = 'ok'$$ END),
    false, true, '')))[1]::text AS rows
  FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname`;

describe('the tokens of a stranger', function () {
  this.timeout(240_000);
  let database: OwnDatabase;
  let world: World;
  let ada: Person;
  let table: readonly Forgery[];
  let genuine: Genuine;

  before(async () => {
    database = await ownDatabase();
    const environment = { DATABASE_APP_URL: database.serverUrl };
    world = await World.create({ environment });
    const config = readConfig({ ...process.env, ...environment });
    const pairs = await rotated(config);
    const { current: kid, keys } = config.keys.signing.reveal();
    const seed = keys.find((key) => key.kid === kid);
    const elsewhere = await world.anotherWorkspace();
    ada = await world.person('Ada');
    const { kid: used } = headerOf(ada.accessToken);
    const [current, other] = [
      pairs.find((one) => one?.kid === used),
      pairs.find((one) => one?.kid !== used),
    ];
    assert.ok(seed && current && other);
    const bob = await world.person('Bob');
    const eve = await world.person('Eve', { workspaceId: elsewhere });
    const revoked = randomUUID();
    const { sessionId } = ada;
    await ada.http('PUT', `/v1/sessions/${sessionId}/revoked-tokens/${revoked}`).accepted();
    genuine = {
      token: ada.accessToken,
      now: Math.floor(world.clock.now().getTime() / 1_000),
      current,
      other,
      retired: { kid, key: createPrivateKey({ key: { ...seed }, format: 'jwk' }) },
      refreshToken: ada.refreshToken,
      revoked,
      bob: { sub: bob.userId, sid: bob.sessionId },
      eve: { sub: eve.userId, sid: eve.sessionId, wid: elsewhere },
    };
    table = forgeries(genuine);
  });
  after(async () => {
    await world.end();
    await database.remove();
  });

  /** Two keys that verify, one of which signs by now; the settings' one is retired. */
  async function rotated({ database: { url, ...sizes }, keys }: ReturnType<typeof readConfig>) {
    const postgres = new Postgres({ url, ...sizes });
    try {
      const rows = signingKeyRows(postgres.statements);
      const seals = signingKeySeals(keyring(keys.root), systemEntropy(systemClock));
      const rotate = (atOnce: boolean) =>
        rotateSigningKeys({ rows, seals, accessTokenMs: 900_000, atOnce });
      await rotate(true);
      await rotate(false);
      const pairs = (await rows.all()).rows.map((row) => seals.open(row));
      const isRetired = () => {
        const served = world.app.auth.jwks().keys.map((key) => key['kid']);
        return served.length === 2 && pairs.every((pair) => served.includes(pair?.kid));
      };
      await eventually('the key of the settings is retired', isRetired);
      return pairs;
    } finally {
      await postgres.close();
    }
  }

  const rows = async () => (await database.owner.query(ROWS)).rows as unknown[];

  async function http([method, path, body]: (typeof CALLS)[number], token: string) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(`${world.url}${path}`, init);
    const { code, retry } = (await response.json()) as RefusalOnWire;
    const challenge = response.headers.get('www-authenticate');
    return { status: response.status, challenge, code, retry };
  }

  it('are told from the genuine one, which is let in at every door', async () => {
    assert.equal((await http(CALLS[0], ada.accessToken)).status, 200);
    const connection = await Connection.open(world.url, { token: ada.accessToken });
    await connection.call('profile.read', {}).accepted();
    connection.close();
    assert.ok(table.length > 90 && new Set(table.map(({ token }) => token)).size === table.length);
  });

  it('are refused over HTTP', async () => {
    const before = await rows();
    for (const { name, token, code } of table)
      for (const call of CALLS) {
        const challenge = 'Bearer error="invalid_token"';
        const expected = { status: 401, challenge, code, retry: 'reauthenticate' };
        assert.deepEqual(await http(call, token), expected, `${name}: ${call[0]} ${call[1]}`);
      }
    assert.deepEqual(await rows(), before);
    console.log(`      ${table.length} tokens, ${table.length * CALLS.length} requests`);
  });

  it('are refused at the handshake of a socket', async () => {
    const before = await rows();
    for (const { name, token, code } of table)
      await assert.rejects(
        Connection.open(world.url, { token }),
        (error: Error & { data?: RefusalOnWire }) => {
          assert.deepEqual([error.message, error.data?.code], [code, code], name);
          assert.deepEqual(Object.keys(error.data ?? {}).sort(), ['code', 'retry', 'traceId']);
          return true;
        },
        name,
      );
    assert.deepEqual(await rows(), before);
  });

  it('are refused where they are brought into a live connection, which keeps the authority that it had', async () => {
    const before = await rows();
    const connection = await Connection.open(world.url, { token: ada.accessToken });
    for (const { name, token, inBand } of table) {
      const { code, retry } = await connection.call('auth.refresh', { token }).refused(inBand);
      assert.equal(retry, inBand === 'forbidden' ? 'never' : 'reauthenticate', `${name}: ${code}`);
      await connection.call('profile.read', {}).accepted();
    }
    assert.deepEqual(await rows(), before);
    const { expiresIn } = await connection
      .call('auth.refresh', { token: ada.accessToken })
      .accepted();
    assert.ok(
      expiresIn >= 890 && expiresIn <= 900,
      'the genuine one is taken, and lasts as long as ever',
    );
    connection.close();
  });

  it('cost no query, however many keys they make up', async () => {
    const [, claims = '', signature = ''] = genuine.token.split('.');
    const texts = await statementsOf(async () => {
      for (let i = 0; i < 300; i += 1) {
        const header = JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: `made-up-${i}` });
        const token = `${Buffer.from(header).toString('base64url')}.${claims}.${signature}`;
        assert.equal((await http(CALLS[0], token)).code, 'unauthenticated');
      }
    });
    const reads = (what: string) => texts.filter((text) => text.includes(what)).length;
    // The feed, the keys, and whether the database is still the one that the node started with.
    const [feed, keys] = [reads('control_events_since'), reads('signing_keys()')];
    const regular = feed + keys + reads("'public.workspace'::regclass");
    assert.equal(texts.length, regular, texts.join('\n'));
    assert.ok(Math.abs(keys - feed) <= 1, 'none is asked for');
  });

  it('lengthen no connection: the one that was shown all of them ends with its own token', async () => {
    const brief = reissued(genuine, { exp: genuine.now + 60 });
    const connection = await Connection.open(world.url, { token: brief });
    for (const { token } of table) await connection.raw('auth.refresh', { token });
    world.clock.forward(59_000);
    await connection.call('profile.read', {}).accepted();
    world.clock.forward(1_000);
    await connection.call('profile.read', {}).refused('token_expired');
    connection.close();
  });

  it('leave nobody signed out, and nothing of themselves in the log', async () => {
    await ada.call('profile.read', {}).accepted();
    const logged = world.logged.join('\n');
    assert.doesNotMatch(logged, /eyJ|evil\.example/);
  });
});

function headerOf(token: string): { readonly kid?: string } {
  const [head = ''] = token.split('.');
  return JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid?: string };
}
