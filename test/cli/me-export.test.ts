/** People get what is kept about them by one command, into a file of their own that the next command verifies. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExportWorld } from '../privacy/exporting.ts';
import { done, failure, Machinery, newcomer, parsed, rows } from './support.ts';

describe('conclave me', function () {
  this.timeout(240_000);
  let at: ExportWorld;
  let home: Machinery;
  let password: string;
  before(async () => {
    at = await ExportWorld.create();
    home = new Machinery();
    password = (await newcomer(home, at.world, 'Ada')).password;
  });
  after(async () => {
    home.end();
    await at.end();
  });
  const as = (words: readonly string[], input?: string) =>
    home.here(
      ['me', ...words, '--server', at.world.url, '--profile', 'ada'],
      input === undefined ? {} : { input },
    );

  it('export: writes a file for its owner alone, verified, and leaves nothing beside it', async () => {
    const file = join(home.home, 'mine.zip');
    const said = await done(as(['export', '--out', file, '--password-stdin'], `${password}\n`));
    assert.match(said, /mine\.zip: \d+ entries in \d+ files, verified/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const key = /--key (\S+)/.exec(said)?.[1] ?? '';
    const found = parsed(await done(home.here(['verify-export', file, '--key', key, '--json'])));
    assert.equal(found['genuine'], true);
    assert.deepEqual(
      readdirSync(home.home).filter((name) => name.endsWith('.part')),
      [],
    );
  });

  it('export: is refused with a wrong password, and does not write over what somebody is writing', async () => {
    const file = join(home.home, 'other.zip');
    const wrong = await failure(
      as(['export', '--out', file, '--password-stdin', '--json'], 'wrong-Password-1\n'),
    );
    assert.deepEqual([wrong['ending'], wrong['code']], [1, 'invalid_credentials']);
    writeFileSync(`${file}.part`, 'mine');
    const there = await failure(
      as(['export', '--out', file, '--password-stdin', '--json'], `${password}\n`),
    );
    assert.deepEqual([there['ending'], there['code']], [5, 'not_written']);
    assert.ok(existsSync(`${file}.part`) && !existsSync(file));
    rmSync(`${file}.part`);
    writeFileSync(file, 'mine too');
    const asked = 'SELECT FROM data_export WHERE workspace_id = $1';
    const { rowCount: before } = await at.world.database.query(asked, [at.world.workspaceId]);
    for (const [place, sentence] of [
      [file, /is there already\. Name another with --out/],
      [join(home.home, 'no', 'mine.zip'), /There is no folder .*no\.$/],
      [join(file, 'mine.zip'), /cannot be written there/],
    ] as const) {
      // Not even the password is asked for.
      const said = await failure(as(['export', '--out', place, '--json'], ''));
      assert.deepEqual([said['ending'], said['code']], [5, 'not_written']);
      assert.match(String(said['message']), sentence);
    }
    const { rowCount: after } = await at.world.database.query(asked, [at.world.workspaceId]);
    assert.equal(after, before, 'no archive is made for who has no place for it');
    assert.equal(readFileSync(file, 'utf8'), 'mine too');
    assert.ok(!existsSync(`${file}.part`));
  });

  it('takes no word that it does not know: a consent that was not withdrawn is not passed over', async () => {
    for (const words of [
      ['consents', 'withdraw', 'analytics'],
      ['receipt', 'ce1x'],
      ['sessions', 'x'],
    ]) {
      const { ending, err } = await as(words).ended;
      assert.equal(ending, 2);
      assert.match(err, /too many arguments/);
    }
  });

  it('sessions: lists where one is signed in', async () => {
    const listed = await rows(as(['sessions', '--json']));
    assert.equal(listed.filter(({ current }) => current === true).length, 1);
    assert.match(await done(as(['sessions'])), /last used .* UTC \(this one\)/);
  });
});
