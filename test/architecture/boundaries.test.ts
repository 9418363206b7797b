/** Nobody imports what the allow-list of .dependency-cruiser.cjs does not name, and whoever does is caught. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const CRUISER = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');

/** A file that must not be, by its path in src, with the rules that it breaks. */
const PLANTED: readonly [string, string, readonly string[]][] = [
  ['chat/a.ts', `export * from '../auth/session-store.ts';`, ['not-in-allowed']],
  ['chat/b.ts', `export * from '../access/store.ts';`, ['not-in-allowed']],
  ['chat/c.ts', `export * from '../app.ts';`, ['not-in-allowed']],
  ['chat/d.ts', `export * from 'pg';`, ['not-in-allowed']],
  [
    'chat/e.ts',
    `export { Postgres } from '../platform/postgres/index.ts';`,
    ['not-in-allowed', 'only-stores-touch-prisma'],
  ],
  [
    'chat/f.ts',
    `import type { Tx } from '../platform/postgres/index.ts'; export type X = Tx;`,
    ['only-stores-touch-prisma'],
  ],
  [
    'chat/f-store.ts',
    `export { Postgres } from '../platform/postgres/index.ts';`,
    ['not-in-allowed'],
  ],
  ['chat/operations/thing.do.ts', `export const thing = 1;`, ['no-orphans-in-operations']],
  ['kernel/a.ts', `export * from '../chat/index.ts';`, ['not-in-allowed']],
  ['kernel/b.ts', `export * from 'express';`, ['not-in-allowed']],
  ['kernel/c.ts', `import { d } from './d.ts'; export const c = (): unknown => d;`, ['no-cycle']],
  ['kernel/d.ts', `import { c } from './c.ts'; export const d = (): unknown => c;`, []],
  ['contract/a.ts', `export * from '../kernel/index.ts';`, ['not-in-allowed']],
  ['contract/b.ts', `export * from 'node:path';`, ['not-in-allowed']],
  ['platform/a.ts', `export * from '../chat/index.ts';`, ['not-in-allowed']],
  ['transport/a.ts', `export * from '../chat/index.ts';`, ['not-in-allowed']],
  [
    'transport/b.ts',
    `export { RedisStore } from 'rate-limit-redis';`,
    ['only-platform-touches-rate-limit-redis'],
  ],
  [
    'transport/http/c.ts',
    `export { rateLimit } from 'express-rate-limit';`,
    ['only-the-door-touches-express-rate-limit'],
  ],
  [
    'limits/a.ts',
    `export type { Store } from 'express-rate-limit';`,
    ['not-in-allowed', 'only-the-door-touches-express-rate-limit'],
  ],
  ['access/a.ts', `export * from '../auth/index.ts';`, ['not-in-allowed']],
  ['cli/a.ts', `export { openOperator } from '../operator/index.ts';`, ['not-in-allowed']],
  ['cli/b.ts', `export * from '../auth/index.ts';`, ['not-in-allowed']],
  ['operator/a.ts', `export * from '../chat/index.ts';`, ['not-in-allowed']],
  ['operator/b.ts', `export * from '../auth/workspaces.ts';`, ['not-in-allowed']],
  ['wiring/a.ts', `export * from '../app.ts';`, ['not-in-allowed']],
  ['crypto/a.ts', `export * from '../config.ts';`, ['not-in-allowed']],
  ['cli/c.ts', `export * from '../client/session.ts';`, ['not-in-allowed']],
];

interface Report {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

describe('the boundaries', function () {
  this.timeout(240_000); // the whole source is read, by a process that may have to wait for its turn

  let copy: string;
  before(() => {
    copy = mkdtempSync(join(tmpdir(), 'conclave-boundaries-'));
    for (const name of ['src', 'package.json', 'tsconfig.json'])
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    // Without `includeOnly` the modules that Node itself brings are judged as well.
    const rules = `const { options: { includeOnly, ...options }, ...rules } =
      require(${JSON.stringify(join(ROOT, '.dependency-cruiser.cjs'))});
      module.exports = { ...rules, options: { ...options, preserveSymlinks: true } };`;
    writeFileSync(join(copy, 'rules.cjs'), rules);
  });
  after(() => rmSync(copy, { recursive: true }));

  /** The exit code counts violations, so it is the report that says whether it ran. */
  function cruised(): Promise<Report['summary']> {
    const args = [CRUISER, '--config', 'rules.cjs', '--output-type', 'json', 'src'];
    return new Promise((resolve, reject) => {
      const options = { cwd: copy, maxBuffer: 64 * 1024 * 1024 };
      execFile(process.execPath, args, options, (error, stdout, stderr) => {
        if (stdout === '') reject(error ?? new Error(stderr));
        else resolve((JSON.parse(stdout) as Report).summary);
      });
    });
  }

  it('are kept by all of src, and broken by exactly the files planted there, under the name of the rule', async () => {
    for (const [path, text] of PLANTED) writeFileSync(join(copy, 'src', path), `${text}\n`);
    const { violations, totalCruised } = await cruised();
    assert.ok(totalCruised > 100);
    const found = violations.map(({ from, rule }) => `${from} ${rule.name}`);
    const expected = PLANTED.flatMap(([path, , rules]) =>
      rules.map((rule) => `src/${path} ${rule}`),
    );
    assert.deepEqual([...new Set(found)].sort(), expected.sort());
  });
});

describe('the lockfile', () => {
  interface Locked {
    readonly version?: string;
    readonly resolved?: string;
    readonly integrity?: string;
    readonly link?: boolean;
  }
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  /** Below these there are published ways to stop or deceive a server. */
  const FLOORS: readonly [string, string][] = [
    ['engine.io', '6.6.10'],
    ['socket.io-parser', '4.2.7'],
    ['ws', '8.21.1'],
    ['body-parser', '2.3.0'],
    ['path-to-regexp', '8.4.0'],
    ['jws', '4.0.1'],
    ['ioredis', '6.0.0'],
    ['rate-limit-redis', '6.0.1'],
  ];

  const below = (version: string, floor: string) => {
    const [mine = [], theirs = []] = [version, floor].map((text) =>
      text.split(/[.-]/).slice(0, 3).map(Number),
    );
    const first = mine.findIndex((part, i) => part !== theirs[i]);
    return first >= 0 && (mine[first] ?? 0) < (theirs[first] ?? 0);
  };

  for (const [name, floor] of FLOORS)
    it(`has ${name} ${floor} or newer, wherever it stands`, () => {
      const copies = Object.entries(packages).filter(([path]) =>
        path.endsWith(`node_modules/${name}`),
      );
      assert.ok(copies.length > 0);
      for (const [path, { version = '0.0.0' }] of copies)
        assert.ok(!below(version, floor), `${path} is ${version}`);
      assert.ok(below('0.99.99', floor) && !below('99.0.0', floor) && !below(floor, floor));
    });

  it('names no place to download from, and the digest of everything', () => {
    for (const [path, { resolved, integrity, link }] of Object.entries(packages)) {
      if (path === '') continue;
      assert.equal(resolved, undefined, path);
      assert.notEqual(link, true, path);
      assert.match(integrity ?? '', /^sha512-/, path);
    }
  });
});
