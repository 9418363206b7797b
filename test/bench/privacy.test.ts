/** npm run bench:privacy measures what is promised for where nothing is said, and tells other sizes from it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readOptions, usage } from '../../bench/alone/options.ts';
import { CHAT } from '../../bench/chat/options.ts';
import { PRIVACY } from '../../bench/privacy/options.ts';
import { between } from '../../scripts/recorded.ts';

describe('the options of npm run bench:privacy', () => {
  it('are a million messages where nothing is said, and another number where one is', () => {
    const titles = (...args: string[]) =>
      readOptions(PRIVACY, args)
        .trials.map(({ title }) => title)
        .join('\n');
    assert.match(titles(), /^export: of 1,000,000 .*\nerase: the author of 1,000,000 messages/);
    assert.match(titles('--messages', '70000'), /^export: of 70,000 .*\nerase: .* 70,000 /);
    assert.match(titles('--quick', '--only', 'erase'), /^erase: the author of 5,000 messages/);
  });

  it('are refused where less than what is promised for would be recorded, or it is no size', () => {
    assert.ok(readOptions(PRIVACY, ['--record']).record);
    assert.throws(() => readOptions(PRIVACY, ['--record', '--messages', '9']), /in full/);
    for (const size of ['0', '1.5', 'many'])
      assert.throws(() => readOptions(PRIVACY, ['--messages', size]), /takes a number/);
    assert.throws(() => readOptions(CHAT, ['--messages', '9']), /for another bench/);
    assert.match(usage(PRIVACY), /--messages N/);
    assert.doesNotMatch(usage(CHAT), /--messages N/);
  });

  it('have a place in docs/performance.md for what they record, as those of bench:chat do', () => {
    const page = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
    for (const { command } of [CHAT, PRIVACY])
      assert.match(between(page, `${command} -- --record`, 'as found'), /\n\nas found\n/);
  });
});
