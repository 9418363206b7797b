/** What opens the chat: who is signed in, what they had read, and how it ends. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { eventually } from '../support/bootstrap-clone.ts';
import type { OpenScreen, ScreenEnd, ScreenOptions } from '../../src/cli/screen-port.ts';
import type { ChannelId } from '../../src/contract/index.ts';
import { World } from '../support/world.ts';
import { LAUNCHER, Machinery, newcomer, rows, stranger } from './support.ts';
import { Terminal } from './terminal.ts';

describe('the conclave command: the chat', () => {
  let world: World;
  let home: Machinery;
  let channelId: ChannelId;
  before(async () => {
    world = await World.create();
    home = new Machinery();
    await newcomer(home, world, 'Ada', 'default');
    const [made] = await rows(home.here(['create', 'Garden', '--json']));
    channelId = made?.['id'] as ChannelId;
  });
  after(async () => {
    home.end();
    await world.end();
  });

  const open = (openScreen: OpenScreen, words: string[] = []) =>
    home.here(words, { openScreen, isTerminal: true, environment: { TERM: 'xterm' } });
  /** As the server keeps it. */
  const mark = async () => {
    const listed = await rows(home.here(['channels', '--json']));
    return listed.find(({ id }) => id === channelId)?.['readSeq'];
  };

  it('gets a client that is online, who it is for, and keeps what was read', async () => {
    const given: ScreenOptions[] = [];
    const running = open(async (options) => {
      given.push(options);
      const { client, marks } = options;
      assert.equal(client.state.value.is, 'online');
      const log = client.channel(channelId);
      await log.ready();
      const entry = await log.send('Hello from the screen');
      assert.equal((await entry.settled()).is, 'sent');
      marks.write(channelId, 1);
      return { reason: 'quit' };
    });
    assert.deepEqual(await running.ended, { ending: 0, out: '', err: '' });
    const [options] = given;
    assert.deepEqual(
      [options?.me.displayName, options?.server, options?.colour],
      ['Ada', world.url, true],
    );
    assert.equal(options?.me.userId, options?.client.me.value?.userId);
    assert.equal(options?.client.state.value.is, 'offline', 'it is closed after the screen');
    assert.equal(await mark(), 1);
  });

  it('ends as the screen ended', async () => {
    const cases: [ScreenEnd, number, RegExp][] = [
      [{ reason: 'quit' }, 0, /^$/],
      [{ reason: 'signed-out' }, 0, /^Signed out\.\n$/],
      [{ reason: 'ended', code: 'session_ended' }, 4, /The session was ended/],
    ];
    for (const [end, ending, says] of cases) {
      const said = await open(() => Promise.resolve(end)).ended;
      assert.equal(said.ending, ending, end.reason);
      assert.match(said.err, says);
    }
  });

  it('keeps what was read when the terminal goes away', async () => {
    let opened: () => void = () => undefined;
    const isOpen = new Promise<void>((resolve) => (opened = resolve));
    const running = open(async ({ client, marks }) => {
      const log = client.channel(channelId);
      await (await log.send('one more')).settled();
      marks.write(channelId, 2);
      opened();
      return new Promise(() => undefined);
    });
    await isOpen;
    running.interrupt('SIGHUP');
    assert.equal((await running.ended).ending, 'SIGHUP');
    assert.equal(await mark(), 2);
  });

  it('is for people at a terminal', async () => {
    const json = await open(() => Promise.reject(new Error('opened')), ['chat', '--json']).ended;
    assert.equal(json.ending, 2);
    assert.match(json.err, /conclave listen/);
    const unknown = await open(() => Promise.reject(new Error('opened')), ['sned']).ended;
    assert.deepEqual(
      [unknown.ending, unknown.err.replaceAll(/\x1b\[\d+m/g, '')], // eslint-disable-line no-control-regex
      [2, 'There is no command “sned”. conclave --help lists them all.\n'],
    );
  });

  it('asks who is new how they come in, and then opens', async function () {
    const fresh = new Machinery();
    const { email, password } = stranger('Bob');
    const environment = fresh.environment();
    const words = [process.execPath, LAUNCHER, '--server', world.url, '--workspace', world.slug];
    const terminal = Terminal.run(words, environment);
    if (!terminal) return this.skip();
    try {
      await terminal.shows('Nobody is signed in here yet.');
      await terminal.shows('How do you come in?');
      terminal.type('\x1b[B\r'); // the second: make an account
      await terminal.shows('E-mail');
      terminal.type(`${email}\r`);
      await terminal.shows('Name');
      terminal.type('Bob\r');
      await terminal.shows('Password');
      terminal.type(`${password}\r`);
      await terminal.shows('The same password again');
      terminal.type(`${password}\r`);
      const isIn = () => fresh.files().some(({ path }) => path.endsWith('session.json'));
      await eventually('somebody is signed in', isIn);
    } finally {
      terminal.end();
      await terminal.ended;
      // The command outlives its terminal by what it is writing.
      await eventually('its home is gone', () => removed(fresh.home), 45_000);
    }
  });
});

/** Once, and at once: the retries of `rmSync` do not look again at what came meanwhile, and stop the world for 20 s. */
function removed(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOTEMPTY');
    return false;
  }
}
