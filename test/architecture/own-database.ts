/** A freshly migrated database that a test may break, and that is gone afterwards with everything that belonged to it. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
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

export async function ownDatabase(): Promise<OwnDatabase> {
  const name = `conclave_test_${randomBytes(6).toString('hex')}`;
  const url = new URL(ownerUrl());
  url.pathname = `/${name}`;
  const { href } = url;
  const password = randomBytes(24).toString('hex');
  await asOwner(`CREATE DATABASE ${name}`);
  try {
    await migrated(href, password);
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

/** In a process of its own: Prisma's engine cannot be started twice in one. */
async function migrated(url: string, password: string): Promise<void> {
  const env = { ...process.env, DATABASE_URL: url, DATABASE_APP_PASSWORD: password };
  const cwd = join(import.meta.dirname, '..', '..');
  await promisify(execFile)(process.execPath, ['--import=tsx', 'scripts/migrate.ts'], { cwd, env });
}

async function dropped(name: string, url: string): Promise<void> {
  await asOwner(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await asOwner(`DROP ROLE IF EXISTS ${appLogin(url)}, ${jobsLogin(url)}`);
}

async function asOwner(statement: string): Promise<void> {
  const admin = await connected(ownerUrl());
  await admin.query(statement).finally(() => admin.end());
}
