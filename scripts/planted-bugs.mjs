/** `npm run faults:planted`: plants known bugs in a copy of the source, one at a time, and demands that a test catches each. */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { BUGS } from './planted/bugs.ts';
import { record } from './recorded.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const COPIED = ['src', 'test', 'scripts', 'prisma', 'docs', 'package.json', 'tsconfig.json'];
/** A test that has not ended by then has caught nothing. */
const PATIENCE_MS = 150_000;

const only = process.argv.slice(2).filter((arg) => !arg.startsWith('-'));
const chosen = BUGS.filter(({ name }) => only.every((words) => name.includes(words)));
const began = performance.now();
const copy = mkdtempSync(join(tmpdir(), 'conclave-planted-'));
let running = null;
const leave = (code) => {
  if (running?.exitCode === null) process.kill(-running.pid, 'SIGTERM');
  rmSync(copy, { recursive: true, force: true, maxRetries: 5 });
  process.exit(code);
};
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => leave(130));

chmodSync(copy, 0o755); // Postgres runs as another user, and its programs are read through here
for (const name of COPIED) cpSync(join(root, name), join(copy, name), { recursive: true });
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
const server = new pg.Client({ connectionString: process.env.DATABASE_URL });
await server.connect();
let databases = 0;

const rows = [];
let broken = false;
const shared = await openDatabase();
try {
  // A test that is red without the bug catches nothing.
  const tests = [...new Set(chosen.flatMap(({ tests }) => tests))];
  const sound = tests.length === 0 ? null : await failure({ tests }, shared.env);
  if (sound !== null) {
    throw new Error(`Without any bug a test fails already: ${sound}`);
  }
  console.log(`${tests.length} test files are green without a bug`);
  for (const bug of chosen) {
    const at = performance.now();
    const restore = plant(bug);
    let own = null;
    let caught;
    try {
      // A bug in the schema needs a database of its own; the others leave the shared one sound.
      if (bug.edits.some(([file]) => file.startsWith('prisma/'))) own = await openDatabase();
      caught = await failure(bug, (own ?? shared).env);
    } finally {
      restore();
      await own?.drop();
    }
    rows.push({ bug: bug.name, caught });
    const seconds = ((performance.now() - at) / 1_000).toFixed(1);
    console.log(`${caught === null ? 'MISSED' : 'caught'} ${bug.name} (${seconds} s)`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  broken = true;
} finally {
  await shared.drop();
  await server.end();
}

const width = Math.max(3, ...rows.map(({ bug }) => bug.length));
console.log(`\n${'bug'.padEnd(width)}  caught by`);
for (const { bug, caught } of rows) console.log(`${bug.padEnd(width)}  ${caught ?? 'NOTHING'}`);
const missed = rows.filter(({ caught }) => caught === null).length;
console.log(
  `\n${rows.length - missed} of ${rows.length} planted bugs were caught, in ${((performance.now() - began) / 1_000).toFixed(0)} s`,
);
if (missed === 0 && !broken && only.length === 0)
  await record(
    join(root, 'docs', 'guarantees.md'),
    'npm run faults:planted',
    ['| bug | caught by |', '| --- | --- |', ...rows.map(tableRow), ''].join('\n'),
  );
leave(missed === 0 && !broken ? 0 : 1);

/** The test is named as a path, so that it can be found. */
function tableRow({ bug, caught }) {
  const [where, ...what] = caught.split(': ');
  return `| ${bug} | \`${where}\`: ${what.join(': ')} |`;
}

/** Gives how to take the bug out again. */
function plant({ name, edits }) {
  const before = new Map();
  for (const [file, from, to] of edits) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    if (!before.has(path)) before.set(path, text);
    if (text.split(from).length !== 2)
      throw new Error(`"${name}" cannot be planted: ${file} does not have this once:\n${from}`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }
  return () => {
    for (const [path, text] of before) writeFileSync(path, text);
  };
}

/** A database migrated by the copy as it is now; gives how a test finds it, and how to remove it. */
async function openDatabase() {
  databases += 1;
  const name = `planted_${process.pid}_${databases}`;
  const url = new URL(process.env.DATABASE_URL);
  url.pathname = `/${name}`;
  const env = { ...process.env, DATABASE_URL: url.href };
  await server.query(`CREATE DATABASE ${name}`);
  const drop = async () => {
    await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await server.query(`DROP ROLE IF EXISTS conclave_app_${name}`);
  };
  const command = ['--import=tsx', 'scripts/migrate.ts'];
  const options = { cwd: copy, env, encoding: 'utf8' };
  const { status, stderr } = spawnSync(process.execPath, command, options);
  if (status === 0) return { env, drop };
  await drop();
  throw new Error(`the copy does not migrate:\n${stderr}`);
}

/** The first test that fails, as a person would look for it; null when all are green. */
async function failure({ tests }, env) {
  const mocha = ['node_modules/mocha/bin/mocha.js', '--no-config', '--import=tsx/esm'];
  const options = ['--timeout', '20000', '--bail', '--reporter', 'json'];
  const leftovers = ['--require', './scripts/bootstrap/leftovers.mjs'];
  const { code, output } = await toItsEnd([...mocha, ...options, ...leftovers, ...tests], env);
  if (code === 0) return null;
  const [failed] = reportIn(output)?.failures ?? [];
  if (failed)
    return `${tests.find((file) => failed.file?.endsWith(file)) ?? tests[0]}: ${failed.title}`;
  throw new Error(`${tests.join(' ')} did not run:\n${output.slice(-2_000)}`);
}

async function toItsEnd(command, env) {
  const child = spawn(process.execPath, command, {
    cwd: copy,
    env,
    detached: true, // a group, so that nothing that it started outlives it
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (c) => chunks.push(c));
  const late = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), PATIENCE_MS);
  const [code] = await once(child, 'close');
  clearTimeout(late);
  return { code, output: Buffer.concat(chunks).toString('utf8') };
}

/** Tests may write to the same output before and after. */
function reportIn(output) {
  const begin = output.indexOf('{\n  "stats"');
  const end = output.lastIndexOf('\n}');
  return begin < 0 ? null : JSON.parse(output.slice(begin, end + 2));
}
