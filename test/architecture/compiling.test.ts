/** What must not compile does not, each mistake for a reason of its own; the worked example of the docs does as it stands. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { examplesIn, ROOT } from '../docs/references.ts';
import { typeErrorsOf, type TypeError } from './type-errors.ts';

const MISTAKES = 'test/architecture/compile-errors.ts';
const MENDED = 'test/architecture/compile-errors.mended.ts';
const MISNAMED = 'test/chat/operations/member.misnamed.test.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const mistakes = read(MISTAKES);
const MISTAKE = 'operation({ ...fields, limit, audit, handle });';
const examples = examplesIn(read('CONTRIBUTING.md'));
const [declared, exported, told] = examples;

describe('the compiler', function () {
  this.timeout(240_000); // it reads the types of the whole server

  let errors: Readonly<Record<string, readonly TypeError[]>>;
  const errorsIn = (path: string) => errors[path] ?? assert.fail(`${path} was not checked`);
  before(async () => {
    assert.ok(declared?.path && exported?.path && told?.path);
    errors = await typeErrorsOf({
      // Without the expectations the compiler says itself what is wrong, and where.
      [MISTAKES]: mistakes.replaceAll('@ts-expect-error', 'mistake:'),
      [MENDED]: mistakes.replace(MISTAKE, MISTAKE.replace('limit', 'access, limit')),
      [declared.path]: declared.text,
      [exported.path]: read(exported.path) + exported.text,
      [told.path]: told.text,
      [MISNAMED]: told.text.replaceAll('member.read', 'member.misnamed'),
    });
  });

  it('takes no mistake in a declaration, each for a reason of its own, and takes what is whole', () => {
    const expected = mistakes
      .split('\n')
      .flatMap((line, i) => (line.includes('@ts-expect-error') ? [i + 2] : []));
    assert.ok(expected.length >= 20);
    const found = errorsIn(MISTAKES);
    assert.deepEqual(
      [...new Set(found.map(({ line }) => line))],
      expected,
      JSON.stringify(found, null, 2),
    );
    const reasons = found.map(({ message }) => message).join('\n');
    for (const missing of ['access', 'limit', 'audit', 'demand'])
      assert.match(reasons, new RegExp(`Property '${missing}' is missing`));
  });

  it('does not take an expectation that a mended mistake leaves behind either', () => {
    assert.equal(mistakes.split(MISTAKE).length, 2);
    assert.deepEqual(
      errorsIn(MENDED).map(({ message }) => message),
      ["Unused '@ts-expect-error' directive."],
    );
  });

  it('takes the example of an operation in the docs, exported and told as they say', () => {
    assert.equal(examples.length, 3);
    for (const { path } of examples) assert.deepEqual(errorsIn(path ?? ''), []);
    assert.ok(!existsSync(join(ROOT, declared?.path ?? '')), 'it is of what there is not');
    const messages = errorsIn(MISNAMED).map(({ message }) => message);
    assert.match(messages.join('\n'), /"member\.misnamed"/, 'a story of what nobody declares');
  });
});
