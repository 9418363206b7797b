/** A client that was signed in before says so, and gets in where a stranger has used up the attempts. */
import assert from 'node:assert/strict';
import { createClient, memoryStorage, type ClientOptions, type Storage } from 'conclave/client';
import { LIMIT_TABLE } from '../../src/limits/index.ts';
import { Resident } from '../auth/residents.ts';
import { UNLIMITED, World } from '../support/world.ts';

describe('the client: a known device', () => {
  let world: World;
  before(async () => {
    const { windows, ...row } = LIMIT_TABLE['auth.login'];
    const named = { ...row, windows: windows.filter(({ by }) => by === 'named') };
    world = await World.create({ limits: { ...UNLIMITED, 'auth.login': named } });
  });
  after(() => world.end());

  /** Signs in with a client of its own, and leaves: the code of the refusal, or `ok`. */
  async function signsIn(
    { email, password }: Pick<Resident, 'email' | 'password'>,
    more: Partial<ClientOptions>,
  ): Promise<string> {
    const client = createClient({ url: world.url, workspace: world.slug, ...more });
    const outcome = await client.signIn({ email, password });
    await client.signOut();
    client.close();
    return outcome.ok ? 'ok' : outcome.refusal.code;
  }
  async function exhausted(resident: Resident): Promise<void> {
    for (let i = 0; i < 6; i += 1) await resident.tries({ password: 'Wrong-1234' });
    await resident.tries().refused('rate_limited');
  }

  it('is shown to the server again after signing out, by another client with the same storage', async () => {
    const ada = await Resident.create(world);
    const device = memoryStorage();
    const tokens = memoryStorage();
    assert.equal(await signsIn(ada, { device, tokens }), 'ok');
    assert.deepEqual(await tokens.keys(''), []);
    assert.deepEqual(await device.keys(''), ['device']);
    await exhausted(ada);
    assert.equal(await signsIn(ada, {}), 'rate_limited');
    assert.equal(await signsIn(ada, { device }), 'ok');
  });

  it('is forgotten without harm where its storage does not work, and that is told', async () => {
    const ada = await Resident.create(world);
    const troubles: unknown[] = [];
    const broken = () => Promise.reject(new Error('disk full'));
    const device: Storage = { read: broken, write: broken, remove: broken, keys: broken };
    assert.equal(await signsIn(ada, { device, failed: (error) => troubles.push(error) }), 'ok');
    assert.equal(troubles.length, 2);
  });

  it('asks for a mail in its own workspace', async () => {
    const client = createClient({ url: world.url, workspace: world.slug });
    const asked = await client.requestPasswordReset({ email: 'nobody@example.org' });
    client.close();
    assert.ok(asked.ok && asked.data.accepted);
  });
});
