/** People end what is kept about them by one command, take it back by the same, and get the receipt without an account. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asked } from '../support/asked.ts';
import type { OutputOf } from '../support/connection.ts';
import { DAY } from '../support/hand-clock.ts';
import { World } from '../support/world.ts';
import { rows as stored } from '../chat/support.ts';
import { becomes } from '../privacy/support.ts';
import { done, failure, Machinery, newcomer, parsed, rows } from './support.ts';

type ErasureId = OutputOf<'erasure.request'>['erasureId'];

describe('conclave me erase', function () {
  this.timeout(60_000);
  let world: World;
  let home: Machinery;
  let password: string;
  beforeEach(() => {
    home = new Machinery();
  });
  afterEach(async () => {
    home.end();
    await world.end();
  });
  async function begins(environment = {}) {
    world = await World.create({ environment });
    password = (await newcomer(home, world, 'Ada')).password;
  }
  const where = () => ['--server', world.url, '--profile', 'ada'];
  const erase = (words: readonly string[], input = `${password}\n`) =>
    home.here(['me', 'erase', ...words, ...where()], { input });
  const receipt = (words: readonly string[], input = '') =>
    home.here(['me', 'receipt', ...words, ...where()], { input });
  const path = (name: string) => join(home.home, name);

  it('asks for it, says how long it can be taken back and how, tells how far it is, and takes it back', async () => {
    await begins();
    assert.equal(await done(erase(['--status'])), 'You have asked for no erasure.\n');
    const due = new Date(world.clock.now().getTime() + 7 * DAY).toISOString().slice(0, 10);
    const said = await done(erase(['--yes', '--password-stdin']));
    assert.match(said, new RegExp(`is waiting\\. Until ${due} .* --cancel\n`));
    assert.match(said, /shown this once: ce1\.\S{36}\.\S{43}\n/);
    const again = await failure(erase(['--yes', '--password-stdin', '--json']));
    assert.deepEqual([again['ending'], again['code']], [1, 'erasure_open']);
    const [status] = await rows(erase(['--status', '--json']));
    assert.deepEqual([status?.['state'], 'receiptToken' in (status ?? {})], ['waiting', false]);
    assert.match(await done(erase(['--cancel'])), /taken back/);
    const states = 'SELECT state FROM erasure WHERE workspace_id = $1';
    assert.deepEqual(await stored(world, states, world.workspaceId), [{ state: 'cancelled' }]);
    assert.equal(await done(erase(['--cancel'])), 'You have asked for no erasure.\n');
  });

  it('asks for nothing with a wrong password, without a word at a terminal, or where the token finds no place', async () => {
    await begins();
    const token = path('token');
    const words = ['--yes', '--password-stdin', '--token-file', token, '--json'];
    const wrong = await failure(erase(words, 'wrong-Password-1\n'));
    assert.deepEqual([wrong['code'], existsSync(token)], ['invalid_credentials', false]);
    const silent = await failure(erase(['--password-stdin', '--json']));
    assert.deepEqual([silent['ending'], silent['code']], [2, 'no_terminal']);
    writeFileSync(token, 'mine');
    assert.equal((await failure(erase(words)))['code'], 'not_written');
    assert.equal(readFileSync(token, 'utf8'), 'mine');
    const both = await failure(erase(['--status', '--cancel', '--json']));
    assert.equal(both['code'], 'usage');
    const text = 'SELECT FROM erasure WHERE workspace_id = $1';
    assert.deepEqual(await stored(world, text, world.workspaceId), []);
  });

  it('gives the receipt to who has the token alone: pending, then a file that verify-receipt accepts', async () => {
    await begins();
    const token = path('token');
    const [asking] = await rows(
      erase(['--yes', '--password-stdin', '--token-file', token, '--json']),
    );
    assert.equal(statSync(token).mode & 0o777, 0o600);
    assert.ok(!JSON.stringify(asking).includes('ce1.'), 'it is in the file alone');
    const out = path('receipt.json');
    const early = await failure(receipt(['--token-file', token, '--out', out, '--json']));
    assert.deepEqual(
      [early['ending'], early['code'], existsSync(out)],
      [1, 'receipt_pending', false],
    );
    world.clock.forward(7 * DAY);
    const erasureId = asking?.['erasureId'] as ErasureId;
    await world.database.query(
      `SELECT graphile_worker.add_job('privacy.erase',
         json_build_object('workspaceId', $1::uuid, 'about', json_build_object('erasureId', $2::uuid)))`,
      [world.workspaceId, erasureId],
    );
    await becomes(world, erasureId, 'done');
    assert.match(await done(receipt(['--token-file', token, '--out', out])), /: the receipt\.\n/);
    assert.equal(statSync(out).mode & 0o777, 0o600);
    const keys = path('keys.json');
    const url = `/v1/receipt-keys?workspace=${world.slug}`;
    const published = await asked<OutputOf<'receipt.keys'>>(world.url, 'GET', url).accepted();
    writeFileSync(keys, JSON.stringify(published));
    const verified = await done(home.here(['verify-receipt', out, '--keys', keys]));
    assert.match(verified, /^The signature is right\.\nErased: /);
    const piped = await done(receipt(['--token-stdin'], readFileSync(token, 'utf8')));
    assert.deepEqual(parsed(piped), JSON.parse(readFileSync(out, 'utf8')));
    const other = `ce1.${world.workspaceId}.${'x'.repeat(43)}`;
    assert.equal((await failure(receipt(['--token-stdin', '--json'], other)))['code'], 'not_found');
    assert.equal((await failure(receipt(['--token-stdin', '--json'], 'mine')))['code'], 'usage');
    assert.equal((await failure(receipt(['--json'])))['code'], 'usage');
  });

  it('waits for it where it begins at once, although the session ends in the middle', async () => {
    await begins({ ERASURE_GRACE_DAYS: '0' });
    const found = await rows(erase(['--yes', '--password-stdin', '--json']));
    assert.deepEqual(
      found.map(({ state }) => state),
      ['waiting', 'done'],
    );
    const proof = found[1]?.['receipt'] as { keysDestroyed: { subject: number } };
    assert.equal(proof.keysDestroyed.subject, 1);
    const signedOut = await failure(home.here(['whoami', '--json', ...where()]));
    assert.equal(signedOut['ending'], 4);
  });
});
