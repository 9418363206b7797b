/** npm run bench:chat says what it can be told, what was reached, and when its figures mean nothing. */
import assert from 'node:assert/strict';
import { readOptions } from '../../bench/alone/options.ts';
import { CHAT } from '../../bench/chat/options.ts';
import { aloneCells, heldCells, heldLines, type AloneResult } from '../../bench/alone/report.ts';
import { faultsOf, type ChatTrial } from '../../bench/chat/trial.ts';
import { onSchedule } from '../../bench/load/schedule.ts';
import { table } from '../../bench/report.ts';

const trial: ChatTrial = {
  name: 'delete',
  title: 'delete: of a test',
  total: 1,
  run: () => Promise.reject(new Error('not to be run')),
};
const result = (met: boolean, ...faults: string[]): AloneResult => {
  const held = [{ reached: 'gone within 90 ms', target: 'less than 100 ms', met }];
  const cells = { lines: [['deletions', '10']], remarks: ['on two nodes'] };
  return { trial, found: { cells, held, faults, figures: {} } };
};

describe('the options of npm run bench:chat', () => {
  it('are everything in full where nothing is said', () => {
    const { trials, json, profile, record } = readOptions(CHAT, []);
    const names = trials.map(({ name }) => name);
    assert.deepEqual(names, ['history', 'delete', 'delete-many', 'reactions']);
    assert.deepEqual([json, profile, record], [null, null, false]);
    assert.match(
      trials.map(({ title }) => title).join('\n'),
      /100,000 messages.*\n.*1,000 a second/,
    );
  });

  it('choose trials, in their own order', () => {
    const { trials } = readOptions(CHAT, ['--quick', '--only', 'reactions,history']);
    assert.deepEqual(
      trials.map(({ name }) => name),
      ['history', 'reactions'],
    );
  });

  it('are refused where they are none, and where less than everything would be recorded', () => {
    assert.throws(() => readOptions(CHAT, ['--only', 'everything']), /knows no everything/);
    assert.throws(() => readOptions(CHAT, ['--fast']), /Unknown option/);
    for (const less of [['--quick'], ['--only', 'history'], ['--profile', 'x']])
      assert.throws(() => readOptions(CHAT, ['--record', ...less]), /for everything in full/);
  });
});

describe('the report of npm run bench:chat', () => {
  it('says of each target whether it was met', () => {
    assert.deepEqual(heldLines([result(true), result(false)]), [
      'delete: gone within 90 ms (target less than 100 ms: met)',
      'delete: gone within 90 ms (target less than 100 ms: NOT MET)',
    ]);
    const [, row] = heldCells([result(false)]).lines;
    assert.deepEqual(row, ['delete', 'less than 100 ms', 'gone within 90 ms', 'NOT MET']);
  });

  it('says under the table what makes it worthless', () => {
    const text = table(aloneCells(result(true, '3 screens did not show a deletion')));
    assert.match(text, /^delete: of a test\ndeletions +10\non two nodes\nINVALID 3 screens/);
    const answered = { asked: 9, acked: 5, unanswered: 1, refused: { rate_limited: 3 } };
    const ack = { p50: 1, p99: 2, max: 3 };
    assert.deepEqual(faultsOf('writing', { ...answered, ack, seconds: 1 }), [
      'writing: 3 refused rate_limited',
      'writing: 1 not answered',
    ]);
  });

  it('is of calls that end when what they accompany ends', async () => {
    let asked = 0;
    await onSchedule(
      1_000_000,
      1_000,
      () => (asked += 1),
      () => asked >= 3,
    );
    assert.ok(asked >= 3 && asked < 1_000, `${asked} were asked`);
  });
});
