/** Several processes of one person: none of them costs another its session, not even one that is killed. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/bootstrap-clone.ts';
import { MINUTE } from '../support/hand-clock.ts';
import { World } from '../support/world.ts';
import { RefreshGate } from './refresh-gate.ts';
import { done, failure, Machinery, newcomer, parsed, rows, type Somebody } from './support.ts';

describe('the conclave command: several processes', () => {
  let world: World;
  let gate: RefreshGate;
  let home: Machinery;
  let ada: Somebody;
  before(async () => {
    world = await World.create();
    gate = await RefreshGate.before(world.app.port());
    home = new Machinery();
    ada = await newcomer(home, { url: gate.url, slug: world.slug }, 'Ada', 'default');
  });
  after(async () => {
    home.end();
    await gate.close();
    await world.end();
  });
  const folder = () => join(home.home, 'state', 'default', encodeURIComponent(gate.url));
  const session = () => parsed(readFileSync(join(folder(), 'session.json'), 'utf8'));
  const waiting = () =>
    readdirSync(folder()).filter((name) => /^refresh\.lock\..*unfinished$/.test(name)).length;
  const whoami = () => home.apart(['whoami', '--json']);

  it('refresh once when both find the token expired in the same instant', async () => {
    world.clock.forward(16 * MINUTE);
    const before = session();
    gate.shut();
    const processes = [whoami(), whoami()];
    await eventually(
      'one refreshes and the other waits',
      () => gate.refreshes === 1 && waiting() === 1,
    );
    gate.open();
    for (const one of processes) assert.equal((await rows(one))[0]?.['displayName'], 'Ada');
    assert.equal(gate.refreshes, 1);
    assert.notEqual(session()['refreshToken'], before['refreshToken']);
    assert.equal(session()['sessionId'], before['sessionId']);
    assert.equal(waiting(), 0);
  });

  it('go on after one was killed in the middle of its refresh', async () => {
    world.clock.forward(16 * MINUTE);
    const before = gate.refreshes;
    gate.shut();
    const killed = whoami();
    await eventually('it refreshes', () => gate.refreshes > before);
    killed.interrupt('SIGKILL');
    await killed.ended;
    gate.open(); // what the killed one asked for is done by the server, and nobody hears the answer
    await rows(home.here(['whoami', '--json']));
    assert.equal(gate.refreshes, before + 2);
    await rows(home.here(['whoami', '--json']));
  });

  it('finish a refresh that is under way before they end', async () => {
    world.clock.forward(16 * MINUTE);
    const before = gate.refreshes;
    gate.shut();
    const interrupted = whoami();
    await eventually('it refreshes', () => gate.refreshes > before);
    const { refreshToken } = session();
    interrupted.interrupt('SIGINT');
    gate.open();
    assert.equal((await interrupted.ended).ending, 'SIGINT');
    assert.notEqual(session()['refreshToken'], refreshToken, 'the new tokens were written');
    await rows(home.here(['whoami', '--json']));
    assert.equal(gate.refreshes, before + 1);
  });

  it('leave the session alone that another one began meanwhile', async () => {
    await done(home.here(['create', 'Garden']));
    const listening = home.here(['listen', 'Garden', '--json']);
    await listening.line((line) => line.includes('"listening"'));
    const who = ['--email', ada.email, '--workspace', world.slug, '--password-stdin'];
    await done(home.here(['sign-in', ...who], { input: ada.password }));
    const { sessionId } = session();
    const { ending, err } = await listening.ended;
    assert.equal(ending, 4);
    assert.equal(parsed(err)['error'] !== undefined, true);
    assert.equal(session()['sessionId'], sessionId);
    await rows(home.here(['whoami', '--json']));
  });

  it('are told when one of them signed out', async () => {
    const listening = home.here(['listen', 'Garden', '--json']);
    await listening.line((line) => line.includes('"listening"'));
    await done(home.here(['sign-out']));
    const { ending, err } = await listening.ended;
    assert.equal(ending, 4);
    assert.deepEqual((parsed(err)['error'] as { code: string }).code, 'session_ended');
    assert.equal((await failure(home.here(['whoami', '--json'])))['ending'], 4);
    assert.equal(readdirSync(folder()).includes('session.json'), false);
  });
});
