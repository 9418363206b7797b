/** The way back in: a mail, its code, a new password; and a machine that was used before gets in past a stranger. */
import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIMIT_TABLE } from '../../src/limits/index.ts';
import { CONFIRM, Mailbox, RESET } from '../auth/mailbox.ts';
import { post } from '../auth/posting.ts';
import { UNLIMITED, World } from '../support/world.ts';
import { done, failure, Machinery, newcomer, rows, type Somebody } from './support.ts';

const NEXT = 'Purple-otters-7-juggle';

describe('the conclave command: coming back in', () => {
  let world: World;
  let mailbox: Mailbox;
  let home: Machinery;
  before(async () => {
    mailbox = new Mailbox();
    // All come from one address here: only the window of the account is as in the product.
    const { windows, ...row } = LIMIT_TABLE['auth.login'];
    const named = { ...row, windows: windows.filter(({ by }) => by === 'named') };
    const limits = { ...UNLIMITED, 'auth.login': named };
    world = await World.create({ environment: mailbox.environment, limits });
  });
  beforeEach(() => {
    home = new Machinery();
  });
  afterEach(() => home.end());
  after(async () => {
    await world.end();
    mailbox.end();
  });

  const at = (...words: string[]) => [...words, '--server', world.url, '--json'];
  const file = (name: string, text: string) => {
    const path = join(home.home, name);
    writeFileSync(path, text);
    return path;
  };
  const signIn = ({ email }: Somebody, input: string) =>
    home.here(at('sign-in', '--email', email, '--workspace', world.slug, '--password-stdin'), {
      input,
    });
  async function code({ email }: Somebody): Promise<string> {
    const words = at('request-reset', '--email', email, '--workspace', world.slug);
    const [row] = await rows(home.here(words));
    assert.deepEqual([row?.['accepted'], row?.['email']], [true, email]);
    return (await mailbox.comes(email, RESET)).token;
  }

  it('sets a new password with the code out of the mail, once', async () => {
    const ada = await newcomer(home, world, 'Ada', 'default');
    const codeFile = file('code', `${await code(ada)}\n`);
    const words = at('reset', '--code-file', codeFile, '--password-stdin');
    const weak = await failure(home.here(words, { input: 'ada' }));
    assert.equal(weak['code'], 'password_policy');
    const [row] = await rows(home.here(words, { input: `${NEXT}\n` }));
    assert.equal(row?.['reset'], true);
    const again = await failure(home.here(words, { input: `${NEXT}-2` }));
    assert.equal(again['code'], 'invalid_code');
    await failure(home.here(['whoami', '--json']));
    assert.equal((await failure(signIn(ada, ada.password)))['code'], 'invalid_credentials');
    await done(signIn(ada, NEXT));
  });

  it('proves an address with the code out of its mail, once', async () => {
    const ada = await newcomer(home, world, 'Ada', 'default');
    const { token, text } = await mailbox.comes(ada.email, CONFIRM);
    assert.match(text, /npx conclave verify-email --server http/);
    const words = at('verify-email', '--code-file', file('code', token));
    assert.equal((await rows(home.here(words)))[0]?.['verified'], true);
    assert.equal((await failure(home.here(words)))['code'], 'invalid_code');
  });

  it('says the same for an address that nobody has, and takes no code from the command line', async () => {
    const words = at('request-reset', '--email', 'nobody@example.org', '--workspace', world.slug);
    const [row] = await rows(home.here(words));
    assert.equal(row?.['accepted'], true);
    const bare = await failure(home.here(at('reset', '--password-stdin'), { input: NEXT }));
    assert.equal(bare['code'], 'no_terminal');
  });

  it('gets in past a stranger on a machine that was used before, also after signing out', async () => {
    const ada = await newcomer(home, world, 'Ada', 'default');
    await done(home.here(['sign-out', '--json']));
    const kept = join(home.home, 'state', 'default', encodeURIComponent(world.url), 'device.json');
    assert.equal(statSync(kept).mode & 0o777, 0o600);
    const body = { workspace: world.slug, email: ada.email, password: 'Wrong-1234' };
    for (let i = 0; i < 6; i += 1) await post(world, '/v1/sessions', body);
    await post(world, '/v1/sessions', { ...body, password: ada.password }).refused('rate_limited');
    await done(signIn(ada, ada.password));
    const elsewhere = new Machinery();
    try {
      const words = at('sign-in', '--email', ada.email, '--workspace', world.slug);
      const stranger = elsewhere.here([...words, '--password-stdin'], { input: ada.password });
      assert.equal((await failure(stranger))['code'], 'rate_limited');
    } finally {
      elsewhere.end();
    }
  });
});
