/** A freshly migrated database that a test may break, and that is gone afterwards with everything that belonged to it. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { ensureLogins } from '../../scripts/migrations.ts';
import { appLogin, appUrl, jobsLogin } from '../../src/config.ts';

/** The login that owns the tables of this run. */
export function ownerUrl(): string {
  const url = process.env['DATABASE_URL'];
  if (url === undefined) throw new Error('DATABASE_URL is not set: run the tests with npm test');
  return url;
}

export async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

export interface OwnDatabase {
  readonly ownerUrl: string;
  readonly serverUrl: string;
  readonly owner: pg.Client;
  /** Drops it, with the login that was made for it. */
  readonly remove: () => Promise<void>;
}

/** What all of a run are copies of: to copy is quick, to migrate is not. It goes with the last story. */
let template: Promise<{ readonly name: string; readonly href: string }> | null = null;
if (typeof globalThis.after === 'function')
  after(async () => {
    const made = await template?.catch(() => null);
    if (made) await dropped(made.name, made.href);
  });

export async function ownDatabase(): Promise<OwnDatabase> {
  const { name, href } = unusedName();
  const password = randomBytes(24).toString('hex');
  try {
    await createMigrated(name, href, password);
    const owner = await connected(href);
    const remove = async () => {
      await owner.end();
      await dropped(name, href);
    };
    return { ownerUrl: href, serverUrl: appUrl(href, password), owner, remove };
  } catch (error) {
    await dropped(name, href);
    throw error;
  }
}

/** A database of that name, with the logins of the server under this password. */
export async function createMigrated(name: string, url: string, password: string): Promise<void> {
  const source = await (template ??= newTemplate());
  await asOwner(async (admin) => {
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${source.name}`);
    await ensureLogins(admin, url, password);
  });
}

async function newTemplate() {
  const { name, href } = unusedName();
  await asOwner((admin) => admin.query(`CREATE DATABASE ${name}`));
  try {
    await migrated(href, randomBytes(24).toString('hex'));
    return { name, href };
  } catch (error) {
    await dropped(name, href);
    throw error;
  }
}

function unusedName() {
  const name = `conclave_test_${randomBytes(6).toString('hex')}`;
  const url = new URL(ownerUrl());
  url.pathname = `/${name}`;
  return { name, href: url.href };
}

/** In a process of its own: Prisma's engine cannot be started twice in one. */
async function migrated(url: string, password: string): Promise<void> {
  const env = { ...process.env, DATABASE_URL: url, DATABASE_APP_PASSWORD: password };
  const cwd = join(import.meta.dirname, '..', '..');
  await promisify(execFile)(process.execPath, ['--import=tsx', 'scripts/migrate.ts'], { cwd, env });
}

/** Drops it, with the logins that were made for it. */
export async function dropped(name: string, url: string): Promise<void> {
  await asOwner(async (admin) => {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.query(`DROP ROLE IF EXISTS ${appLogin(url)}, ${jobsLogin(url)}`);
  });
}

export async function asOwner(work: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = await connected(ownerUrl());
  await work(admin).finally(() => admin.end());
}
