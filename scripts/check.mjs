/**
 * `npm run check`: everything that must be green before a commit that matters, two steps at a time and the tests last.
 * With `--measured` the tests are not run again: what they covered was written to coverage/tmp by a run of `npm test`
 * with NODE_V8_COVERAGE set, and is judged.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** Each takes a core: more would wait for each other, and hold a whole program of types in memory each. */
const AT_ONCE = 2;

const root = join(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const node = process.execPath;
process.chdir(root);
if (!existsSync(bin('tsc'))) {
  console.error('Run npm ci first.');
  process.exit(1);
}
const { typeOnly } = await import('./type-only.mjs');
const uncoverable = ['src/platform/postgres/generated/**', ...typeOnly('src')];
const measured = process.argv.includes('--measured');
const coverage = uncoverable.flatMap(exclude);
const client = ['client', [node, 'scripts/generate.mjs']];
/** None changes what another reads; the longest come first, so that all end at about the same time. */
const judging = [
  ['lint', [bin('eslint'), '--max-warnings', '0', '.']],
  ['types', [bin('tsc'), '-p', '.']],
  ['format', [bin('prettier'), '--check', '--log-level', 'warn', '.']],
  ...(measured ? [['coverage', [bin('c8'), 'report', ...coverage]]] : []),
  ['boundaries', [bin('depcruise'), 'src', '--output-type', 'err']],
  ['dead code', [bin('knip')]],
  ['docs', [node, '--import=tsx', 'scripts/docs.ts', '--check']],
];
const tests = ['tests', [bin('c8'), ...coverage, node, 'scripts/test.mjs']];

const running = new Set();
await carriedOut(client);
const waiting = [...judging];
const lanes = Array.from({ length: Math.min(AT_ONCE, availableParallelism()) }, async () => {
  for (let step = waiting.shift(); step; step = waiting.shift()) await carriedOut(step);
});
await Promise.all(lanes);
if (!measured) await carriedOut(tests, { shown: true });

/** Ends everything with the first step that fails. What a step says is shown when it is done, unless it is `shown`. */
async function carriedOut([name, [command, ...args]], { shown = false } = {}) {
  const began = performance.now();
  const stdio = shown ? 'inherit' : ['ignore', 'pipe', 'pipe'];
  const child = spawn(command, args, { stdio });
  running.add(child);
  const said = [];
  for (const stream of shown ? [] : [child.stdout, child.stderr])
    stream.on('data', (chunk) => said.push(chunk));
  const [code] = await once(child, 'close');
  running.delete(child);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  const verdict = `${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`;
  const all = Buffer.concat([...said, Buffer.from(verdict)]);
  await new Promise((written) => process.stdout.write(all, written));
  if (code === 0) return;
  for (const other of running) other.kill();
  process.exit(1);
}

function exclude(path) {
  return ['--exclude', path];
}
