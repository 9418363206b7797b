/** Sending: stored once or refused with the reason, and never lost, whatever happens to the process or the answer. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { CutProxy } from '../support/cut-proxy.ts';
import { World } from '../support/world.ts';
import { done, failure, Machinery, newcomer, rows } from './support.ts';

/** The acknowledgement of a message that was stored. */
const STORED = /^43\d*\[\{"ok":true,"data":\{"id":"[^"]+","seq":/;

describe('the conclave command: send', () => {
  let world: World;
  let proxy: CutProxy;
  let home: Machinery;
  before(async () => {
    world = await World.create();
    proxy = await CutProxy.before(() => world.app.port());
    home = new Machinery();
    await newcomer(home, { url: proxy.url, slug: world.slug }, 'Ada', 'default');
    await done(home.here(['create', 'Garden']));
  });
  afterEach(() => {
    proxy.judge = () => 'pass';
    proxy.restore();
  });
  after(async () => {
    home.end();
    await proxy.close();
    await world.end();
  });
  const outbox = () => home.files().filter(({ path }) => /outbox.*\.json$/.test(path));
  const bodies = async () =>
    (await rows(home.here(['history', 'Garden', '--json']))).map(({ body }) => body);

  it('says why a message was not taken, and does not keep it', async () => {
    const bob = await world.person('Bob');
    await bob.call('channel.create', { kind: 'public', name: 'Shed' }).accepted();
    const cases: [string[], string, string, number][] = [
      [['Garden'], 'x'.repeat(4_001), 'invalid_input', 1],
      [['Garden'], 'x'.repeat(20_000), 'usage', 2],
      [['Garden'], ' \n', 'usage', 2],
      [['Shed', 'Hello'], '', 'forbidden', 1],
      [['Nowhere', 'Hello'], '', 'not_found', 1],
      [['Garden', 'Hello', '--wait', '0'], '', 'usage', 2],
    ];
    for (const [words, input, code, ending] of cases) {
      const refusal = await failure(home.here(['send', ...words, '--json'], { input }));
      assert.deepEqual([refusal['code'], refusal['ending']], [code, ending], words.join(' '));
    }
    assert.deepEqual([outbox(), await bodies()], [[], []]);
    const long = await home.here(['send', 'Garden'], { input: 'x'.repeat(4_001) }).ended;
    assert.match(long.err, /the message is longer than 4000 characters/);
  });

  it('says so when there is no answer in time, and the next one finds out, without a second copy', async () => {
    proxy.judge = (text) => (STORED.test(text) ? 'drop' : 'pass');
    const refusal = await failure(home.here(['send', 'Garden', 'first', '--wait', '1', '--json']));
    assert.deepEqual([refusal['code'], refusal['ending']], ['not_sent_yet', 3]);
    assert.deepEqual(
      outbox().map(({ mode }) => mode),
      [0o600],
    );
    proxy.judge = () => 'pass';
    await done(home.here(['send', 'Garden', 'second']));
    assert.deepEqual([await bodies(), outbox()], [['first', 'second'], []]);
  });

  it('loses nothing when its process is killed before the answer', async () => {
    const heard = new Promise<void>((resolve) => {
      proxy.judge = (text) => {
        if (!STORED.test(text)) return 'pass';
        resolve();
        return 'drop';
      };
    });
    const killed = home.apart(['send', 'Garden', 'third']);
    await heard;
    killed.interrupt('SIGKILL');
    await killed.ended;
    assert.equal(outbox().length, 1);
    proxy.judge = () => 'pass';
    await done(home.here(['send', 'Garden', 'fourth']));
    assert.deepEqual([await bodies(), outbox()], [['first', 'second', 'third', 'fourth'], []]);
  });

  it('sends nothing when nothing answers', async () => {
    proxy.sever();
    const refusal = await failure(home.here(['send', 'Garden', 'never', '--json']));
    assert.deepEqual([refusal['code'], refusal['ending']], ['unreachable', 3]);
    assert.deepEqual(outbox(), []);
    assert.ok(home.files().some(({ path }) => path === join(home.home, 'state', 'default')));
  });
});
