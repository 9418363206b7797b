/** What an operator does by command: straight to the database of the server, in words, as JSON, and on record. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap } from '../support/bootstrap-modules.ts';
import { operated } from './operated.ts';
import { done, failure, parsed, stranger } from './support.ts';

describe('conclave admin', function () {
  this.timeout(240_000);
  const server = operated();
  const { admin, apart } = server;
  const row = async (words: readonly string[]) => parsed(await done(admin([...words, '--json'])));
  const recorded = async (action: string) =>
    (
      await server.database.owner.query<Record<string, unknown>>(
        `SELECT workspace_id, type, outcome, actor_id, transport, details,
           resource_id = workspace_id AS itself, personal_sealed IS NOT NULL AS sealed
         FROM audit_event WHERE action = $1 ORDER BY at`,
        [action],
      )
    ).rows;

  it('rotates the signing keys of a server that runs, and says from when the new one signs', async () => {
    const words = await done(admin(['rotate-signing-keys']));
    const [, first = ''] = /^Published the signing key ([\w-]{43})\.$/m.exec(words) ?? [];
    assert.match(
      words,
      /^It signs from 20\d\d-.*Z on, in 5 seconds; every node knows it by then\.$/m,
    );
    assert.match(
      words,
      /^Tokens of the key before are good until they expire, 20.*Z at the latest\.$/m,
    );
    const { kid, number, publishedAt, signsFrom, earlierUntil } = await row([
      'rotate-signing-keys',
    ]);
    assert.equal(number, 2);
    assert.equal(Number(signsFrom) - Number(publishedAt), 5_000);
    assert.equal(Number(earlierUntil) - Number(signsFrom), 15 * 60_000 + 60_000);
    await server.world.app.lease.read();
    const shown = server.world.app.auth.jwks().keys.map((key) => key['kid']);
    assert.deepEqual(shown.slice(1), [first, kid]);
    const atOnce = await row(['rotate-signing-keys', '--at-once']);
    assert.equal(atOnce['earlierUntil'], atOnce['signsFrom']);
  });

  it('makes a workspace whose first admin comes in with the code, once', async () => {
    const slug = `tea-${randomBytes(4).toString('hex')}`;
    const words = await done(
      admin(['create-workspace', slug, '--name', 'Tea House', '--registration', 'invited']),
    );
    const [title, about, code = ''] = words.split('\n');
    assert.equal(title, `Made the workspace Tea House (${slug}).`);
    assert.match(about ?? '', /shown only here, good once and for 24 hours/);
    const register = (invitation?: string) => {
      const { email, password, name } = stranger('Ada');
      const person = { email, password, displayName: name, workspace: slug };
      return post('/v1/accounts', { ...person, ...(invitation !== undefined && { invitation }) });
    };
    assert.equal((await register()).status, 403, 'only who was invited');
    assert.equal((await register(code)).status, 202);
    assert.equal((await register(code)).status, 403);
    const { rows } = await server.database.owner.query<{ role: string; id: string }>(
      'SELECT a.role, workspace_id AS id FROM account a JOIN workspace w USING (workspace_id) WHERE w.slug = $1',
      [slug],
    );
    assert.deepEqual(
      rows.map(({ role }) => role),
      ['admin'],
    );
    const [entry, ...more] = await recorded('workspace.create');
    assert.deepEqual(more, []);
    assert.deepEqual(entry, {
      workspace_id: rows[0]?.id,
      type: 'operation',
      outcome: 'ok',
      actor_id: null,
      transport: 'command',
      details: {},
      itself: true,
      sealed: true,
    });
    const again = await failure(admin(['create-workspace', slug, '--name', 'Other', '--json']));
    assert.deepEqual([again['ending'], again['code']], [1, 'slug_taken']);
  });

  it('gives a workspace a host of its own, in one spelling, once', async () => {
    const slug = `hosted-${randomBytes(4).toString('hex')}`;
    const make = (name: string, host: string) =>
      admin(['create-workspace', name, '--name', 'Hosted', '--host', host, '--json']);
    const made = JSON.parse(await done(make(slug, `${slug.toUpperCase()}.example`))) as object;
    assert.equal((made as { host?: string }).host, `${slug}.example`);
    const { rows } = await server.database.owner.query(
      'SELECT host FROM workspace WHERE slug = $1',
      [slug],
    );
    assert.deepEqual(rows, [{ host: `${slug}.example` }]);
    const again = await failure(make(`${slug}-2`, `${slug}.example`));
    assert.deepEqual([again['ending'], again['code']], [1, 'host_taken']);
    const { rowCount } = await server.database.owner.query(
      'SELECT FROM workspace WHERE slug = $1',
      [`${slug}-2`],
    );
    assert.equal(rowCount, 0);
  });

  it('invites with a role, on the record of that workspace', async () => {
    const { code, role, workspaceId } = await row([
      'invite',
      server.world.slug,
      '--role',
      'auditor',
    ]);
    assert.deepEqual([role, workspaceId], ['auditor', server.world.workspaceId]);
    const { email, password } = stranger('Bob');
    const person = {
      email,
      password,
      displayName: 'Bob',
      workspace: server.world.slug,
      invitation: code,
    };
    assert.equal((await post('/v1/accounts', person)).status, 202);
    const { rows } = await server.database.owner.query(
      `SELECT role FROM account WHERE workspace_id = $1`,
      [server.world.workspaceId],
    );
    assert.deepEqual(rows, [{ role: 'auditor' }]);
    const [entry] = await recorded('invitation.create');
    assert.deepEqual(entry?.['details'], { role: 'auditor' });
    assert.deepEqual(
      [entry['workspace_id'], entry['transport']],
      [server.world.workspaceId, 'command'],
    );
    const words = await done(admin(['invite', server.world.slug]));
    assert.match(words, /^Code for one user in .*\nci1\.[\w.-]+\n$/);
    const nowhere = await failure(admin(['invite', 'nowhere', '--json']));
    assert.deepEqual([nowhere['ending'], nowhere['code']], [1, 'not_found']);
    const { ending } = await admin(['invite', server.world.slug, '--role', 'system']).ended;
    assert.equal(ending, 2);
  });

  const refused: readonly [string, readonly string[], Record<string, string>, number, string][] = [
    [
      'a slug that is no name',
      ['create-workspace', 'Tea House', '--name', 'X'],
      {},
      2,
      'invalid_slug',
    ],
    ['an empty name', ['create-workspace', 'tea', '--name', ' '], {}, 2, 'invalid_name'],
    ...['10.0.0.1', 'tea.example:443', 'https://tea.example', 'tea_house.example', '*.example'].map(
      (host): [string, readonly string[], Record<string, string>, number, string] => [
        `the host ${host}`,
        ['create-workspace', 'tea', '--name', 'X', '--host', host],
        {},
        2,
        'invalid_host',
      ],
    ),
    ['no name', ['create-workspace', 'tea'], {}, 2, 'usage'],
    ['a setting that is missing', ['rotate-signing-keys'], { REDIS_URL: '' }, 5, 'bad_settings'],
    ['a setting that is wrong', ['rotate-signing-keys'], { PORT: 'x' }, 5, 'bad_settings'],
    [
      'a database that does not answer',
      ['rotate-signing-keys'],
      { DATABASE_APP_URL: 'postgres://x:y@127.0.0.1:1/z' },
      3,
      'unreachable',
    ],
    [
      'no settings at all',
      ['rotate-signing-keys'],
      { DATABASE_APP_URL: '', CONCLAVE_STATE_DIR: `${tmpdir()}/nowhere` },
      5,
      'no_settings',
    ],
    ['a command that is none', ['rotate'], {}, 2, 'usage'],
    ['no command', [], {}, 2, 'usage'],
  ];
  for (const [what, words, changed, ending, code] of refused)
    it(`ends with ${ending} for ${what}`, async () => {
      const failed = await failure(admin([...words, '--json'], { ...server.settings, ...changed }));
      assert.deepEqual([failed['ending'], failed['code']], [ending, code]);
      const message = String(failed['message']);
      assert.doesNotMatch(message, /127\.0\.0\.1:1\/z|x:y/, 'no address with a password');
      if (words[0] === 'rotate') assert.match(message, /Was it admin rotate-signing-keys/);
    });

  it('finds the server that npm start runs, by what that keeps for its owner', async () => {
    const state = join(server.home.home, 'var');
    const run = join(state, 'run');
    mkdirSync(run, { recursive: true, mode: 0o700 });
    const environment = { CONCLAVE_STATE_DIR: state };
    const { recordHouse } = await bootstrap('join');
    const forget = recordHouse(run, { env: {}, added: { ...server.settings } });
    assert.match(await done(apart(['rotate-signing-keys'], environment)), /^Published/);
    chmodSync(join(run, 'house.json'), 0o644);
    const open = await failure(admin(['rotate-signing-keys', '--json'], environment));
    assert.deepEqual([open['ending'], open['code']], [5, 'bad_settings']);
    forget();
    const gone = await failure(admin(['rotate-signing-keys', '--json'], environment));
    assert.deepEqual([gone['ending'], gone['code']], [5, 'no_settings']);
  });

  it('needs no home, and leaves nothing in it', async () => {
    const environment = {
      ...server.settings,
      HOME: '/nonexistent',
      CONCLAVE_HOME: '/nonexistent/home',
    };
    await done(apart(['rotate-signing-keys'], environment));
  });

  it('is in the help, with its commands', async () => {
    assert.match(await done(server.home.here(['--help'])), /^ {2}admin .*Operate the server/m);
    const help = await done(server.home.here(['admin', '--help']));
    for (const name of ['rotate-signing-keys', 'create-workspace', 'invite'])
      assert.match(help, new RegExp(`^  ${name}`, 'm'));
  });

  async function post(path: string, body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return fetch(`${server.world.url}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
  }
});
