/** A new signing key is no event for anybody who is signed in: what any node signs, every node believes. */
import assert from 'node:assert/strict';
import { ownDatabase, type OwnDatabase } from '../architecture/own-database.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { operatorOf, rotateUnderLoad } from '../support/rotation-load.ts';
import { TwoNodes } from '../support/two-nodes.ts';

describe('signing keys that are rotated on two nodes', function () {
  this.timeout(240_000);
  let database: OwnDatabase;
  let nodes: TwoNodes;
  before(async () => {
    database = await ownDatabase();
    const environment = { DATABASE_APP_URL: database.serverUrl };
    nodes = await TwoNodes.create({ environment });
  });
  after(async () => {
    await nodes.end();
    await database.remove();
  });

  const shown = async (url: string) => {
    const response = await fetch(`${url}/.well-known/jwks.json`);
    const { keys } = (await response.json()) as { keys: { kid: string; d?: string }[] };
    assert.ok(keys.every((key) => !('d' in key)));
    return keys.map(({ kid }) => kid);
  };

  it('refuse no valid call, and each new key comes to sign', async () => {
    const environment = { ...process.env, DATABASE_APP_URL: database.serverUrl };
    const load = await rotateUnderLoad(nodes, {
      environment,
      rotations: 3,
      everyMs: 700,
      people: 3,
    });
    assert.deepEqual(load.refused, []);
    const published = load.rotations.map(({ kid }) => kid);
    assert.deepEqual(load.kids.slice(1), published, 'in their order, after that of the settings');
    const [a, b] = [await shown(nodes.a.url), await shown(nodes.b.url)];
    assert.deepEqual(a, b);
    assert.deepEqual(a.slice(1), published);
    for (const { logged } of [nodes.a, nodes.b])
      for (const kid of published)
        assert.equal(logged.filter((line) => line.includes(kid)).length, 1, 'told once');
  });

  it('refuse the tokens of the key before at once where that was asked for, and clients go on by a refresh', async () => {
    const somebody = await nodes.person('Ada', nodes.b);
    const environment = { ...process.env, DATABASE_APP_URL: database.serverUrl };
    const operator = await operatorOf(environment);
    const { kid } = await operator.rotateSigningKeys({ atOnce: true });
    await operator.close();
    await somebody.http('GET', '/v1/me').accepted();
    const isAlone = async () => (await shown(nodes.b.url)).join() === kid;
    await eventually('only the new key verifies', isAlone);
    await somebody.http('GET', '/v1/me').refused('unauthenticated');
    const response = await fetch(`${nodes.b.url}/v1/sessions/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken: somebody.refreshToken, nonce: 'n'.repeat(22) }),
    });
    const { accessToken } = (await response.json()) as { accessToken: string };
    const headers = { authorization: `Bearer ${accessToken}` };
    assert.equal((await fetch(`${nodes.b.url}/v1/me`, { headers })).status, 200);
  });
});
