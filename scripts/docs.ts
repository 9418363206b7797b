/** Writes docs/reference and .env.example from the code; with --check it only tells whether they are up to date. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { commandsPage } from './docs/commands.ts';
import { configurationPage, environmentExample } from './docs/configuration.ts';
import { operationsPage } from './docs/operations.ts';
import { personalDataJson, privacyPage } from './docs/privacy.ts';
import { closuresPage, limitsPage, refusalsPage } from './docs/tables.ts';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const pages: Readonly<Record<string, string>> = {
  'docs/reference/operations.md': operationsPage(),
  'docs/reference/refusals.md': refusalsPage(),
  'docs/reference/closures.md': closuresPage(),
  'docs/reference/limits.md': limitsPage(),
  'docs/reference/commands.md': commandsPage(),
  'docs/reference/configuration.md': configurationPage(),
  'docs/reference/personal-data.json': personalDataJson(),
  'docs/privacy.md': privacyPage(),
  '.env.example': environmentExample(),
};

const stale: string[] = [];
for (const [path, text] of Object.entries(pages)) {
  const file = join(root, path);
  const wanted = /\.(md|json)$/.test(path) ? await pretty(file, text) : text;
  if (read(file) === wanted) continue;
  stale.push(path);
  if (check) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, wanted);
}
if (check && stale.length > 0) {
  console.error(`Out of date: ${stale.join(', ')}. Run npm run docs.`);
  process.exit(1);
}
console.log(stale.length === 0 ? 'The reference is up to date.' : `Wrote ${stale.join(', ')}.`);

async function pretty(file: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
