/** docs/guarantees.md names for each promise tests and scenarios that exist, and says of every scenario what came of it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from '../support/bootstrap-clone.ts';
import { GUARANTEES } from './report.ts';
import { BUGS } from '../../scripts/planted/bugs.ts';
import { SCENARIOS } from './scenarios.ts';

describe('the page of guarantees', () => {
  const page = readFileSync(GUARANTEES, 'utf8');
  const named = [...page.matchAll(/`(test\/[\w./-]+\.test\.ts)`/g)].map(([, path]) => path ?? '');

  it('names only tests that exist', () => {
    assert.ok(named.length > 20, `it names ${named.length}`);
    assert.deepEqual(
      named.filter((path) => !existsSync(join(project, path))),
      [],
    );
  });

  it('states all twelve promises, each with a test or with what is not proved', () => {
    const promises = page.split(/^\*\*(?=P\d+ )/m).slice(1);
    assert.deepEqual(
      promises.map((text) => text.split(' ')[0]),
      Array.from({ length: 12 }, (_, i) => `P${i + 1}`),
    );
    for (const text of promises) assert.match(text, /\.test\.ts`|_Not proved|the scenarios `/);
  });

  it('has what the last full run found of every scenario, and of none that is gone', () => {
    const rows = [...page.matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, name]) => name);
    assert.deepEqual(
      rows,
      SCENARIOS.map(({ name }) => name),
    );
  });

  it('says of every bug that is planted which test caught it', () => {
    for (const { name } of BUGS) assert.ok(page.includes(`| ${name} `), name);
  });
});
