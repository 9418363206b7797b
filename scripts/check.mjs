/**
 * `npm run check`: everything that must be green before a commit that matters, in the order of what fails fastest.
 * With `--measured` the tests are not run again: what they covered was written to coverage/tmp by a run of `npm test`
 * with NODE_V8_COVERAGE set, and is judged.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

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
const steps = [
  ['client', [node, 'scripts/generate.mjs']],
  ['format', [bin('prettier'), '--check', '--log-level', 'warn', '.']],
  ['types', [bin('tsc'), '-p', '.']],
  ['lint', [bin('eslint'), '--max-warnings', '0', '.']],
  ['boundaries', [bin('depcruise'), 'src', '--output-type', 'err']],
  ['dead code', [bin('knip')]],
  ['docs', [node, '--import=tsx', 'scripts/docs.ts', '--check']],
  measured
    ? ['coverage', [bin('c8'), 'report', ...coverage]]
    : ['tests', [bin('c8'), ...coverage, node, 'scripts/test.mjs']],
];

for (const [name, [command, ...args]] of steps) {
  const began = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (status !== 0) process.exit(1);
}

function exclude(path) {
  return ['--exclude', path];
}
