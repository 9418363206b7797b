/** A small clone of the project in a temporary folder: the real start scripts around a stand-in server. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bootstrap } from './bootstrap-modules.ts';

export const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const isRoot = process.getuid?.() === 0;

const MIGRATION = `
import pg from 'pg';
const client = new pg.Client(process.env['DATABASE_URL']);
await client.connect();
await client.query('CREATE TABLE IF NOT EXISTS notes (text text)');
await client.end();
`;

/** Says what it was given, and while it drains writes a last row: that only works if Postgres still runs. */
const SERVER = `
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import pg from 'pg';
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'] });
pool.on('error', () => undefined);
writeFileSync('seen.json', JSON.stringify(process.env), { mode: 0o600 });
const server = createServer((_request, answer) => answer.end('ok'));
const port = Number(process.env['PORT']);
server.listen(port, '127.0.0.1', () => {
  process.send?.({ kind: 'ready', address: 'http://127.0.0.1:' + port, setupCode: 'SETUP-CODE' });
});
const leave = async () => {
  try {
    await pool.query("INSERT INTO notes VALUES ('drained')");
  } finally {
    process.exit(0);
  }
};
process.once('SIGTERM', () => void leave());
process.once('disconnect', () => void leave());
`;

export interface Clone {
  readonly path: string;
  readonly outside: string;
  readonly file: (...names: string[]) => string;
  readonly seen: () => Record<string, string>;
  readonly recorded: () => { kind: string; pid: number; started: string }[];
  readonly remove: () => Promise<void>;
}

export async function makeClone({ mode = 0o755, owner = 0 } = {}): Promise<Clone> {
  const path = mkdtempSync(join(realpathSync(tmpdir()), 'conclave-clone-'));
  const file = (...names: string[]) => join(path, ...names);
  for (const name of ['package.json', '.mocharc.json', 'prisma.config.ts', 'tsconfig.json']) {
    copyFileSync(join(project, name), file(name));
  }
  writeFileSync(file('package-lock.json'), satisfiedLock());
  cpSync(join(project, 'scripts'), file('scripts'), { recursive: true });
  symlinkSync(join(project, 'node_modules'), file('node_modules'));
  mkdirSync(file('prisma', 'schema'), { recursive: true });
  mkdirSync(file('src', 'platform', 'postgres', 'generated'), { recursive: true });
  writeFileSync(file('prisma', 'schema', 'base.prisma'), '// stands for the schema\n');
  writeFileSync(file('scripts', 'migrate.ts'), MIGRATION);
  writeFileSync(file('src', 'main.ts'), SERVER);
  const { fingerprint, stampOf } = await bootstrap('generate');
  writeFileSync(stampOf(path), fingerprint(path));
  chmodSync(path, mode);
  if (owner !== 0) spawnSync('chown', ['-R', '-h', `${owner}:${owner}`, path]);
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 12);
  const outside = `/var/tmp/conclave-${digest}-${process.getuid?.() ?? 0}`;
  return {
    path,
    outside,
    file,
    seen: () => readJson(file('seen.json')) as Record<string, string>,
    recorded: () => readJson(file('var', 'run', 'services.json')) as ReturnType<Clone['recorded']>,
    async remove() {
      for (const pid of processesOf(path, outside)) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It ended by itself in the meantime.
        }
      }
      await eventually(
        'no process of the clone is left',
        () => processesOf(path, outside).length === 0,
      );
      for (const folder of [path, outside]) {
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

/** Every process that was started from, or works in, one of these folders. */
export function processesOf(...folders: string[]): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .filter((pid) => {
      const where = [
        () => readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
        () => readlinkSync(`/proc/${pid}/cwd`),
      ];
      return where.some((read) => folders.some((folder) => attempt(read).includes(folder)));
    });
}

/** In milliseconds. A slow machine may take its time: nobody waits for what is there. */
const PATIENCE = 60_000;

export async function eventually(
  what: string,
  check: () => boolean | Promise<boolean>,
  patience = PATIENCE,
): Promise<void> {
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    if (await check()) return;
    await pause(15);
  }
  throw new Error(`Within ${patience} ms it never came true that ${what}.`);
}

/**
 * The clone borrows the packages of the project, so nothing may ever be installed there: this lockfile asks for
 * what is present, and npm ci would refuse it because it does not go with package.json.
 */
function satisfiedLock(): string {
  const present = readJson(join(project, 'node_modules', '.package-lock.json')) as {
    packages: Record<string, object>;
  };
  const needed = ['node_modules/prisma', 'node_modules/esbuild'];
  const packages = Object.fromEntries(needed.map((name) => [name, present.packages[name]]));
  return JSON.stringify({ lockfileVersion: 3, packages });
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

function readJson(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
}
