/** conclave doctor --verify says of a ledger of erasures whether a node would start with it. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { author } from '../../privacy/support.ts';
import { eventually } from '../../support/bootstrap-clone.ts';
import { all, Restorable, someFolder } from '../../support/restorable.ts';
import { World } from '../../support/world.ts';

describe('the ledger of erasures under conclave doctor --verify', function () {
  this.timeout(240_000);
  const folder = someFolder();
  const ledger = join(folder.path, 'ledger.jsonl');
  const kept = join(folder.path, 'kept.jsonl');
  let database: Restorable;
  let environment: Restorable['environment'];
  before(async () => {
    database = await Restorable.create({ migrated: true });
    environment = { ...database.environment, ERASURE_LEDGER_FILE: ledger };
    const world = await World.create({ environment: { ...environment, ERASURE_GRACE_DAYS: '0' } });
    try {
      await database.rows(`UPDATE workspace SET registration = 'open'`);
      for (const name of ['Bob', 'Eve']) {
        const { person, resident } = await author(world, name);
        const { password } = resident;
        await person.call('erasure.request', { password }).accepted();
      }
      await eventually('both are done', async () => {
        const open = await database.rows(`SELECT FROM erasure WHERE state <> 'done'`);
        return open.length === 0;
      });
    } finally {
      await world.end();
    }
    copyFileSync(ledger, kept);
  });
  after(async () => {
    await database.remove();
    folder.remove();
  });
  async function found(of = ledger) {
    const given = { ...process.env, ...environment, ERASURE_LEDGER_FILE: of };
    const findings = await all(database.keeper({ environment: given }).verify());
    return findings.find(({ check }) => check === 'erasure-ledger');
  }
  async function after_(damage: () => void) {
    damage();
    const finding = await found();
    copyFileSync(kept, ledger);
    return [finding?.verdict, finding?.found] as const;
  }

  it('finds nothing wrong in what the server wrote, and does not look where none is set', async () => {
    const finding = await found();
    assert.equal(finding?.verdict, 'ok');
    assert.match(finding.found, /all 2 entries/);
    assert.equal(await found(''), undefined);
  });

  it('names one that lost its last line, was edited, or is gone', async () => {
    const lines = () => readFileSync(ledger, 'utf8').split('\n');
    const [verdict, lost] = await after_(() => writeFileSync(ledger, `${lines()[0]}\n`));
    assert.equal(verdict, 'failed');
    assert.match(lost ?? '', /ends at entry 1 .*the database knows of 2/);
    const edited = await after_(() =>
      writeFileSync(ledger, readFileSync(ledger, 'utf8').replace('"seq":1', '"seq":3')),
    );
    assert.equal(edited[0], 'failed');
    assert.match(edited[1] ?? '', /line 1 does not bear its signature/);
    const gone = await after_(() => rmSync(ledger));
    assert.equal(gone[0], 'failed');
    assert.match(gone[1] ?? '', /missing/);
  });

  it('only warns of one that cannot be read here', async () => {
    assert.equal((await found(folder.path))?.verdict, 'warning');
  });
});
