/** conclave backup, backup verify and restore: in words for people, by the line for programs, with exit codes for scripts. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../src/cli/failure.ts';
import { readConfig } from '../../src/config.ts';
import { documentSigner, keyring } from '../../src/crypto/index.ts';
import { Secret } from '../../src/kernel/index.ts';
import { Restorable } from '../support/restorable.ts';
import { done, failure, Machinery, rows } from './support.ts';

describe('conclave backup and restore', function () {
  this.timeout(240_000);
  const home = new Machinery();
  const to = join(home.home, 'backups');
  let database: Restorable;
  let environment: Record<string, string>;
  before(async () => {
    database = await Restorable.inUse();
    environment = Object.fromEntries(
      Object.entries({ ...process.env, ...database.environment }).flatMap(([name, value]) =>
        value === undefined || !/^(DATABASE|CONCLAVE|REDIS)_/.test(name) ? [] : [[name, value]],
      ),
    );
  });
  after(async () => {
    home.end();
    await database.remove();
  });
  /** In this process: what the command loads takes seconds in each of its own. */
  const conclave = (...words: string[]) =>
    home.here(words, {
      openKeeper: () =>
        Promise.resolve(
          database.keeper({
            environment,
            fail: (exit, code, sentence) => new Failure({ exit, code, sentence }),
          }),
        ),
    });

  /** A file of the keys that a server with these root keys publishes. */
  function published(root: Parameters<typeof keyring>[0]): string {
    const path = join(home.home, 'keys.json');
    writeFileSync(path, JSON.stringify(documentSigner(keyring(root)).published));
    return path;
  }

  it('takes one, checks it, and puts it back where the name of the database is said', async () => {
    const said = await done(home.apart(['backup', '--to', to], { environment }));
    assert.match(said, /^Backed up as of \d{4}-.*\n {2}rows .*\n {2}keys /);
    const checked = await rows(conclave('backup', 'verify', to, '--json'));
    assert.deepEqual(
      checked.map(({ kind, signedBy, opened }) => [kind, signedBy, opened]),
      [
        ['database', 'ours', true],
        ['keys', 'ours', true],
      ],
    );
    const nowhere = await done(home.apart(['backup', 'verify', to]));
    assert.match(nowhere, /signed by nobody that is known here/);
    const { root } = readConfig(process.env).keys;
    const given = await done(
      home.apart(['backup', 'verify', to, '--public-keys', published(root)]),
    );
    assert.match(given, /signed with the key that was given/);
    const strangers = { current: '1', keys: { 1: Buffer.alloc(32, 7).toString('base64') } };
    const others = published(new Secret(strangers));
    const forged = await failure(
      home.apart(['backup', 'verify', to, '--public-keys', others, '--json']),
    );
    assert.deepEqual([forged['ending'], forged['code']], [1, 'forged']);
    const refused = await conclave('restore', '--from', to).ended;
    assert.equal(refused.ending, 1);
    assert.match(refused.err, /holds rows already, in workspace/);
    const restored = await done(conclave('restore', '--from', to, '--replace', database.name));
    assert.match(restored, /clients start over, in epoch \d+/);
    assert.match(restored, /Passwords that were changed after .* are good again/);
    assert.deepEqual(await database.rows('SELECT slug FROM workspace'), [{ slug: 'tea' }]);
  });

  it('tells programs of each table, and of a backup that is damaged', async () => {
    const other = join(home.home, 'others');
    const steps = await rows(conclave('backup', '--to', other, '--json'));
    const last = steps.at(-1);
    assert.equal(last?.['is'], 'taken');
    assert.ok(
      steps.some(
        ({ is, name, rows: count }) => is === 'copied' && name === 'workspace' && count === 1,
      ),
    );
    rmSync(join(String(last['path']), 'account.sealed'));
    const broken = await failure(conclave('backup', 'verify', other, '--json'));
    assert.deepEqual([broken['ending'], broken['code']], [1, 'damaged']);
  });

  it('holds the rows against what must hold of them, and fails where one does not', async () => {
    const findings = await rows(conclave('doctor', '--verify', '--json'));
    assert.ok(findings.length > 20 && findings.every(({ verdict }) => verdict === 'ok'));
    await database.rows(
      `INSERT INTO mail (workspace_id, kind, email_digests, user_id)
       SELECT workspace_id, 'email-verification', '{}', gen_random_uuid() FROM workspace`,
    );
    const { ending, out, err } = await conclave('doctor', '--verify').ended;
    assert.equal(ending, 5);
    assert.match(
      out,
      /failed {3}orphans mail\.user_id +workspace [0-9a-f-]{36}: mail names the account/,
    );
    assert.match(err, /1 check failed/);
    await database.rows('DELETE FROM mail');
  });

  it('says what is missing', async () => {
    for (const words of [['backup'], ['restore']]) {
      const { ending, code } = await failure(conclave(...words, '--json'));
      assert.deepEqual([ending, code], [2, 'usage']);
    }
    environment['DATABASE_APP_URL'] = database.url;
    environment['DATABASE_URL'] = '';
    const { ending, code } = await failure(conclave('backup', '--to', to, '--json'));
    assert.deepEqual([ending, code], [5, 'no_owner']);
  });
});
