/** Reports by command: made by one, listed and decided by another, counted for who looks after all of it. */
import assert from 'node:assert/strict';
import { signedUp } from './signed-up.ts';
import { done, failure, parsed, rows } from './support.ts';

describe('conclave reports', function () {
  this.timeout(240_000);
  const at = signedUp({ Ada: 'user', Bob: 'user' });
  const { as } = at;
  before(async () => {
    await done(as('ada', 'create', 'Garden'));
    await done(as('bob', 'join', 'Garden'));
    await done(as('bob', 'send', 'Garden', 'rude', 'words'));
  });

  it('are made, listed, taken up and resolved, in words and as JSON', async () => {
    const words = ['report', 'create', 'Garden', '1', '--as', 'harassment', '--text', 'look'];
    assert.equal(await done(as('ada', ...words)), 'Reported #1 of Garden.\n');
    const [mine] = await rows(as('ada', 'reports', '--mine', '--json'));
    assert.deepEqual([mine?.['state'], mine?.['text']], ['open', 'look']);
    const id = String(mine?.['id']);
    const listed = await done(as('ada', 'reports'));
    const short = id.slice(-8);
    assert.match(
      listed,
      new RegExp(
        `^${short} 20.* open harassment Garden #1 Bob: rude words \\(reported with: look\\)\n$`,
      ),
    );
    assert.equal(await done(as('bob', 'reports')), '');
    assert.equal(await done(as('ada', 'report', 'claim', short)), `Report ${short} is yours.\n`);
    const resolve = ['report', 'resolve', id, '--action', 'warned', '--note', 'once', '--json'];
    const resolved = parsed(await done(as('ada', ...resolve)));
    assert.deepEqual([resolved['state'], resolved['note']], ['resolved', 'once']);
    assert.equal(await done(as('ada', 'reports')), '');
    const [decided] = await rows(as('ada', 'reports', '--state', 'resolved', '--json'));
    assert.deepEqual([decided?.['id'], decided?.['channel']], [id, 'Garden']);
  });

  it('are dismissed with a reason, and counted', async () => {
    const report = parsed(await done(as('ada', 'report', 'create', 'Garden', '1', '--json')));
    const id = String(report['id']);
    await done(as('ada', 'report', 'dismiss', id, '--reason', 'in jest'));
    at.world.clock.forward(1_000);
    const counted = parsed(
      await done(as('ada', 'reports', '--statistics', '--days', '7', '--json')),
    );
    assert.deepEqual(counted['states'], { open: 0, claimed: 0, resolved: 1, dismissed: 1 });
    const table = await done(as('ada', 'reports', '--statistics'));
    assert.match(table, /^2 reports in 30 days\n {2}0 open, 0 taken up, 1 resolved, 1 dismissed\n/);
    assert.match(table, /\nReported as\n {2}harassment {2}█{30} 1\n {2}other {7}█{30} 1\n/);
    assert.match(table, /until it is decided {3}half within \d+ s, nine in ten within \d+ s\n/);
    const nothing = await done(as('bob', 'reports', '--statistics'));
    assert.equal(nothing, '0 reports in 30 days\n');
  });

  const refused: readonly [string, readonly string[], number, string][] = [
    ['a report that there is not', ['claim', 'ffffffff'], 1, 'not_found'],
    ['too little of an id', ['claim', 'abc'], 2, 'usage'],
    ['no action', ['resolve', 'ffffffff'], 2, 'usage'],
    ['an action that there is not', ['resolve', 'ffffffff', '--action', 'laughed'], 2, 'usage'],
    ['no reason', ['dismiss', 'ffffffff'], 2, 'usage'],
    ['a message that there is not', ['create', 'Garden', '99'], 1, 'not_found'],
  ];
  for (const [what, words, ending, code] of refused)
    it(`end with ${ending} for ${what}`, async () => {
      const failed = await failure(as('ada', 'report', ...words, '--json'));
      assert.deepEqual([failed['ending'], failed['code']], [ending, code]);
    });

  it('are counted all, or listed in part', async () => {
    for (const words of [
      ['--days', '3'],
      ['--statistics', '--mine'],
    ]) {
      const failed = await failure(as('ada', 'reports', ...words, '--json'));
      assert.deepEqual([failed['ending'], failed['code']], [2, 'usage']);
    }
  });
});
