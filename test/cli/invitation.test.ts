/** Who may invite makes codes by command, sees those that are still good, and takes them back. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signedUp } from './signed-up.ts';
import { done, failure, newcomer, parsed, rows } from './support.ts';

describe('conclave invitation', function () {
  this.timeout(240_000);
  const at = signedUp({ Ada: 'admin', Carl: 'user' });
  const { as } = at;

  it('makes a code that somebody signs up with, lists those that are left, and takes one back', async () => {
    const said = await done(
      as('ada', 'invitation', 'create', '--role', 'moderator', '--hours', '2'),
    );
    const [title, code = ''] = said.split('\n');
    assert.match(
      title ?? '',
      /^Code for one moderator, shown only here, good once and until 20.*:$/,
    );
    const file = join(at.home.home, 'code');
    writeFileSync(file, `${code}\n`, { mode: 0o600 });
    await newcomer(at.home, at.world, 'Bob', 'bob', ['--code-file', file]);
    const me = parsed(await done(as('bob', 'whoami', '--json')));
    assert.equal(me['role'], 'moderator');
    const made = parsed(
      await done(as('ada', 'invitation', 'create', '--email', 'eve@example.org', '--json')),
    );
    assert.equal(made['bound'], true);
    const listed = await rows(as('ada', 'invitation', 'list', '--json'));
    assert.deepEqual(
      listed.map(({ id, bound }) => [id, bound]),
      [[made['id'], true]],
    );
    const inWords = await done(as('ada', 'invitation', 'list'));
    assert.match(inWords, /^[\w-]{36} {2}user {7}until 20.*, for one address\n$/);
    const back = await done(as('ada', 'invitation', 'revoke', String(made['id'])));
    assert.equal(back, `Took back the invitation ${String(made['id'])}.\n`);
    assert.deepEqual(await rows(as('ada', 'invitation', 'list', '--json')), []);
  });

  it('says why not', async () => {
    const failed = await failure(as('carl', 'invitation', 'create', '--json'));
    assert.deepEqual([failed['ending'], failed['code']], [1, 'restricted_by_workspace']);
    assert.match(String(failed['message']), /settings of the workspace/);
  });
});
