/** What is no WebSocket handshake of a client of ours gets a problem document and no connection. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { HANDSHAKE, RawSocket, upgradeRequest, type Answer } from '../../support/raw-socket.ts';
import { World } from '../../support/world.ts';

const OWN = 'https://chat.example.org';
const ALLOWED = 'https://app.example.org:8443';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('the door of the WebSocket gateway', () => {
  let world: World;
  before(async () => {
    world = await World.create({ environment: { PUBLIC_URL: OWN, ALLOWED_ORIGINS: ALLOWED } });
  });
  after(() => world.end());

  async function ask(request: string): Promise<{ raw: RawSocket; answer: Answer }> {
    return RawSocket.ask(world.url, request);
  }

  async function turnedAway(request: string, status: number, code: string): Promise<void> {
    const { raw, answer } = await ask(request);
    await raw.closed();
    assert.deepEqual(raw.texts, [], 'the engine did not greet');
    const { traceId, title, ...problem } = JSON.parse(answer.body) as Record<string, unknown>;
    assert.deepEqual(
      [answer.status, answer.headers['content-type'], problem['code'], problem['status']],
      [status, 'application/problem+json', code, status],
    );
    assert.match(String(traceId), uuid);
    assert.equal(typeof title, 'string');
    assert.equal(answer.headers['x-request-id'], traceId);
  }

  async function letIn(request: string): Promise<void> {
    const { raw, answer } = await ask(request);
    assert.equal(answer.status, 101, answer.body);
    assert.match(await raw.hears('0{'), /"upgrades":\[\]/);
    raw.destroy();
  }

  const sid = 'zzSr-06VxiZpNSkPAAAC';
  const queries: readonly [string, string][] = [
    ['the polling transport', '?EIO=4&transport=polling'],
    ['an upgrade of a polling session', `?EIO=4&transport=websocket&sid=${sid}`],
    ['an empty sid', '?EIO=4&transport=websocket&sid='],
    ['a sid in percent-encoding', `?EIO=4&transport=websocket&%73id=${sid}`],
    ['the webtransport transport', '?EIO=4&transport=webtransport'],
    ['the transport __proto__', '?EIO=4&transport=__proto__'],
    ['the transport constructor', '?EIO=4&transport=constructor'],
    ['the transport in capitals', '?EIO=4&transport=WebSocket'],
    ['no transport', '?EIO=4'],
    ['protocol 3', '?EIO=3&transport=websocket'],
    ['protocol 5', '?EIO=5&transport=websocket'],
    ['no protocol', '?transport=websocket'],
    ['two protocols', '?EIO=4&EIO=3&transport=websocket'],
    ['two transports', '?EIO=4&transport=websocket&transport=polling'],
    ['a token in the query', '?EIO=4&transport=websocket&token=eyJhbGciOiJub25lIn0.e30.'],
    ['base64 mode', '?EIO=4&transport=websocket&b64=1'],
    ['a JSONP call', '?EIO=4&transport=websocket&j=0'],
    ['a key __proto__', '?EIO=4&transport=websocket&__proto__=1'],
    ['no query', ''],
  ];
  for (const [what, query] of queries)
    it(`turns away ${what}`, () =>
      turnedAway(upgradeRequest(`/socket.io/${query}`), 400, 'invalid_input'));

  it('turns away a live sid, also of the very person who asks', async () => {
    const alice = await world.person('Alice');
    const live = alice.connection.socket.io.engine.id;
    await turnedAway(upgradeRequest(`${HANDSHAKE}&sid=${live}`), 400, 'invalid_input');
    await alice.connection.settled();
  });

  it('turns away requests that are no upgrade, whatever they say', async () => {
    const plain = { connection: 'close', upgrade: undefined };
    await turnedAway(upgradeRequest(HANDSHAKE, plain), 400, 'invalid_input');
    await turnedAway(upgradeRequest(HANDSHAKE, { connection: 'close' }), 400, 'invalid_input');
    await turnedAway(upgradeRequest(HANDSHAKE, plain, 'POST'), 400, 'invalid_input');
    await turnedAway(
      upgradeRequest('/socket.io/?EIO=4&transport=polling', plain),
      400,
      'invalid_input',
    );
  });

  it('turns away other methods, other protocols and other paths', async () => {
    await turnedAway(upgradeRequest(HANDSHAKE, {}, 'POST'), 405, 'method_not_allowed');
    await turnedAway(upgradeRequest(HANDSHAKE, { upgrade: 'h2c' }), 400, 'invalid_input');
    for (const path of ['/socket.io/x/?EIO=4&transport=websocket', '/other', '/v1/channels'])
      await turnedAway(upgradeRequest(path), 404, 'not_found');
  });

  const origins: readonly [string, string][] = [
    ['another page', 'https://evil.example'],
    ['a page without an origin', 'null'],
    ['nothing', ''],
    ['our name with a suffix', 'https://chat.example.org.evil.example'],
    ['our name with a prefix', 'https://evilchat.example.org'],
    ['another port', 'https://chat.example.org:8443'],
    ['another scheme', 'http://chat.example.org'],
    ['capitals', 'https://CHAT.example.org'],
    ['a slash at the end', 'https://chat.example.org/'],
    ['the default port spelled out', 'https://chat.example.org:443'],
    ['two origins', `${OWN}, https://evil.example`],
    ['the address it listens on', 'http://127.0.0.1'],
  ];
  for (const [what, origin] of origins)
    it(`turns away pages whose origin is ${what}`, () =>
      turnedAway(upgradeRequest(HANDSHAKE, { origin }), 403, 'origin_not_allowed'));

  it('turns away two Origin headers of which one is right', () =>
    turnedAway(
      upgradeRequest(HANDSHAKE, { origin: OWN, Origin: 'https://evil.example' }),
      403,
      'origin_not_allowed',
    ));

  it('turns away a token in a header or a cookie: the one that counts comes with the CONNECT', async () => {
    const { accessToken } = await world.person('Bob');
    const authorization = `Bearer ${accessToken}`;
    for (const headers of [
      { authorization },
      { authorization: authorization.toLowerCase() },
      { authorization: 'Basic eDp5', Authorization: authorization },
      { cookie: `theme=dark; token=${accessToken}` },
    ])
      await turnedAway(upgradeRequest(HANDSHAKE, headers), 400, 'invalid_input');
    // What a proxy asks of its users, and what other servers keep in cookies, is let by.
    await letIn(upgradeRequest(HANDSHAKE, { authorization: 'Basic eDp5', cookie: 'token=x' }));
  });

  it('lets in its own pages, those of the list, and programs, which send no origin', async () => {
    await letIn(upgradeRequest(HANDSHAKE, { origin: OWN }));
    await letIn(upgradeRequest(HANDSHAKE, { origin: ALLOWED }));
    await letIn(upgradeRequest(`${HANDSHAKE}&t=abc`));
  });

  it('outlives clients that are gone before their answer is written', async () => {
    for (const path of ['/socket.io/?EIO=3&transport=websocket', '/other'])
      for (const first of ['', 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n'])
        for (let i = 0; i < 10; i += 1) {
          const raw = new RawSocket(world.url);
          await once(raw.socket, 'connect');
          if (first) raw.socket.write(first);
          if (first) await raw.answered();
          raw.socket.write(upgradeRequest(path) + 'x'.repeat(1_000));
          raw.socket.resetAndDestroy();
        }
    // It is answered after all of them: an error that nobody caught would have failed the test by now.
    await letIn(upgradeRequest(HANDSHAKE));
  });
});
