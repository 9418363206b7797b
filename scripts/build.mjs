/** `npm run build`: everything that is made from the source, as `npm start` makes it; for an image of the server. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPlainly as run } from './bootstrap/children.mjs';
import { makeUpToDate, underLock } from './bootstrap/prepare.mjs';
import { complain, say } from './bootstrap/say.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

try {
  await underLock({ root, say }, () => makeUpToDate(root, { say, run }));
} catch (error) {
  complain(error);
  process.exitCode = 1;
}
