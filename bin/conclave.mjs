#!/usr/bin/env node
// Starts the conclave command from any folder. It needs nothing that npm start has not installed, and says so.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

if (!existsSync(join(root, 'node_modules', 'tsx', 'package.json'))) {
  console.error(`Conclave is not installed yet. Run npm start in ${root} first.`);
  process.exit(5);
}
const { register } = await import('tsx/esm/api');
register({ tsconfig: join(root, 'tsconfig.json') }); // not the one of the folder that somebody is in
const { main } = await import('../src/cli/edge.ts');
await main();
