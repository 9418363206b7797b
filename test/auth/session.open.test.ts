/** Signing in: right is right, and everything else is the same no for the same price. */
import assert from 'node:assert/strict';
import type { WorkspaceId } from '../../src/contract/index.ts';
import {
  accepted,
  bearer,
  DIGEST_KEYS,
  GOOD_PASSWORD,
  openHouse,
  PEPPERS,
  refused,
  ring,
  type House,
} from './support.ts';

const EMAIL = 'grace@example.org';

describe('session.open', () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house.close());

  async function withGrace(): Promise<{ id: WorkspaceId; slug: string }> {
    const workspace = await house.workspace();
    const person = {
      workspace: workspace.slug,
      email: EMAIL,
      password: GOOD_PASSWORD,
      displayName: 'Grace',
    };
    accepted(await house.call('account.register', person));
    return workspace;
  }
  const login = (workspace: string, more: object = {}) => ({
    workspace,
    email: EMAIL,
    password: GOOD_PASSWORD,
    ...more,
  });
  const sessions = (id: WorkspaceId) =>
    house.rows('SELECT * FROM session WHERE workspace_id = $1', id);
  const set = (id: WorkspaceId, change: string, ...values: unknown[]) =>
    house.rows(`UPDATE account SET ${change} WHERE workspace_id = $1`, id, ...values);

  it('gives tokens of a session that lasts 90 days, and says so to the audit', async () => {
    const { id, slug } = await withGrace();
    const answer = await house.call('session.open', login(slug, { device: 'Laptop' }));
    const grant = accepted(answer);
    assert.deepEqual(Object.keys(grant).sort(), [
      ...[
        'accessToken',
        'deviceToken',
        'expiresIn',
        'refreshExpiresIn',
        'refreshToken',
        'sessionId',
        'userId',
        'workspaceId',
      ],
    ]);
    assert.deepEqual([grant['expiresIn'], grant['workspaceId']], [900, id]);
    const claims = house.auth.proveToken(grant['accessToken'] ?? '');
    assert.equal(claims.sessionId, grant['sessionId']);
    const [session] = await sessions(id);
    const at = house.clock.now().getTime();
    assert.equal((session?.['expires_at'] as Date).getTime() - at, 90 * 24 * 60 * 60 * 1000);
    assert.deepEqual(answer.facts, [
      { resource: { kind: 'session', id: grant['sessionId'] }, actorId: grant['userId'] },
    ]);
  });

  it('takes the address in another spelling', async () => {
    const { slug } = await withGrace();
    accepted(await house.call('session.open', login(slug, { email: ' GRACE@example.ORG ' })));
  });

  it('costs one comparison and answers invalid_credentials, whatever is wrong', async () => {
    const { id, slug } = await withGrace();
    await house.auth.mintSession(id, { email: 'nopassword@example.org' });
    const wrong = { password: 'Wrong-Horse-7-Battery' };
    const attempts: [string, object, string][] = [
      ['active', wrong, 'a wrong password'],
      ['active', { email: 'nobody@example.org' }, 'an unknown e-mail'],
      ['active', { email: 'nopassword@example.org' }, 'an account without a password'],
      ['locked', {}, 'a locked account'],
      ['deactivated', {}, 'a deactivated account'],
      ['erased', {}, 'an erased account'],
      ['locked', wrong, 'a wrong password of a locked account'],
    ];
    for (const [status, more, name] of attempts) {
      await set(id, 'status = $2', status);
      const before = { ...house.pool.done };
      const answer = await house.call('session.open', login(slug, more));
      assert.equal(refused(answer, 'invalid_credentials'), undefined, name);
      assert.deepEqual(house.pool.done, { ...before, compare: before.compare + 1 }, name);
    }
    await set(id, 'status = $2', 'active');
    const before = { ...house.pool.done };
    accepted(await house.call('session.open', login(slug)));
    assert.deepEqual(house.pool.done, { ...before, compare: before.compare + 1 });
    assert.equal((await sessions(id)).length, 2);
  });

  it('knows no account of another workspace', async () => {
    await withGrace();
    const { slug } = await house.workspace();
    refused(await house.call('session.open', login(slug)), 'invalid_credentials');
    refused(await house.call('session.open', login('no-such-place')), 'not_found');
  });

  it('refuses when the account is locked, or its password changed, between proof and transaction', async () => {
    const changes = ["status = 'locked'", "password_hash = '$2b$04$another'"];
    for (const change of changes) {
      const { id, slug } = await withGrace();
      const operation = house.auth.module.operations.find(({ name }) => name === 'session.open');
      assert.ok(operation?.commit === 'own');
      const prove = operation.prepare as (call: object) => Promise<unknown>;
      const slow = {
        ...operation,
        prepare: async (call: object) => {
          const proof = await prove(call);
          await set(id, change);
          return proof;
        },
      };
      const answer = await house.callOf(slow, login(slug), { kind: 'none' });
      refused(answer, 'invalid_credentials');
      assert.equal((await sessions(id)).length, 0);
    }
  });

  it('stores the password anew when pepper, cost or digest key are older than for new accounts', async () => {
    const { id, slug } = await withGrace();
    const account = async () =>
      (await house.rows('SELECT * FROM account WHERE workspace_id = $1', id))[0];
    const before = await account();
    const newer = (old: typeof PEPPERS) => {
      const { keys } = ring('next');
      return { current: 'next', keys: { ...old.keys, ...keys } };
    };
    const peppers = newer(PEPPERS);
    const digestKeys = newer(DIGEST_KEYS);
    const next = await openHouse({ clock: house.clock, cost: 5, peppers, digestKeys });
    try {
      accepted(await next.call('session.open', login(slug)));
      const after = await account();
      assert.match(String(before?.['password_hash']), /^\$2b\$04\$/);
      assert.match(String(after?.['password_hash']), /^\$2b\$05\$/);
      assert.deepEqual([after?.['password_pepper'], after?.['email_digest_key']], ['next', 'next']);
      assert.notDeepEqual(after?.['email_digest'], before?.['email_digest']);
      const count = next.pool.done.hash;
      accepted(await next.call('session.open', login(slug)));
      assert.equal(next.pool.done.hash, count, 'once');
      assert.deepEqual(await account(), after);
      await set(
        id,
        "status = 'locked', password_pepper = $2, password_hash = $3",
        ...[before?.['password_pepper'], before?.['password_hash']],
      );
      refused(await next.call('session.open', login(slug)), 'invalid_credentials');
      assert.equal(next.pool.done.hash, count, 'never for an account that may not sign in');
    } finally {
      await next.close();
    }
  });

  it('finds a taken e-mail under an older digest key when somebody registers', async () => {
    const { id, slug } = await withGrace();
    const digestKeys = { current: 'next', keys: { ...DIGEST_KEYS.keys, ...ring('next').keys } };
    const next = await openHouse({ clock: house.clock, digestKeys });
    try {
      const again = { ...login(slug), displayName: 'Eve' };
      accepted(await next.call('account.register', again));
      const rows = await house.rows('SELECT 1 FROM account WHERE workspace_id = $1', id);
      assert.equal(rows.length, 1);
    } finally {
      await next.close();
    }
  });

  it('is limited by the address it names, in lower case', () => {
    const operation = house.auth.module.operations.find(({ name }) => name === 'session.open');
    assert.equal(operation?.limit, 'auth.login');
    const schema = operation.input as { parse(input: unknown): unknown };
    const input = schema.parse(login('main', { email: ' GRACE@Example.org' }));
    assert.equal(operation.limitBy?.(input), EMAIL);
  });

  it('ignores a token: who signs in is who knows the password', async () => {
    const { id, slug } = await withGrace();
    const other = await house.auth.mintSession(id);
    const answer = await house.call('session.open', login(slug), bearer(other.accessToken));
    assert.notEqual(accepted(answer)['userId'], other.userId);
    accepted(await house.call('session.open', login(slug), bearer('nonsense')));
  });

  for (const [name, more] of [
    ['no password', { password: undefined }],
    ['a password that is no text', { password: { $ne: null } }],
    ['a device name of 101 characters', { device: 'x'.repeat(101) }],
    ['an unknown field', { admin: true }],
  ] as const)
    it(`refuses ${name} as invalid_input`, async () => {
      refused(await house.call('session.open', login('main', more)), 'invalid_input');
    });
});
