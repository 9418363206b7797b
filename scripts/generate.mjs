/** `npm run generate`: the Prisma client belongs to the schema, made again only when the schema changed. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPlainly } from './bootstrap/children.mjs';
import { generate, needsGenerate } from './bootstrap/generate.mjs';
import { underLock } from './bootstrap/prepare.mjs';
import { complain, say } from './bootstrap/say.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

try {
  if (needsGenerate(root)) {
    await underLock({ root, say }, () => generate(root, { say, run: runPlainly }));
  } else {
    say('The database client is up to date.');
  }
} catch (error) {
  complain(error);
  process.exitCode = 1;
}
