/** What is good once is good once on all nodes together: of two that bring it at the same instant, exactly one wins. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { MintedSession } from '../../src/auth/index.ts';
import { REFRESH_COOKIE } from '../../src/contract/index.ts';
import { PAGE } from '../auth/browser.ts';
import { post } from '../auth/posting.ts';
import { Resident } from '../auth/residents.ts';
import { asked } from '../support/asked.ts';
import { TwoNodes, type Node } from '../support/two-nodes.ts';

const ROUNDS = 10;
const REFRESH = '/v1/sessions/refresh';

describe('across two nodes', () => {
  let nodes: TwoNodes;
  before(async () => {
    nodes = await TwoNodes.create({ environment: { ALLOWED_ORIGINS: PAGE } });
  });
  after(() => nodes.end());

  const nonce = () => randomBytes(16).toString('hex');
  const codes = async (...answers: ReturnType<typeof post>[]) =>
    (await Promise.all(answers)).map((answer) => (answer.ok ? 'ok' : answer.error.code)).sort();

  it('one invitation lets one of two in, who alone has an account and the role', async () => {
    const { a, b, slug, workspaceId } = nodes;
    for (let round = 0; round < ROUNDS; round += 1) {
      const invitation = await a.app.auth.invite(workspaceId, { role: 'moderator' });
      const people = [a, b].map((node) => {
        const email = `${nonce()}@example.org`;
        const resident = new Resident({ url: node.url, slug }, email, `${nonce()}-aA1!`);
        const { password } = resident;
        return { node, resident, application: { email, password, displayName: 'Bob', invitation } };
      });
      const answers = people.map(({ node, application }) =>
        post(node, '/v1/accounts', application),
      );
      assert.deepEqual(await codes(...answers), ['ok', 'registration_closed']);
      const signedIn = await codes(...people.map(({ resident }) => resident.tries()));
      assert.deepEqual(signedIn, ['invalid_credentials', 'ok']);
    }
  });

  it('one refresh token is renewed once, and the second use ends the session on both', async () => {
    const { a, b, slug } = nodes;
    const ada = await Resident.create({ url: a.url, slug });
    for (let round = 0; round < ROUNDS; round += 1) {
      const { refreshToken, accessToken } = await ada.tries().accepted();
      const renewed = (node: Node) =>
        post<MintedSession>(node, REFRESH, { refreshToken, nonce: nonce() });
      const answers = [renewed(a), renewed(b)];
      assert.deepEqual(await codes(...answers), ['invalid_refresh_token', 'ok']);
      const won = (await Promise.all(answers)).find((answer) => answer.ok);
      assert.ok(won?.ok);
      const successor = { refreshToken: won.data.refreshToken, nonce: nonce() };
      await post(a, REFRESH, successor).refused('invalid_refresh_token');
      for (const token of [accessToken, won.data.accessToken]) {
        const headers = { authorization: `Bearer ${token}` };
        await Promise.all(
          [a, b].map(({ url }) =>
            asked(url, 'GET', '/v1/me', { headers }).refused('unauthenticated'),
          ),
        );
      }
    }
  });

  it('the same in a cookie: one of two windows wins', async () => {
    const { a, b, slug } = nodes;
    const ada = await Resident.create({ url: a.url, slug });
    for (let round = 0; round < ROUNDS; round += 1) {
      const { refreshToken } = await ada.tries().accepted();
      const headers = { origin: PAGE, cookie: `${REFRESH_COOKIE}=${refreshToken}` };
      const renewed = ({ url }: Node) =>
        asked(url, 'POST', REFRESH, { headers, body: { nonce: nonce(), delivery: 'cookie' } });
      assert.deepEqual(await codes(renewed(a), renewed(b)), ['invalid_refresh_token', 'ok']);
    }
  });
});
