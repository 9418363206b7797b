/** What a person sees: questions in their order, no secret ever, and colours only where they are wanted. */
import assert from 'node:assert/strict';
import { World } from '../support/world.ts';
import { done, LAUNCHER, Machinery, newcomer, rows, stranger } from './support.ts';
import { Terminal } from './terminal.ts';

const UNAVAILABLE = 'neither util-linux nor Python is here to make a pseudo terminal';

describe('the conclave command: at a terminal', function () {
  this.timeout(240_000); // processes that are started one after the other, on a machine that may be busy
  let world: World;
  let home: Machinery;
  const terminals: Terminal[] = [];
  before(async () => {
    world = await World.create();
  });
  beforeEach(() => {
    home = new Machinery();
  });
  afterEach(() => {
    for (const terminal of terminals.splice(0)) terminal.end();
    home.end();
  });
  after(() => world.end());

  const run = (context: Mocha.Context, words: string[], more: Record<string, string> = {}) => {
    const terminal = Terminal.run([process.execPath, LAUNCHER, ...words], home.environment(more));
    if (!terminal) {
      console.log(`      ${UNAVAILABLE}`);
      return context.skip();
    }
    terminals.push(terminal);
    return terminal;
  };

  it('asks a new admin for everything, and shows the password to nobody', async function () {
    const code = await world.app.auth.invite(world.workspaceId, { role: 'admin' });
    const { email, password } = stranger('Ada');
    const terminal = run(this, ['setup', '--workspace', world.slug]);
    await terminal.shows('Server');
    await terminal.shows('http://127.0.0.1:3000');
    terminal.type(`${world.url}\r`);
    await terminal.shows('Set-up code that npm start printed');
    terminal.type('ci1.wrong\r');
    await terminal.shows('E-mail');
    terminal.type(`${email}\r`);
    await terminal.shows('Name, as others see it');
    terminal.type('Ada\r');
    const types = async (first: string, second: string) => {
      await terminal.shows('Password');
      terminal.type(`${first}\x14\r`); // Ctrl-T, which would show it
      await terminal.shows('The same password again');
      terminal.type(`${second}\r`);
    };
    await types(password, `${password}x`);
    await terminal.shows('The two are not the same.');
    await types('Weak-secret', 'Weak-secret');
    await terminal.shows('does not take this set-up code');
    await terminal.shows('Set-up code');
    terminal.type(`${code}\r`);
    await types('Weak-secret', 'Weak-secret');
    await terminal.shows('it has no digit');
    await types(password, password);
    await terminal.shows(`${email} is the first admin of ${world.url}`);
    assert.equal(await terminal.ended, 0, terminal.seen);
    for (const secret of [password, 'Weak-secret', password.slice(0, 6)])
      assert.ok(!terminal.seen.includes(secret), terminal.seen);
    const [me] = await rows(home.here(['whoami', '--json']));
    assert.equal(me?.['role'], 'admin');
  });

  it('lets somebody try a password again', async function () {
    const { email, password } = await newcomer(home, world, 'Bob', 'default');
    const terminal = run(this, ['sign-in', '--email', email, '--workspace', world.slug]);
    await terminal.shows('Password');
    terminal.type('wrong\r');
    await terminal.shows('The e-mail or the password is wrong.');
    await terminal.shows('Password');
    terminal.type(`${password}\r`);
    await terminal.shows(`Signed in as ${email}`);
    assert.equal(await terminal.ended, 0);
  });

  it('lets somebody go away at a question, as a signal ends a process', async function () {
    const terminal = run(this, ['sign-in', '--email', 'ada@example.org', '--server', world.url]);
    await terminal.shows('Password');
    terminal.type('\x03');
    assert.equal(await terminal.ended, 130, terminal.seen);
    assert.ok(terminal.seen.endsWith('\x1b[?25h'), 'the cursor is back');
  });

  it('colours what a person reads, and nothing where NO_COLOR is set or a file is written', async function () {
    await newcomer(home, world, 'Ada', 'default');
    await done(home.here(['create', 'Garden']));
    const coloured = run(this, ['channels']);
    await coloured.ended;
    assert.ok(coloured.seen.includes('\x1b[1mGarden\x1b[22m'), coloured.seen);
    const plain = run(this, ['channels'], { NO_COLOR: '1' });
    await plain.ended;
    assert.equal(plain.seen.trim(), 'Garden (public, owner)');
    assert.equal(await done(home.here(['channels'])), 'Garden (public, owner)\n');
  });
});
