/** Of the names of others, their ends are shown; of short ones less, and never how long they are. */
import assert from 'node:assert/strict';
import { masked } from '../../src/kernel/index.ts';

describe('a masked text', () => {
  const cases: readonly [string, string][] = [
    ['alice@example.com', 'ali***com'],
    ['alice@example.org.example', 'ali***ple'],
    ['Bartholomew', 'Bar***mew'],
    ['Bob', 'B***'],
    ['Alexander', 'A***'],
    ['', '***'],
    ['👩‍👩‍👧 family of nine', '👩‍👩‍👧 f***ine'],
  ];
  for (const [text, shown] of cases)
    it(`shows “${text}” as ${shown}`, () => {
      assert.equal(masked(text), shown);
    });
});
