/** Where a service keeps the root keys closed, what the operator runs asks it as a node does, and does nothing without it. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig, type Environment } from '../../src/config.ts';
import { keyring } from '../../src/crypto/index.ts';
import { diagnose, type Finding } from '../../src/operator/index.ts';
import { project } from '../support/bootstrap-clone.ts';
import { authority, certificateFor, type Identity } from '../support/certificates.ts';
import { all, refusal, Restorable, someFolder } from '../support/restorable.ts';
import { TransitServer } from '../support/transit-server.ts';
import { World } from '../support/world.ts';

describe('the operator of a server whose root keys are wrapped', function () {
  this.timeout(240_000);
  const folder = someFolder();
  const to = join(folder.path, 'backups');
  let old: Restorable;
  let fresh: Restorable;
  let ca: Identity;
  let kms: TransitServer;
  before(async () => {
    [old, fresh, ca] = await Promise.all([
      Restorable.create({ migrated: true }),
      Restorable.create(),
      authority('An authority'),
    ]);
    kms = await TransitServer.start(await certificateFor('127.0.0.1', ca));
    const world = await World.create({ environment: old.environment });
    const ada = await world.person('Ada');
    const { id } = await world.channel(ada);
    await ada.send(id, 'sealed', world.clientId()).accepted();
    await world.end();
  });
  beforeEach(() => {
    kms.mood = 'well';
    kms.asked.length = 0;
  });
  after(async () => {
    await kms.end();
    await old.remove();
    await fresh.remove();
    folder.remove();
  });

  /** The root keys of this run, wrapped. */
  function closed(database: Restorable): Environment {
    const ring = keyring(readConfig(process.env).keys.root);
    const token = join(folder.path, 'token');
    writeFileSync(token, `${kms.token}\n`, { mode: 0o600 });
    const keys = ring.names.map((name) => [name, kms.wrap(ring.key(name))] as const);
    return {
      ...process.env,
      ...database.environment,
      CONCLAVE_ROOT_KEYS: JSON.stringify({ current: ring.current, keys: Object.fromEntries(keys) }),
      CONCLAVE_ROOT_KEYS_FILE: '',
      ...{ KMS_URL: kms.url, KMS_TOKEN_FILE: token, KMS_CA: ca.cert, KMS_TIMEOUT_MS: '500' },
    };
  }
  const keeper = (database: Restorable) => database.keeper({ environment: closed(database) });
  async function doctor(): Promise<Finding[]> {
    const about = { root: project, uid: null, nodeVersion: process.versions.node };
    const options = { ...about, production: false, environment: closed(old) };
    const findings = await all(diagnose(options));
    return findings.filter(({ verdict, check }) => verdict === 'failed' && /key|kms/i.test(check));
  }

  it('has its keys unwrapped for a backup, for its restore and for a look at the rows', async () => {
    await all(keeper(old).take({ to }));
    assert.ok(kms.asked.length > 0);
    const opened = await all(old.keeper().check(to, null));
    assert.deepEqual(
      opened.map((one) => 'signedBy' in one && one.signedBy),
      ['ours', 'ours'],
      'under the keys themselves, not under their wrapping',
    );
    kms.asked.length = 0;
    await all(keeper(fresh).restore({ from: to, keepSessions: false }));
    assert.ok(kms.asked.length > 0);
    const wrong = (await all(keeper(fresh).verify())).filter(({ verdict }) => verdict !== 'ok');
    assert.deepEqual(wrong, []);
    assert.deepEqual(await doctor(), []);
  });

  it('is told where they stay closed, and nothing is written or read', async () => {
    kms.mood = 'sealed';
    const elsewhere = join(folder.path, 'elsewhere');
    assert.equal(await refusal(keeper(old).take({ to: elsewhere })), 'kms_failed');
    assert.ok(!existsSync(elsewhere));
    const words = { from: to, replace: fresh.name, keepSessions: false };
    assert.equal(await refusal(keeper(fresh).restore(words)), 'kms_failed');
    assert.equal(await refusal(keeper(fresh).verify()), 'kms_failed');
    const [kept] = await fresh.rows<{ is: boolean }>('SELECT EXISTS (SELECT FROM message) AS is');
    assert.equal(kept?.is, true, 'what was restored is still there');
    assert.notDeepEqual(await doctor(), []);
  });
});
