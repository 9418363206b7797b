/** The drill of an erasure: what an old backup still opens is closed before the restored server serves, or it does not serve. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { keyring } from '../../../src/crypto/index.ts';
import { ledgerHeads } from '../../../src/operator/index.ts';
import { createLog } from '../../../src/platform/log.ts';
import { author, type Author } from '../../privacy/support.ts';
import { eventually } from '../../support/bootstrap-clone.ts';
import { tryAllOf } from '../../support/ciphertexts.ts';
import { all, Restorable, someFolder } from '../../support/restorable.ts';
import { ROOMY, World } from '../../support/world.ts';

describe('a server restored from before somebody was erased', function () {
  this.timeout(240_000);
  const backups = someFolder();
  const elsewhere = someFolder();
  const ledger = join(elsewhere.path, 'ledger.jsonl');
  const TEXTS = 3;
  let old: Restorable;
  let fresh: Restorable;
  let world: World;
  before(async () => {
    old = await Restorable.create({ migrated: true });
    fresh = await Restorable.create();
    world = await World.create({ environment: { ...settings(old), ERASURE_GRACE_DAYS: '0' } });
    await old.rows(`UPDATE workspace SET registration = 'open'`);
  });
  after(async () => {
    await world.end();
    await old.remove();
    await fresh.remove();
    for (const folder of [backups, elsewhere]) folder.remove();
  });

  const settings = (of: Restorable, file = ledger) => ({
    ...of.environment,
    ERASURE_LEDGER_FILE: file,
  });
  const root = () => {
    const ring = keyring(readConfig({ ...process.env, ...old.environment }).keys.root);
    return ring.key(ring.current);
  };
  async function erased({ person, resident: { password } }: Author) {
    const { erasureId } = await person.call('erasure.request', { password }).accepted();
    await eventually('it is done', async () => {
      const [row] = await old.rows<{ state: string }>('SELECT state FROM erasure WHERE id = $1', [
        erasureId,
      ]);
      return row?.state === 'done';
    });
  }
  const lines = () => readFileSync(ledger, 'utf8').split('\n').slice(0, -1);
  async function refusesToServe(file: string, sentence: RegExp) {
    const config = readConfig({ ...process.env, ...ROOMY, ...settings(fresh, file) });
    const app = createApp({ config, log: createLog('silent') });
    try {
      await assert.rejects(app.start(), sentence);
      assert.throws(() => app.port(), 'it does not listen');
    } finally {
      await app.stop();
    }
  }

  it('erases them again before it serves, and does not serve without the ledger or with an older one', async () => {
    const eve = await author(world, 'Eve');
    const { userId } = eve.person;
    const room = await world.channel(await world.person('Ada'), [eve.person]);
    for (let n = 0; n < TEXTS; n += 1)
      await eve.person.send(room.id, `secret ${n}`, world.clientId()).accepted();
    for (const name of ['Bob', 'Carol']) await erased(await author(world, name));
    const keeper = old.keeper({ heads: ledgerHeads });
    const taken = (await all(keeper.take({ to: backups.path }))).at(-1);
    assert.ok(taken?.is === 'taken');
    await erased(eve);
    assert.equal(lines().length, 3);
    const gone = await tryAllOf(old, userId, root());
    assert.equal(gone.opened, 0, 'in the database that erased them');

    const from = { from: taken.path, keys: taken.keys, keepSessions: false };
    const restored = (await all(fresh.keeper().restore(from))).at(-1);
    assert.ok(restored?.is === 'restored');
    const hash = createHash('sha256')
      .update(lines()[1] ?? '')
      .digest('hex');
    assert.deepEqual(restored.heads, { [`erasure ${world.workspaceId}`]: { seq: 2, hash } });
    const whole = { opened: TEXTS + 2, closed: 0 };
    assert.deepEqual(await tryAllOf(fresh, userId, root()), whole, 'the check can fail');

    const [none, older] = [join(elsewhere.path, 'none.jsonl'), join(elsewhere.path, 'older.jsonl')];
    writeFileSync(older, `${lines()[0]}\n`);
    await refusesToServe(none, /ERASURE_LEDGER_FILE, .*none\.jsonl.* is missing.* does not serve/);
    await refusesToServe(older, /ends at entry 1 .*the database knows of 2.* does not serve/);
    assert.deepEqual(await tryAllOf(fresh, userId, root()), whole, 'nothing was done by halves');

    const served = await World.create({ environment: settings(fresh) });
    try {
      const { opened } = await tryAllOf(fresh, userId, root());
      assert.equal(opened, 0, 'none opens once it serves');
      const [keys] = await fresh.rows(
        `SELECT (SELECT count(*) FROM subject_key WHERE subject_id = $1)::int AS subject,
           (SELECT count(*) FROM data_key WHERE author_id = $1)::int AS data`,
        [userId],
      );
      assert.deepEqual(keys, { subject: 0, data: 0 });
      const { url } = served;
      await eve.resident.tries({ url }).refused('invalid_credentials');
    } finally {
      await served.end();
    }
    assert.equal(lines().length, 3, 'nothing is written twice');
  });

  it('does not serve with a ledger of the time of its backup, where a newer backup was beside it', async () => {
    const keeper = old.keeper({ heads: ledgerHeads });
    const first = (await all(keeper.take({ to: backups.path }))).at(-1);
    assert.ok(first?.is === 'taken');
    const short = join(elsewhere.path, 'rolled-back.jsonl');
    copyFileSync(ledger, short);
    await erased(await author(world, 'Dan'));
    await all(keeper.take({ to: backups.path }));
    const words = { from: first.path, replace: fresh.name, keepSessions: false };
    await all(fresh.keeper().restore(words));
    const known = lines().length;
    await refusesToServe(
      short,
      new RegExp(`ends at entry ${known - 1} .*the newest backup that .* knows of ${known}`),
    );
    const given = { ...process.env, ...settings(fresh, short) };
    const findings = await all(fresh.keeper({ environment: given }).verify());
    const found = findings.find(({ check }) => check === 'erasure-ledger');
    assert.equal(found?.verdict, 'failed');
    const served = await World.create({ environment: settings(fresh) });
    await served.end();
  });
});
