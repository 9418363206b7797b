/** A published signing key is worth nothing without the root keyring, and nothing when a bit of its row is another. */
import assert from 'node:assert/strict';
import { kids, LEAD_MS, openSigning, signingNode, type Signing } from './signing.ts';
import { ring } from './support.ts';

describe('the rows of signing keys', () => {
  let signing: Signing;
  before(async () => {
    signing = await openSigning();
  });
  after(() => signing.end());
  beforeEach(() => signing.database.owner.query('DELETE FROM signing_key'));
  const node = () => signingNode(signing);

  it('are kept as sealed bytes, and nothing of the private half is in the table or in a log', async () => {
    const { rotate, rows, seals } = node();
    const { kid } = await rotate();
    const { rows: kept } = await signing.database.owner.query(
      'SELECT k::text AS whole FROM signing_key k',
    );
    const found = (await rows.all()).rows[0];
    assert.ok(found);
    const pair = seals.open(found);
    const { d = '' } = pair?.key.export({ format: 'jwk' }) ?? {};
    const bytes = Buffer.from(d, 'base64url').toString('hex');
    assert.equal(bytes.length, 64);
    assert.ok(!JSON.stringify(kept).includes(bytes));
    assert.equal(found.kid, kid);
  });

  it('are destroyed when they verify nothing more; that they were there stays', async () => {
    const { rotate, keys } = node();
    await rotate();
    await rotate();
    await signing.database.owner.query(
      `UPDATE signing_key SET signs_from = signs_from - interval '2 hours',
         earlier_until = earlier_until - interval '2 hours'`,
    );
    const { kid } = await rotate();
    const { rows } = await signing.database.owner.query<{ number: number; gone: boolean }>(
      'SELECT number, sealed IS NULL AS gone FROM signing_key ORDER BY number',
    );
    assert.deepEqual(
      rows.map(({ gone }) => gone),
      [true, false, false],
    );
    // The row of the second was changed by hand, so that it does not open: only the third is left.
    await assert.rejects(keys.read(), /opens under the root keyring/);
    assert.ok(keys.publicKey(kid));
    assert.equal(keys.publicKey('seed'), undefined, 'the settings are not fallen back on');
  });

  const changes: readonly [string, string][] = [
    ['another number', 'UPDATE signing_key SET number = 7'],
    ['another kid', `UPDATE signing_key SET kid = 'evil'`],
    ['an earlier start', `UPDATE signing_key SET signs_from = signs_from - interval '1 second'`],
    [
      'a longer life for the key before',
      `UPDATE signing_key SET earlier_until = earlier_until + interval '1 day'`,
    ],
    [
      'a flipped bit',
      'UPDATE signing_key SET sealed = set_byte(sealed, 40, 255 - get_byte(sealed, 40))',
    ],
    ['another root key', `UPDATE signing_key SET root_key = '__proto__'`],
  ];
  for (const [what, change] of changes)
    it(`are not believed with ${what}, and that is told once`, async () => {
      const { rotate, rows, seals, keys, noticed } = node();
      await rotate();
      await signing.database.owner.query(change);
      const [row] = (await rows.all()).rows;
      assert.ok(row && seals.open(row) === null);
      await keys.read().catch(() => undefined);
      await keys.read().catch(() => undefined);
      assert.deepEqual(noticed, [`broken ${row.kid}`]);
      assert.equal(keys.publicKey(row.kid), undefined);
    });

  it('cannot be planted by who can write to the database and has no root key', async () => {
    const thief = signingNode(signing, ring('1'));
    const { kid } = await thief.rotate();
    const honest = node();
    await honest.keys.read();
    assert.deepEqual(honest.noticed, [`broken ${kid}`]);
    assert.deepEqual(kids(honest.keys), ['seed']);
    await honest.rotate();
    honest.clock.advance(LEAD_MS);
    await honest.keys.read();
    assert.equal(honest.keys.publicKey(kid), undefined);
  });

  it('are refused by the database when they would sign before every node has read them', async () => {
    const { rows, seals } = node();
    const publish = async (from: number) => {
      const { now, number } = await rows.next();
      const standing = { number, signsFrom: now + from, earlierUntil: now + from };
      return rows.publish(seals.make(standing));
    };
    assert.equal(await publish(1_000), false);
    assert.equal(await publish(10_000), true);
    assert.equal(await publish(5_000), false, 'the order of the numbers is the order of signing');
    assert.equal(await publish(10_500), true);
  });

  it('are out of reach of the login of the server but for the three functions', async () => {
    await node().rotate();
    for (const forbidden of [
      'SELECT * FROM signing_key',
      'DELETE FROM signing_key',
      'UPDATE signing_key SET sealed = NULL',
      `INSERT INTO signing_key (number, kid, root_key, signs_from, earlier_until) VALUES (9, '', '', now(), now())`,
    ])
      await assert.rejects(
        signing.postgres.statements.run(forbidden.slice(0, 12), forbidden, []),
        /permission denied/,
      );
  });
});
