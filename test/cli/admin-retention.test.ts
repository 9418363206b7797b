/** How long what is kept is shown and set by command, what would go is shown and removed, and the report is checked. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asked } from '../support/asked.ts';
import { Ageing } from '../privacy/retention/nodes.ts';
import { rows as stored } from '../chat/support.ts';
import { together } from '../../src/cli/retention-lines.ts';
import { signedUp } from './signed-up.ts';
import { done, failure, rows } from './support.ts';

describe('conclave admin retention', function () {
  this.timeout(60_000);
  const at = signedUp({ Ada: 'admin' });
  before(async () => {
    await done(as('create', 'Garden'));
    for (const word of ['old', 'older', 'young']) await done(as('send', 'Garden', word));
    const [garden] = await stored(
      at.world,
      'SELECT id FROM channel WHERE workspace_id = $1',
      at.world.workspaceId,
    );
    const ageing = new Ageing(at.world);
    await ageing.ages(garden?.['id'] as never, 400, 2);
    await ageing.postgres.close();
  });
  const typing = (password: string, ...words: string[]) =>
    at.home.here([...words, '--server', at.world.url, '--profile', 'ada'], {
      input: `${password}\n`,
    });
  const as = (...words: string[]) => typing(at.who.Ada.password, ...words);
  const retention = (...words: string[]) => as('admin', 'retention', ...words);
  const sure = ['--reason', 'a rule', '--password-stdin'];

  it('shows and sets how long: in the workspace and in a channel, for ever, and as usual again', async () => {
    const said = await done(retention());
    assert.match(said, /^messages +365 days, as usual\naccess-logs +90 days, as usual\n/);
    const set = (...words: string[]) => retention('set', ...words, ...sure);
    assert.match(await done(set('--kind', 'analytics', '--days', '10')), /^Set\. /);
    await done(set('--channel', 'Garden', '--for-ever'));
    const listed = await done(retention('show'));
    assert.match(listed, /\nanalytics +10 days\n/);
    assert.match(listed, /\nGarden +for ever\n$/);
    assert.equal(await done(retention('preview')), '', 'it is kept');
    await done(set('--channel', 'Garden', '--usual'));
    await done(set('--kind', 'analytics', '--usual'));
    assert.equal(await done(retention()), said);
  });

  it('shows what would go and has it removed; the report is right, and wrong with one byte changed', async () => {
    assert.match(await done(retention('preview')), /^Garden +2 to go, the oldest of 20/);
    const named = await rows(retention('preview', '--candidates', '--json'));
    assert.equal(named.length, 2);
    const [ran] = await rows(retention('run', ...sure, '--json'));
    const report = JSON.stringify(ran?.['report']);
    assert.match(await done(as('history', 'Garden')), /^#3 .*young\n$/);
    assert.equal(await done(retention('preview')), '');
    const file = (name: string, content: string) => {
      const path = join(at.home.home, name);
      writeFileSync(path, content);
      return path;
    };
    const path = `/v1/receipt-keys?workspace=${at.world.slug}`;
    const published = await asked(at.world.url, 'GET', path).accepted();
    const keys = file('keys.json', JSON.stringify(published));
    const verify = (content: string, ...more: string[]) =>
      at.home.here(['verify-report', file('report.json', content), '--keys', keys, ...more]);
    const right = await done(verify(report));
    assert.match(right, /^The signature is right\.\n/);
    assert.match(right, /\nmessages, kept for 365 days: 2 removed, 0 kept by a legal hold\n/);
    const other = report.replace('"removed":2', '"removed":3');
    assert.equal((await failure(verify(other, '--json')))['code'], 'report_forged');
  });

  it('adds up what was counted of one channel in several portions', () => {
    const of = (due: number, held: number, oldest: number | null) => ({
      ...{ channelId: null, due, held, oldest },
    });
    assert.deepEqual(together(of(3, 1, 20), of(2, 2, 10)), of(5, 3, 10));
    assert.deepEqual(together(of(3, 0, 20), of(0, 2, null)), of(3, 2, 20));
    assert.deepEqual(together(of(0, 1, null), of(0, 2, null)), of(0, 3, null));
  });

  it('asks for what is missing, and is refused with a wrong password', async () => {
    for (const words of [
      ['away'],
      ['set', ...sure],
      ['set', '--days', '9', '--usual', ...sure],
      ['run', '--password-stdin'],
      ['preview', '--channel', 'Garden'],
    ])
      assert.equal(
        (await failure(retention(...words, '--json')))['code'],
        'usage',
        words.join(' '),
      );
    const words = ['admin', 'retention', 'run', ...sure, '--json'];
    const wrong = typing('wrong-Password-1', ...words);
    assert.equal((await failure(wrong))['code'], 'invalid_credentials');
  });
});
