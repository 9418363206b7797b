/** A new server gets one workspace and one way in for its first admin; what is left out means the only one. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../scripts/migrations.ts';
import { appLogin, jobsLogin } from '../../src/config.ts';
import type { WorkspaceId } from '../../src/contract/index.ts';
import {
  accepted,
  appPassword,
  DAY,
  GOOD_PASSWORD,
  NOBODY,
  handClock,
  openHouse,
  ownerUrl,
  refused,
  type House,
} from './support.ts';

/** The one thing that a database can only be once is new: these stories have one of their own. */
describe('a new server', () => {
  const url = new URL(ownerUrl());
  url.pathname = `/first_${randomBytes(6).toString('hex')}`;
  const database = url.href;
  const name = url.pathname.slice(1);
  const clock = handClock();
  const owner = new pg.Client({ connectionString: ownerUrl() });
  let house: House;
  let other: House;

  before(async () => {
    await owner.connect();
    await owner.query(`CREATE DATABASE ${name}`);
    await migrate(database, appPassword());
    house = await openHouse({ database, clock });
    other = await openHouse({ database, clock });
  });
  after(async () => {
    await Promise.all([house.close(), other.close()]);
    await owner.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await owner.query(`DROP ROLE ${appLogin(database)}, ${jobsLogin(database)}`);
    await owner.end();
  });

  const applicant = (invitation: string | null, email: string) => ({
    email,
    password: GOOD_PASSWORD,
    displayName: 'Root',
    ...(invitation !== null && { invitation }),
  });
  const register = (invitation: string | null, email: string) =>
    house.call('account.register', applicant(invitation, email));
  const login = (more: object = {}) =>
    house.call('session.open', { email: 'root@example.org', password: GOOD_PASSWORD, ...more });

  it('knows no default before it has a workspace', async () => {
    refused(await register(null, 'early@example.org'), 'not_found');
    refused(await login(), 'not_found');
  });

  it('gets exactly one workspace from two nodes that start at once', async () => {
    const nodes = Array.from({ length: 8 }, (_, i) => (i % 2 ? house : other));
    const none = '01890000-0000-7000-8000-000000000000' as WorkspaceId;
    // Connections that stand already, so that the starts really meet.
    await Promise.all(
      nodes.map(({ postgres }) =>
        postgres.transaction(none, 'read', (tx) => tx.$queryRaw`SELECT 1`),
      ),
    );
    const starts = await Promise.all(nodes.map(({ auth }) => auth.ensureFirstWorkspace()));
    assert.equal(new Set(starts.map(({ workspaceId }) => workspaceId)).size, 1);
    const rows = await house.rows('SELECT slug FROM workspace');
    assert.deepEqual(rows, [{ slug: 'main' }]);
    assert.equal((await house.rows('SELECT 1 FROM workspace_key')).length, 1);
    const codes = starts.map(({ setupCode }) => setupCode);
    assert.equal(new Set(codes).size, nodes.length);
  });

  it('shows a set-up code at each start, good for a day, and keeps no more than its digest', async () => {
    const { setupCode } = await house.auth.ensureFirstWorkspace();
    const secret = setupCode?.split('.').at(-1) ?? '';
    assert.equal(secret.length, 43);
    const kept = await house.rows('SELECT i.*, i::text AS whole FROM invitation i');
    assert.ok(kept.length > 0, 'something is kept');
    assert.ok(!JSON.stringify(kept).includes(secret));
    const bytes = Buffer.from(secret, 'base64url').toString('hex');
    assert.ok(kept.every(({ whole }) => !String(whole).includes(bytes)));
    clock.advance(DAY);
    refused(await register(setupCode, 'root@example.org'), 'registration_closed');
    await house.auth.ensureFirstWorkspace();
    assert.equal((await house.rows('SELECT 1 FROM invitation')).length, 1, 'the expired are gone');
  });

  it('makes its first admin with any code that was shown, and then no code is good or given any more', async () => {
    const { workspaceId, setupCode: first } = await house.auth.ensureFirstWorkspace();
    const { setupCode: second } = await other.auth.ensureFirstWorkspace();
    const { setupCode: third } = await house.auth.ensureFirstWorkspace();
    assert.ok(workspaceId);
    const kept = await house.auth.invite(workspaceId, { role: 'moderator' });
    const answers = await Promise.all([
      register(first, 'root@example.org'),
      register(first, 'rival@example.org'),
      register(second, 'other@example.org'),
    ]);
    assert.equal(answers.filter(({ reply }) => reply.ok).length, 1);
    for (const answer of answers) if (!answer.reply.ok) refused(answer, 'registration_closed');
    const admins = await house.rows("SELECT 1 FROM account WHERE role = 'admin'");
    assert.equal(admins.length, 1);
    assert.deepEqual(await house.auth.ensureFirstWorkspace(), { workspaceId, setupCode: null });
    for (const code of [first, second, third])
      refused(await register(code, 'late@example.org'), 'registration_closed');
    accepted(await register(kept, 'helper@example.org'));
  });

  it('takes further admins whom the operator invites, each code by itself', async () => {
    const [workspaceId] = (await house.rows('SELECT workspace_id FROM workspace')).map(
      (row) => row['workspace_id'] as WorkspaceId,
    );
    assert.ok(workspaceId);
    const [one, two] = [
      await house.auth.invite(workspaceId, { role: 'admin' }),
      await house.auth.invite(workspaceId, { role: 'admin' }),
    ];
    accepted(await register(one, 'admin-one@example.org'));
    accepted(await register(two, 'admin-two@example.org'));
  });

  it('gives no code to a start that meets the registration of the first admin', async () => {
    await house.rows("UPDATE account SET status = 'deactivated' WHERE role = 'admin'");
    const { setupCode } = await house.auth.ensureFirstWorkspace();
    const operation = house.auth.module.operations.find(({ name }) => name === 'account.register');
    assert.ok(operation?.commit === 'own');
    let registered = (): void => undefined;
    const reached = new Promise<void>((resolve) => (registered = resolve));
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const handle = operation.handle as (handling: unknown) => Promise<never>;
    const slow = {
      ...operation,
      handle: async (handling: unknown) => {
        const outcome = await handle(handling);
        registered();
        await gate;
        return outcome;
      },
    };
    const input = applicant(setupCode, 'slow@example.org');
    const redeeming = house.callOf(slow, input, NOBODY);
    await reached;
    const starting = other.auth.ensureFirstWorkspace();
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'`;
    while ((await house.rows(waiting, name)).length === 0);
    release();
    accepted(await redeeming);
    assert.equal((await starting).setupCode, null);
  });

  it('gives a code again when its only admin is no longer active', async () => {
    await house.rows("UPDATE account SET status = 'deactivated' WHERE role = 'admin'");
    const { setupCode } = await house.auth.ensureFirstWorkspace();
    accepted(await register(setupCode, 'second@example.org'));
  });

  it('means the only workspace when none is named', async () => {
    accepted(await register(null, 'grace@example.org'));
    const grace = { email: 'grace@example.org' };
    const { workspaceId } = accepted(await login(grace));
    assert.equal(
      accepted(await login({ ...grace, workspace: 'main' }))['workspaceId'],
      workspaceId,
    );
    await house.auth.createWorkspace({ slug: 'second', name: 'Second' });
    refused(await login(grace), 'not_found');
    accepted(await login({ ...grace, workspace: 'main' }));
    refused(await login({ ...grace, workspace: 'second' }), 'invalid_credentials');
    assert.equal((await house.auth.ensureFirstWorkspace()).workspaceId, workspaceId);
  });

  it('makes no workspace, and no code, where there are several and none is called main', async () => {
    await house.rows("UPDATE workspace SET slug = 'renamed' WHERE slug = 'main'");
    const first = await house.auth.ensureFirstWorkspace();
    assert.deepEqual(first, { workspaceId: null, setupCode: null });
    assert.equal((await house.rows('SELECT 1 FROM workspace')).length, 2);
  });
});

describe('workspaces', () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house.close());

  it('have slugs that are names in addresses, each once', async () => {
    const { slug } = await house.workspace();
    const named = (wrong: string) => house.auth.createWorkspace({ slug: wrong, name: 'X' });
    for (const wrong of [
      slug,
      '',
      'Tea',
      'tea house',
      '-tea',
      'tea-',
      'tea--house',
      'x'.repeat(64),
    ])
      await assert.rejects(named(wrong), wrong);
  });

  it('take a person with a session but no password, once per e-mail', async () => {
    const { id } = await house.workspace();
    const before = { ...house.pool.done };
    const minted = await house.auth.mintSession(id, { email: 'bot@example.org', role: 'auditor' });
    assert.deepEqual(house.pool.done, before);
    const claims = house.auth.proveToken(minted.accessToken);
    assert.deepEqual(await house.auth.sessionIsLive(claims), { role: 'auditor' });
    await assert.rejects(house.auth.mintSession(id, { email: 'BOT@example.org' }), /taken/);
    await Promise.all(Array.from({ length: 5 }, () => house.auth.mintSession(id)));
  });

  it('publish the keys that their tokens are signed with', async () => {
    const { id } = await house.workspace();
    const { accessToken } = await house.auth.mintSession(id);
    const [head = ''] = accessToken.split('.');
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
    assert.ok(house.auth.jwks().keys.some((jwk) => jwk['kid'] === kid && !('d' in jwk)));
  });
});
