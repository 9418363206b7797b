/** What the docs name is there: every command, file and link. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadReferences, ROOT } from './references.ts';

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];
const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');

describe('the docs', () => {
  for (const page of PAGES)
    it(`${page} names only what is there`, () => {
      assert.deepEqual(deadReferences(read(page), page), []);
    });

  it('would be found to name what is not', () => {
    const page = [
      'Run `npm run nothing`, `npm start` and `npm ci`. See [the tour](docs/tour.md), [this](#here), [that](#there),',
      '[a section](docs/architecture.md#no-such-section) and [one](docs/architecture.md#many-nodes).',
      'Code is in `src/nowhere.ts`, `chat/follower.ts`, `transport/gone`, test/soak/none.test.ts, `nothing.md`, `message.send`,',
      '`var/secrets`, `POST /v1/accounts` and `conclave/client`.',
      '# Here',
    ].join('\n');
    assert.deepEqual(deadReferences(page, 'README.md'), [
      'npm run nothing',
      'docs/tour.md',
      '#there',
      'docs/architecture.md#no-such-section',
      'src/nowhere.ts',
      'transport/gone',
      'test/soak/none.test.ts',
      'nothing.md',
    ]);
  });
});
