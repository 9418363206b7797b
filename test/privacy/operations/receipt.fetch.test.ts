/** Who was erased gets the receipt for a token that only they were given: pending before, and gone after 90 days. */
import assert from 'node:assert/strict';
import { verifyDocument } from '../../../src/crypto/signed-document.ts';
import { LIMIT_TABLE } from '../../../src/limits/index.ts';
import { audited, rows } from '../../chat/support.ts';
import { asked } from '../../support/asked.ts';
import type { OutputOf } from '../../support/connection.ts';
import { DAY } from '../../support/hand-clock.ts';
import { UNLIMITED, World } from '../../support/world.ts';
import { author, becomes, type Author } from '../support.ts';

type Fetched = OutputOf<'receipt.fetch'>;

describe('receipt.fetch', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world.end());

  const fetching = (token: string) =>
    asked<Fetched>(world.url, 'POST', '/v1/receipts', { body: { token } });
  const request = ({ person, resident }: Author, more: object = {}) =>
    person.call('erasure.request', { password: resident.password, ...more }).accepted();
  async function runs(erasureId: Awaited<ReturnType<typeof request>>['erasureId']) {
    world.clock.forward(7 * DAY);
    await world.database.query(
      `SELECT graphile_worker.add_job('privacy.erase',
         json_build_object('workspaceId', $1::uuid, 'about', json_build_object('erasureId', $2::uuid)))`,
      [world.workspaceId, erasureId],
    );
    await becomes(world, erasureId, 'done');
  }

  it('says pending until it is done, then gives what the server signed, to who has no account any more', async () => {
    const ada = await author(world);
    const { erasureId, receiptToken } = await request(ada);
    assert.deepEqual(await fetching(receiptToken).accepted(), { state: 'pending', receipt: null });
    await runs(erasureId);
    await ada.resident.tries().refused('invalid_credentials');
    const { state, receipt } = await fetching(receiptToken).accepted();
    assert.equal(state, 'done');
    assert.equal(receipt?.subjectId, ada.person.userId);
    const path = `/v1/receipt-keys?workspace=${world.slug}`;
    const keys = await asked<OutputOf<'receipt.keys'>>(world.url, 'GET', path).accepted();
    assert.equal(verifyDocument('erasure-receipt', receipt, keys), 'valid');
    assert.equal((await audited(world, 'receipt.fetch', erasureId)).length, 1);
    assert.deepEqual((await fetching(receiptToken).accepted()).receipt, receipt, 'and again');
  });

  it('keeps a digest of the token, gives it to nobody else, and none where there is one open', async () => {
    const ada = await author(world);
    const { erasureId, receiptToken } = await request(ada);
    const text = 'SELECT e::text AS whole FROM erasure e WHERE id = $1';
    const whole = String((await rows(world, text, erasureId))[0]?.['whole']);
    const secret = receiptToken.split('.')[2] ?? '';
    for (const hidden of [secret, Buffer.from(secret, 'base64url').toString('hex')])
      assert.ok(!whole.includes(hidden) && !world.logged.join('').includes(hidden));
    const { password } = ada.resident;
    const refused = await ada.person.call('erasure.request', { password }).refused('erasure_open');
    assert.ok(!JSON.stringify(refused).includes('ce1.'));
    const read = await ada.person.call('erasure.read', { erasureId }).accepted();
    assert.ok(!JSON.stringify(read).includes('ce1.'));
  });

  it('is refused not_found alike: never given, of another workspace, taken back, and 90 days after it was done', async () => {
    const [ada, bob] = [await author(world), await author(world, 'Bob')];
    const { erasureId, receiptToken } = await request(ada);
    const [kind, , secret] = receiptToken.split('.');
    const elsewhere = await world.anotherWorkspace();
    const nowhere = '01890a5d-ac96-774b-bcce-b302099a8057';
    const made = [
      `${kind}.${world.workspaceId}.${'x'.repeat(43)}`,
      `${kind}.${elsewhere}.${secret}`,
      `${kind}.${nowhere}.${secret}`,
    ];
    const answers = [];
    for (const token of made) answers.push(await fetching(token).refused('not_found'));
    const taken = await request(bob);
    await bob.person.call('erasure.cancel', { erasureId: taken.erasureId }).accepted();
    answers.push(await fetching(taken.receiptToken).refused('not_found'));
    await runs(erasureId);
    world.clock.forward(90 * DAY - 1);
    await fetching(receiptToken).accepted();
    world.clock.forward(1);
    answers.push(await fetching(receiptToken).refused('not_found'));
    const told = answers.map(({ code, detail, retry }) => JSON.stringify({ code, detail, retry }));
    assert.equal(new Set(told).size, 1, told.join());
  });

  it('gives what was erased so far while a legal hold keeps the rest, and does not let it expire', async () => {
    const ada = await author(world);
    const { erasureId, receiptToken } = await request(ada);
    await runs(erasureId);
    const { receipt } = await fetching(receiptToken).accepted();
    await world.database.query(`UPDATE erasure SET state = 'held' WHERE id = $1`, [erasureId]);
    world.clock.forward(200 * DAY);
    assert.deepEqual(await fetching(receiptToken).accepted(), { state: 'pending', receipt });
  });

  it('is refused invalid_input for another shape, and rate_limited by the address', async () => {
    for (const token of ['', 'ce1', `ci1.${world.workspaceId}.${'x'.repeat(43)}`])
      await fetching(token).refused('invalid_input');
    const { 'auth.code': row } = LIMIT_TABLE;
    const strict = await World.create({ limits: { ...UNLIMITED, 'auth.code': row } });
    try {
      const body = { token: `ce1.${strict.workspaceId}.${'x'.repeat(43)}` };
      const ask = () => asked<Fetched>(strict.url, 'POST', '/v1/receipts', { body });
      for (let n = 0; n < 10; n += 1) await ask().refused('not_found');
      await ask().refused('rate_limited');
    } finally {
      await strict.end();
    }
  });
});
