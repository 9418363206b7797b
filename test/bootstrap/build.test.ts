/** What runs is made from the source beside it: file by file, once, and again when a file changed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type Clone, makeClone } from '../support/bootstrap-clone.ts';
import { bootstrap } from '../support/bootstrap-modules.ts';

const GREETING = `
import { readFileSync } from 'node:fs';
export type Words = string;
const inner = (): Words => readFileSync(new URL('./words.txt', import.meta.url), 'utf8');
export const greeting = { words: inner(), ownName: Object.getOwnPropertyDescriptor(inner, 'name') };
`;
const MAIN = `
import { type Words, greeting } from './parts/greeting.ts';
const { later } = await import('./later.tsx');
const said: Words = greeting.words;
console.log(said + later + " from './parts/greeting.ts' " + JSON.stringify(greeting.ownName?.writable));
`;

describe('the code that runs', () => {
  let clone: Clone;
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  before(async () => {
    clone = await makeClone();
    mkdirSync(clone.file('src', 'parts'));
    writeFileSync(clone.file('src', 'parts', 'greeting.ts'), GREETING);
    writeFileSync(clone.file('src', 'parts', 'words.txt'), 'hello');
    writeFileSync(clone.file('src', 'later.tsx'), `export const later: string = '!';`);
    writeFileSync(clone.file('src', 'main.ts'), MAIN);
  });
  after(() => clone.remove());
  const run = () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['dist/main.js'], {
      cwd: clone.path,
      encoding: 'utf8',
    });
    return stdout + stderr;
  };

  it('is made when it is missing, with what lies beside it, and finds its imports', async () => {
    const { build, needsBuild } = await bootstrap('build');
    assert.equal(needsBuild(clone.path), true);
    await build(clone.path, { say });
    assert.deepEqual(said, ['Compiling …']);
    assert.equal(needsBuild(clone.path), false);
    assert.equal(run(), "hello! from './parts/greeting.ts' false\n");
    assert.ok(existsSync(clone.file('dist', 'main.js.map')));
  });

  it('is made anew when a file changed, and has nothing of files that went', async () => {
    const { build, needsBuild } = await bootstrap('build');
    writeFileSync(clone.file('src', 'parts', 'words.txt'), 'good evening');
    assert.equal(needsBuild(clone.path), true);
    await build(clone.path, { say });
    assert.match(run(), /^good evening!/);
    writeFileSync(clone.file('src', 'gone.ts'), 'export {};');
    await build(clone.path, { say });
    assert.ok(existsSync(clone.file('dist', 'gone.js')));
    rmSync(clone.file('src', 'gone.ts'));
    assert.equal(needsBuild(clone.path), true);
    await build(clone.path, { say });
    assert.equal(existsSync(clone.file('dist', 'gone.js')), false);
  });

  it('stays as it was where the source does not compile, and the reason is told', async () => {
    const { build, needsBuild } = await bootstrap('build');
    writeFileSync(clone.file('src', 'later.tsx'), 'export const later = ;');
    await assert.rejects(build(clone.path, { say }), /does not compile[^]*later\.tsx/);
    assert.equal(needsBuild(clone.path), true);
    assert.match(run(), /^good evening!/);
    writeFileSync(clone.file('src', 'later.tsx'), `export const later: string = '?';`);
    await build(clone.path, { say });
    assert.match(run(), /^good evening\?/);
    assert.deepEqual(
      readdirSync(clone.path).filter((name) => name.startsWith('dist')),
      ['dist'],
    );
  });
});
