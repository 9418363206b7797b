/** Coming in and going out: with a code, an account, a password; and every way in which one does not. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { PasswordRule } from '../../src/auth/password-policy.ts';
import { PASSWORD_RULES } from '../../src/cli/sentences.ts';
import { unusedPort } from '../support/bootstrap-start.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { World } from '../support/world.ts';
import {
  done,
  failure,
  Machinery,
  newcomer,
  parsed,
  rows,
  stranger,
  type Somebody,
} from './support.ts';

describe('the conclave command: coming in', () => {
  let world: World;
  let home: Machinery;
  before(async () => {
    world = await World.create();
  });
  beforeEach(() => {
    home = new Machinery();
  });
  afterEach(() => home.end());
  after(() => world.end());

  const file = (name: string, text: string) => {
    const path = join(home.home, name);
    writeFileSync(path, text);
    return path;
  };
  const at = (...words: string[]) => [...words, '--server', world.url, '--json'];
  const who = ({ email, name }: Somebody) => [
    ...['--email', email, '--name', name],
    ...['--workspace', world.slug, '--password-stdin'],
  ];
  const sessionFile = (url = world.url, profile = 'default') =>
    join(home.home, 'state', profile, encodeURIComponent(url), 'session.json');

  it('makes the first admin with the set-up code, once', async () => {
    const code = await world.app.auth.invite(world.workspaceId, { role: 'admin' });
    const ada = stranger('Ada');
    const words = at('setup', '--code-file', file('code', `${code}\n`), ...who(ada));
    const [row] = await rows(home.here(words, { input: ada.password }));
    assert.deepEqual([row?.['email'], row?.['server']], [ada.email, world.url]);
    const [me] = await rows(home.here(['whoami', '--json']));
    assert.deepEqual([me?.['role'], me?.['displayName']], ['admin', 'Ada']);
    const second = home.here(
      at('setup', '--code-file', join(home.home, 'code'), ...who(stranger('Eve'))),
      { input: ada.password },
    );
    const refusal = await failure(second);
    assert.deepEqual([refusal['code'], refusal['ending']], ['registration_closed', 1]);
    assert.match(String(refusal['message']), /does not take this set-up code/);
  });

  it('needs an invitation where the server does, and takes it from a file', async () => {
    const slug = `${world.slug}-closed`;
    const name = 'Closed';
    const id = await world.app.auth.createWorkspace({ slug, name, registration: 'invited' });
    const bob = stranger('Bob');
    const words = at('sign-up', ...who(bob), '--workspace', slug);
    const closed = await failure(home.here(words, { input: bob.password }));
    assert.equal(closed['code'], 'registration_closed');
    const code = await world.app.auth.invite(id, { role: 'moderator' });
    const invited = [...words, '--code-file', file('code', code)];
    await done(home.here(invited, { input: bob.password }));
    const [me] = await rows(home.here(['whoami', '--json']));
    assert.equal(me?.['role'], 'moderator');
  });

  it('names every rule that a password breaks, in words', async () => {
    const eve = stranger('Eve');
    const refusal = await failure(home.here(at('sign-up', ...who(eve)), { input: 'eve\n' }));
    assert.deepEqual([refusal['code'], refusal['ending']], ['password_policy', 1]);
    const { rules } = refusal['detail'] as { rules: PasswordRule[] };
    assert.ok(rules.length >= 4);
    for (const rule of rules)
      assert.ok(String(refusal['message']).includes(PASSWORD_RULES[rule] ?? '?'), rule);
    const all = {
      ...{ too_short: 1, too_long: 1, no_upper: 1, no_lower: 1, no_digit: 1, no_special: 1 },
      ...{ too_common: 1, contains_context: 1, contains_nul: 1, unchanged: 1 },
    } satisfies Record<PasswordRule, 1>;
    assert.deepEqual(Object.keys(PASSWORD_RULES).sort(), Object.keys(all).sort());
  });

  it('refuses a wrong password and keeps nothing of it', async () => {
    const ada = await newcomer(home, world, 'Ada', 'default');
    const kept = readFileSync(sessionFile(), 'utf8');
    const words = ['--email', ada.email, '--workspace', world.slug, '--password-stdin'];
    const wrong = await failure(home.here(at('sign-in', ...words), { input: 'Wrong-1234' }));
    assert.deepEqual([wrong['code'], wrong['ending']], ['invalid_credentials', 1]);
    assert.equal(readFileSync(sessionFile(), 'utf8'), kept, 'whoever was signed in still is');
    const elsewhere = home.here(at('sign-in', '--profile', 'other', ...words), { input: 'no' });
    assert.equal((await elsewhere.ended).ending, 1);
    assert.equal(existsSync(sessionFile(world.url, 'other')), false);
  });

  it('says that there is no such workspace', async () => {
    const words = at('sign-in', '--email', 'ada@example.org', '--password-stdin');
    const refusal = await failure(
      home.here([...words, '--workspace', 'nowhere-at-all'], { input: 'x' }),
    );
    assert.equal(refusal['code'], 'not_found');
    assert.match(String(refusal['message']), /no such workspace .* --workspace/);
  });

  it('does not tell whether an address had an account, but that this password does not open it', async () => {
    const ada = await newcomer(home, world, 'Ada', 'default');
    const again = at('sign-up', '--profile', 'other', ...who(ada));
    const refusal = await failure(home.here(again, { input: `${ada.password}x` }));
    assert.equal(refusal['code'], 'invalid_credentials');
    assert.match(String(refusal['message']), /conclave sign-in/);
  });

  it('ends the session that another one takes the place of, and on signing out the last one', async () => {
    const ada = await newcomer(home, world, 'Ada', 'default');
    const { accessToken: first } = parsed(readFileSync(sessionFile(), 'utf8'));
    const words = ['--email', ada.email, '--workspace', world.slug];
    const source = file('password', `${ada.password}\nnot this\n`);
    await done(home.here(at('sign-in', ...words, '--password-file', source)));
    const { accessToken: second } = parsed(readFileSync(sessionFile(), 'utf8'));
    assert.deepEqual([await taken(world, first), await taken(world, second)], [401, 200]);
    const out = await done(home.here(['sign-out']));
    assert.equal(out, `Signed out of ${world.url}.\n`);
    assert.equal(await taken(world, second), 401);
    assert.equal(existsSync(sessionFile()), false);
    for (const command of ['whoami', 'sign-out', 'channels']) {
      const nobody = await failure(home.here([command, '--json']));
      assert.deepEqual([nobody['code'], nobody['ending']], ['signed_out', 4], command);
    }
  });

  it('signs out here even when the server is away, and says so', async () => {
    const proxy = await CutProxy.before(() => world.app.port());
    try {
      const { email, name, password } = stranger('Ada');
      const words = ['sign-up', '--server', proxy.url, ...who({ email, name, password })];
      await done(home.here(words, { input: password }));
      proxy.sever();
      const out = await done(home.here(['sign-out']));
      assert.match(out, /^Signed out here\. http:\S+ was not reached/);
      assert.equal(existsSync(sessionFile(proxy.url)), false);
    } finally {
      await proxy.close();
    }
  });

  it('asks nobody where there is no terminal, and says what to give', async () => {
    const { email } = stranger('Ada');
    const cases: [string[], RegExp][] = [
      [['sign-in'], /Give --email\./],
      [['sign-in', '--email', email], /Give --password-stdin or --password-file\./],
      [['sign-up', '--email', email], /Give --name\./],
      [['setup', '--email', email], /Give --code-file\./],
    ];
    for (const [words, says] of cases) {
      const refusal = await failure(home.here(at(...words)));
      assert.deepEqual([refusal['code'], refusal['ending']], ['no_terminal', 2], words.join(' '));
      assert.match(String(refusal['message']), says);
    }
    const chat = await home.here(['--server', world.url]).ended;
    assert.equal(chat.ending, 2);
    assert.match(chat.err, /^The chat needs a terminal\./);
  });

  it('takes a password from one place, which is not the command line and not empty', async () => {
    const words = at('sign-in', '--email', 'ada@example.org');
    const source = file('password', '\n');
    const cases: [string[], number][] = [
      [['--password-stdin', '--password-file', source], 2],
      [['--password-file', source], 2],
      [['--password-stdin'], 2],
      [['--password-file', join(home.home, 'missing')], 5],
      [['--password', 'secret'], 2],
    ];
    for (const [more, ending] of cases)
      assert.equal((await failure(home.here([...words, ...more])))['ending'], ending, more[0]);
  });

  it('follows no redirection with a password', async () => {
    const heard: string[] = [];
    const elsewhere = await answering((path, answer) => {
      heard.push(path);
      answer.end('{}');
    });
    const redirecting = await answering((path, answer) => {
      if (path === '/healthz') answer.end('{}');
      else answer.writeHead(307, { location: `${elsewhere.url}/v1/sessions` }).end();
    });
    const words = ['sign-in', '--email', 'ada@example.org', '--password-stdin', '--json'];
    const asked = home.here([...words, '--server', redirecting.url], { input: 'Secret-1234' });
    const refusal = await failure(asked);
    assert.equal(refusal['ending'], 3);
    assert.match(String(refusal['message']), /sends on to another address/);
    assert.deepEqual(heard, []);
    for (const { close } of [elsewhere, redirecting]) close();
  });

  it('sends no password where it could be read on the way', async () => {
    const words = ['sign-in', '--email', 'ada@example.org', '--password-stdin', '--json'];
    const refusal = await failure(home.here([...words, '--server', 'http://chat.example.org']));
    assert.deepEqual([refusal['code'], refusal['ending']], ['insecure_server', 2]);
  });

  it('says at once that nothing answers', async () => {
    const gone = `http://127.0.0.1:${await unusedPort()}`;
    const words = ['sign-in', '--email', 'ada@example.org', '--password-stdin', '--json'];
    const refusal = await failure(home.here([...words, '--server', gone], { input: 'x' }));
    assert.deepEqual([refusal['code'], refusal['ending']], ['unreachable', 3]);
    assert.match(String(refusal['message']), /^Nothing answers at http:.* npm start/);
    await newcomer(home, world, 'Ada', 'default');
    writeFileSync(
      join(home.home, 'state', 'default', 'profile.json'),
      JSON.stringify({ server: gone }),
    );
    assert.equal((await failure(home.here(['whoami', '--json'])))['ending'], 4);
  });
});

async function answering(answer: (path: string, response: ServerResponse) => void) {
  const server = createServer(({ url }, response) => answer(url ?? '', response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

/** How the server takes an access token. */
async function taken(world: World, token: unknown): Promise<number> {
  const headers = { authorization: `Bearer ${String(token)}` };
  const { status } = await fetch(`${world.url}/v1/me`, { headers });
  return status;
}
