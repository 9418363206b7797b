/** People read what they can agree to, agree to it and take it back, by one command. */
import assert from 'node:assert/strict';
import { rows as stored } from '../chat/support.ts';
import { signedUp } from './signed-up.ts';
import { done, failure, rows } from './support.ts';

describe('conclave me consents', function () {
  this.timeout(60_000);
  const at = signedUp({ Ada: 'user' });
  const as = (...words: readonly string[]) => at.as('ada', 'me', 'consents', ...words);

  it('shows the texts, with none of them on', async () => {
    const listed = await rows(as('--json'));
    assert.deepEqual(
      listed.map(({ purpose, consented }) => [purpose, consented]),
      [
        ['mention-mail', false],
        ['analytics', false],
      ],
    );
    assert.match(await done(as()), /mention-mail: no\n {2}Mail about mentions\. When somebody/);
  });

  it('gives one and takes it back, and says which program it was', async () => {
    const given = await done(as('--give', 'mention-mail'));
    assert.match(given, /^mention-mail: yes, granted \d{4}-/);
    const [taken] = await rows(as('--withdraw', 'mention-mail', '--json'));
    assert.equal(taken?.['consented'], false);
    const said = await stored<{ decision: string; source: string }>(
      at.world,
      'SELECT decision, source FROM consent WHERE workspace_id = $1 ORDER BY seq',
      at.world.workspaceId,
    );
    assert.deepEqual(
      said.map(({ decision, source }) => [decision, source]),
      [
        ['granted', 'cli'],
        ['withdrawn', 'cli'],
      ],
    );
  });

  it('says what there is instead of a purpose that there is not, and takes no two wishes', async () => {
    const unknown = await failure(as('--give', 'advertising', '--json'));
    assert.deepEqual([unknown['ending'], unknown['code']], [1, 'not_found']);
    const two = await failure(as('--give', 'analytics', '--withdraw', 'analytics', '--json'));
    assert.deepEqual([two['ending'], two['code']], [2, 'usage']);
  });
});
