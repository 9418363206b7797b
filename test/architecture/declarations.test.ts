/** Every operation is declared whole, under one name everywhere, and has its story and its refusals told. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { explain } from '../../src/access/explain.ts';
import type { Standing } from '../../src/access/index.ts';
import { LIMIT_NAMES, REFUSALS } from '../../src/contract/index.ts';
import { LIMIT_TABLE } from '../../src/limits/index.ts';
import { operations } from '../../src/operations.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const STANDING: Standing = {
  workspaceRole: 'user',
  channelRole: null,
  kind: 'public',
  historyPolicy: 'all',
  readOnly: false,
};

/** The domain of each operation, by the file that declares it: the name of the file is the operation's. */
const declaredIn = new Map(
  readdirSync(join(ROOT, 'src')).flatMap((domain) => {
    const folder = join(ROOT, 'src', domain, 'operations');
    if (!existsSync(folder)) return [];
    const files = readdirSync(folder).filter((file) => file !== 'index.ts');
    return files.map((file) => [file.replace(/\.ts$/, ''), domain] as const);
  }),
);

/** What an object schema says about keys that it does not name, wherever in `schema` an object stands. */
function* openObjects(schema: unknown, path = ''): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  const { type, additionalProperties } = schema as Record<string, unknown>;
  if (type === 'object' && additionalProperties !== false) yield path || 'the whole';
  for (const [key, part] of Object.entries(schema)) yield* openObjects(part, `${path}/${key}`);
}

const shapeOf = (schema: unknown, io: 'input' | 'output') =>
  z.toJSONSchema(schema as z.ZodType, { io, unrepresentable: 'any' });

describe('the registry', () => {
  it('holds every operation that has a file, and no other', () => {
    assert.deepEqual(operations.map(({ name }) => name).sort(), [...declaredIn.keys()].sort());
    assert.ok(operations.length >= 19);
  });

  it('gives every HTTP route and every name to one operation only', () => {
    // What a path calls its parameters makes no difference to who answers.
    const routes = operations.flatMap(({ on }) => on.http?.replace(/:\w+/g, ':') ?? []);
    assert.deepEqual(
      routes.filter((route, i) => routes.indexOf(route) !== i),
      [],
    );
    assert.equal(new Set(operations.map(({ name }) => name)).size, operations.length);
  });

  it('names only limits that have a row, and each limit has its user', () => {
    assert.deepEqual(Object.keys(LIMIT_TABLE).sort(), [...LIMIT_NAMES].sort());
    const used = new Set<string>(operations.map(({ limit }) => limit));
    for (const one of operations) if ('known' in one) used.add(one.known.limit);
    assert.deepEqual([...used].sort(), [...LIMIT_NAMES].sort());
  });
});

for (const operation of operations)
  describe(`the declaration of ${operation.name}`, () => {
    const { name, summary, on, commit, audit, access, refuses } = operation;

    it('says in a sentence what it does, who may call it, and what it leaves in the audit log', () => {
      assert.match(name, /^[a-z]+\.[a-z]+(-[a-z]+)*$/);
      assert.match(summary, /^[A-Z].{10,}\.$/);
      assert.ok(access.describe.length > 5);
      explain(access.asks, { holds: STANDING, standing: STANDING }); // throws for a permission that no policy knows
      assert.equal(access.asks.of === 'nobody', access.audience === 'anyone');
      if ('skip' in audit) assert.ok(audit.skip.length > 10, 'a reason, not a word');
      if (commit === 'own') assert.ok('record' in audit, 'a change is recorded where it is made');
    });

    it('takes no key that it does not name, and gives none', () => {
      const { input, output } = operation as { input: z.ZodType; output: z.ZodType };
      assert.deepEqual([...openObjects(shapeOf(input, 'input'))], []);
      assert.deepEqual([...openObjects(shapeOf(output, 'output'))], []);
      const { error } = input.safeParse({ somethingElse: 1 });
      assert.ok(error?.issues.some(({ code }) => code === 'unrecognized_keys'));
    });

    it('has a route that fits it: under /v1, its parameters are input, GET only reads', () => {
      if (on.http === undefined) return;
      const [method, path = ''] = on.http.split(' ');
      assert.match(path, /^\/v1\/[a-z0-9/:-]+$/i);
      const { properties = {} } = shapeOf(operation.input, 'input');
      for (const [, parameter = ''] of path.matchAll(/:(\w+)/g))
        assert.ok(parameter in properties, `${parameter} is no field of the input`);
      if (method === 'GET') assert.ok(commit === 'read' || commit === 'glance', commit);
    });

    it('refuses with codes of the table, each once', () => {
      assert.equal(new Set(refuses).size, refuses.length);
      for (const code of refuses) assert.ok(code in REFUSALS, code);
    });

    it('has a test that tells a yes, a no, and every refusal that it declares', () => {
      const story = storyOf(name, declaredIn.get(name) ?? '?');
      assert.notEqual(story, '', `there is no test/*/${name}.test.ts`);
      assert.match(story, /accepted\(/i);
      assert.match(story, /refused\(/i);
      for (const code of refuses) assert.ok(story.includes(`'${code}'`), `${code} is not shown`);
    });
  });

/** The text of an operation's tests: `<name>.test.ts`, and `<name>.<more>.test.ts` beside it. */
function storyOf(name: string, domain: string): string {
  const folders = [join(ROOT, 'test', domain, 'operations'), join(ROOT, 'test', domain)];
  const files = folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.startsWith(`${name}.`) && file.endsWith('.test.ts'))
      .map((file) => join(folder, file)),
  );
  return files.map((file) => readFileSync(file, 'utf8')).join('\n');
}
