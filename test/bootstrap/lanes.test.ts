/** The stories are dealt so that the lanes end together, by what they were measured to take; each is in one lane. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap } from '../support/bootstrap-modules.ts';

describe('the lanes of npm test', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'conclave-lanes-'));
    mkdirSync(join(folder, 'soak'));
    for (const name of ['a', 'b', 'c', 'd', 'e', join('soak', 'long')])
      writeFileSync(join(folder, `${name}.test.ts`), '');
    writeFileSync(join(folder, 'support.ts'), '');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const shares = async () => {
    const { dealt } = await bootstrap('lanes');
    return dealt(folder, join(folder, 'soak'), 2).map((share) =>
      share.map((path) => path.slice(folder.length + 1, -'.test.ts'.length)).join(''),
    );
  };

  it('get the stories in turn where nothing is known of them, and none of those left out', async () => {
    assert.deepEqual(await shares(), ['ace', 'bd']);
  });

  it('get as much to do as each other where it was measured, of every lane', async () => {
    const { keepCosts } = await bootstrap('lanes');
    const path = (name: string) => join(folder, `${name}.test.ts`);
    const written = [{ [path('a')]: 0.4, [path('b')]: 20.3 }, { [path('c')]: 9.6 }];
    const files = written.map((measured, lane) => {
      const file = join(folder, `${lane}.json`);
      writeFileSync(file, JSON.stringify(measured));
      return file;
    });
    keepCosts(folder, files);
    assert.deepEqual(await shares(), ['b', 'acde']);
  });
});
