/** Whom a text mentions, by the names that stand in it. */
import assert from 'node:assert/strict';
import type { UserId } from 'conclave/client';
import { mentionsIn } from '../../../../src/cli/screen/model/mentions.ts';

describe('the mentions in a text', () => {
  const people = ['Ada', 'Ada Lovelace', 'Bob', 'Zoë', 'Bob', ''].map((name, i) => ({
    name,
    userId: `${i}` as UserId,
  }));
  const cases: readonly [string, string[]][] = [
    ['nothing here', []],
    ['@ada, look', ['0']],
    ['@Ada Lovelace and @ADA', ['1', '0']],
    ['@Adalbert is somebody else', []],
    ['bob@bob is an address', []],
    ['(@bob)', ['2', '4']],
    ['@zoë!', ['3']],
    ['@ @@bob', ['2', '4']],
  ];
  for (const [text, expected] of cases)
    it(`are ${expected.length} in “${text}”`, () => {
      assert.deepEqual(mentionsIn(text, people), expected);
    });

  it('are as many as a message takes', () => {
    const crowd = Array.from({ length: 60 }, (_, i) => ({ name: 'Sam', userId: `${i}` as UserId }));
    assert.equal(mentionsIn('@sam', crowd).length, 50);
  });
});
