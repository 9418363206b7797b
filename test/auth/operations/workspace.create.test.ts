/** Making a workspace with the operator's token: once for each name, for nobody else, and its first admin comes in. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { WorkspaceId } from '../../../src/contract/index.ts';
import { LIMIT_TABLE } from '../../../src/limits/index.ts';
import { rows } from '../../chat/support.ts';
import { asked } from '../../support/asked.ts';
import { UNLIMITED, World } from '../../support/world.ts';
import { askedAt } from '../at-host.ts';
import { Resident } from '../residents.ts';

const OPERATOR_TOKEN = randomBytes(32).toString('base64url');
const environment = { OPERATOR_TOKEN, ALLOWED_HOSTS: '127.0.0.1,own.example' };
const CREATE = ['POST', '/v1/workspaces'] as const;

interface Made {
  readonly workspaceId: WorkspaceId;
  readonly setupCode: string;
}

const fresh = () => `n${randomBytes(10).toString('hex')}`;
const create = ({ url }: { readonly url: string }, body: object) =>
  asked<Made>(url, ...CREATE, { body });

describe('workspace.create', () => {
  let world: World;
  before(async () => {
    world = await World.create({ environment });
  });
  after(() => world.end());

  const wanted = (changes: object = {}) => ({
    operatorToken: OPERATOR_TOKEN,
    slug: fresh(),
    name: 'The Tearoom',
    ...changes,
  });
  const named = (slug: string) => rows(world, 'SELECT workspace_by_slug($1) AS id', slug);

  it('makes one whose first admin comes in with the code, once, and its trail begins with it', async () => {
    const { slug, ...more } = wanted({ registration: 'invited', passwordPolicy: 'nist' });
    const { workspaceId, setupCode } = await create(world, { slug, ...more }).accepted();
    assert.deepEqual(await named(slug), [{ id: workspaceId }]);
    const ada = new Resident({ url: world.url, slug }, `${fresh()}@example.org`, 'purple otters!!');
    const { email, password } = ada;
    const application = { email, password, displayName: 'Ada', invitation: setupCode };
    await asked(world.url, 'POST', '/v1/accounts', { body: application }).accepted();
    const session = await ada.tries().accepted();
    const settings = await asked<Record<string, unknown>>(world.url, 'GET', '/v1/workspace', {
      headers: { authorization: `Bearer ${session.accessToken}` },
    }).accepted();
    assert.deepEqual(
      [settings['id'], settings['name'], settings['registration'], settings['passwordPolicy']],
      [workspaceId, 'The Tearoom', 'invited', 'nist'],
    );
    const again = { ...application, email: `${fresh()}@example.org` };
    await asked(world.url, 'POST', '/v1/accounts', { body: again }).refused('registration_closed');
    const [event] = await rows(
      world,
      `SELECT action, outcome, actor_id, resource_id, sealed_for, details FROM audit_event
       WHERE workspace_id = $1 ORDER BY id LIMIT 1`,
      workspaceId,
    );
    assert.deepEqual(event, {
      action: 'workspace.create',
      outcome: 'ok',
      actor_id: null,
      resource_id: workspaceId,
      sealed_for: null,
      details: { registration: 'invited', passwordPolicy: 'nist' },
    });
  });

  it('gives it a host of its own, at which there is no other, and where none is made', async () => {
    const host = `${fresh()}.example`;
    const { workspaceId } = await create(world, wanted({ host: host.toUpperCase() })).accepted();
    const [{ id } = {}] = await rows(world, 'SELECT workspace_by_host($1) AS id', host);
    assert.equal(id, workspaceId);
    await askedAt(world.url, host, CREATE, { body: wanted() }).refused('forbidden');
  });

  it('is refused as name_taken for a slug or a host of another, and for the host of the server', async () => {
    const [slug, host] = [fresh(), `${fresh()}.example`];
    await create(world, wanted({ slug, host })).accepted();
    for (const [names, taken] of [
      [{ slug }, 'slug'],
      [{ host }, 'host'],
      [{ host: 'own.example' }, 'own-host'],
    ] as const) {
      const { detail } = await create(world, wanted(names)).refused('name_taken');
      assert.deepEqual(detail, { taken });
    }
  });

  it('is done once by many who want the same name at the same time, and leaves nothing of the others', async () => {
    const slug = fresh();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => create(world, wanted({ slug }))),
    );
    const codes = answers.map((answer) => (answer.ok ? 'ok' : answer.error.code)).sort();
    assert.deepEqual(codes, [...Array.from({ length: 5 }, () => 'name_taken'), 'ok']);
  });

  it('is refused as forbidden without the token, all alike, on no trail and in the log', async () => {
    const slug = fresh();
    const close = `${OPERATOR_TOKEN.slice(0, -1)}${OPERATOR_TOKEN.endsWith('A') ? 'B' : 'A'}`;
    for (const operatorToken of ['x', close, OPERATOR_TOKEN.slice(0, -1), `${OPERATOR_TOKEN}A`])
      await create(world, wanted({ slug, operatorToken })).refused('forbidden');
    assert.deepEqual(await named(slug), [{ id: null }]);
    await world.app.audit.drained();
    const logged = world.logged.join('\n');
    assert.match(logged, /"action":"workspace\.create"/);
    assert.ok(!logged.includes(close) && !logged.includes('not recorded'));
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    for (const changes of [
      { slug: 'No Slug' },
      { name: ' ' },
      { host: '10.0.0.1' },
      { registration: 'never' },
      { operatorToken: '' },
      { admin: true },
    ])
      await create(world, wanted(changes)).refused('invalid_input');
  });
});

describe('workspace.create, again and again', () => {
  it('is refused as rate_limited after two a minute of one address', async () => {
    const limits = { ...UNLIMITED, 'auth.register': LIMIT_TABLE['auth.register'] };
    // What other stories asked for counts under the address that all of them have.
    const proxied = { ...environment, TRUSTED_PROXIES: '127.0.0.1' };
    const headers = { 'x-forwarded-for': `2001:db8:${randomBytes(2).toString('hex')}::1` };
    const world = await World.create({ environment: proxied, limits });
    try {
      const body = () => ({ operatorToken: OPERATOR_TOKEN, slug: fresh(), name: 'One more' });
      const answers = [];
      for (let i = 0; i < 3; i += 1)
        answers.push(await asked(world.url, ...CREATE, { headers, body: body() }));
      const codes = answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
      assert.deepEqual(codes, ['ok', 'ok', 'rate_limited']);
    } finally {
      await world.end();
    }
  });

  it('is refused as forbidden where the settings name no token', async () => {
    const world = await World.create();
    try {
      for (const operatorToken of [OPERATOR_TOKEN, 'null', 'undefined'])
        await create(world, { operatorToken, slug: fresh(), name: 'None' }).refused('forbidden');
    } finally {
      await world.end();
    }
  });
});
