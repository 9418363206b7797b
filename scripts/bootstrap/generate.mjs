/** The generated Prisma client always belongs to the schema beside it, and costs nothing when it already does. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from './say.mjs';

const OUTPUT = 'src/platform/postgres/generated';

export function needsGenerate(root) {
  try {
    return readFileSync(stampOf(root), 'utf8') !== fingerprint(root);
  } catch {
    return true;
  }
}

export async function generate(root, { say, run }) {
  const command = prismaCommand(root);
  const made = fingerprint(root);
  say('Generating the database client …');
  const { code, output } = await run('generate', process.execPath, [command, 'generate'], {
    cwd: root,
    env: {
      ...process.env,
      // Generating needs no schema engine, but Prisma would download one; any program that exists will do.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  });
  if (code !== 0) throw new StartError(`prisma generate failed.\n${output.trim()}`);
  writeFileSync(stampOf(root), made);
}

/** What the client is made from: the schema, where it is configured, and the program that reads it. */
export function fingerprint(root) {
  // Read from the lockfile, because an image for production may come generated and without Prisma itself.
  const { packages } = readJson(join(root, 'package-lock.json'));
  const hash = createHash('sha256').update(packages['node_modules/prisma'].version);
  const schema = readdirSync(join(root, 'prisma', 'schema'))
    .filter((name) => name.endsWith('.prisma'))
    .sort()
    .map((name) => join('prisma', 'schema', name));
  for (const path of ['prisma.config.ts', ...schema]) {
    hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}

export function stampOf(root) {
  return join(root, OUTPUT, '.made-from');
}

function prismaCommand(root) {
  const folder = join(root, 'node_modules', 'prisma');
  if (!existsSync(folder)) {
    throw new StartError(
      'The database client must be generated, but Prisma is not installed. Run: npm ci --include=dev',
    );
  }
  return join(folder, readJson(join(folder, 'package.json')).bin.prisma);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
