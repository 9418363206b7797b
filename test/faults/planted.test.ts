/** The bugs that are planted can be: what each of them replaces is there, and what is to catch it exists. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUGS } from '../../scripts/planted/bugs.ts';
import { project } from '../support/bootstrap-clone.ts';

describe('the bugs that are planted', () => {
  for (const { name, edits, tests } of BUGS)
    it(`can be planted, and looked for: ${name}`, () => {
      const texts = new Map<string, string>();
      for (const [file, from, to] of edits) {
        const text = texts.get(file) ?? readFileSync(join(project, file), 'utf8');
        assert.equal(text.split(from).length - 1, 1, `how often ${file} has:\n${from}`);
        assert.notEqual(from, to);
        texts.set(
          file,
          text.replace(from, () => to),
        );
      }
      assert.ok(edits.length > 0 && tests.length > 0);
      for (const test of tests) assert.ok(existsSync(join(project, test)), test);
    });
});
