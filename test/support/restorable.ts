/** Databases that backups are taken of and put into, with the operator's own way to both. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { migrate, migrationChecksums } from '../../scripts/migrations.ts';
import type { Environment } from '../../src/config.ts';
import { openKeeper, type Keeper, type KeeperOptions } from '../../src/operator/index.ts';
import {
  asOwner,
  connected,
  createMigrated,
  dropped,
  ownerUrl,
} from '../architecture/own-database.ts';
import { project } from './bootstrap-clone.ts';
import { onDatabase } from './node-process.ts';

export class Refused extends Error {
  readonly code: string;

  constructor(code: string, sentence: string) {
    super(`${code}: ${sentence}`);
    this.code = code;
  }
}

export class Restorable {
  readonly url: string;
  readonly name: string;
  readonly environment: Environment;

  private constructor(name: string) {
    const url = new URL(ownerUrl());
    url.pathname = `/${name}`;
    this.name = name;
    this.url = url.href;
    this.environment = onDatabase(url.href, randomBytes(24).toString('hex'));
  }

  /** A database without any table, or a migrated one. */
  static async create({ migrated = false } = {}): Promise<Restorable> {
    const it = new Restorable(`conclave_test_${randomBytes(6).toString('hex')}`);
    if (migrated)
      await createMigrated(it.name, it.url, it.environment['DATABASE_APP_PASSWORD'] ?? '');
    else await asOwner((admin) => admin.query(`CREATE DATABASE ${it.name}`));
    return it;
  }

  /** A migrated one with a workspace in it, whose slug is `tea`. */
  static async inUse(): Promise<Restorable> {
    const it = await Restorable.create({ migrated: true });
    await it.rows(
      `INSERT INTO workspace (workspace_id, slug, name, created_at) VALUES (gen_random_uuid(), 'tea', 'Tea', now())`,
    );
    return it;
  }

  /** As a command of the operator has it. */
  keeper(changed: Partial<KeeperOptions> = {}): Keeper {
    return openKeeper({
      environment: { ...process.env, ...this.environment },
      root: project,
      uid: null,
      version: '0.1.0',
      fail: (_kind, code, sentence) => new Refused(code, sentence),
      migrate,
      migrations: migrationChecksums,
      ...changed,
    });
  }

  async rows<R extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> {
    const client = await connected(this.url);
    return (await client.query<R>(text, values).finally(() => client.end())).rows;
  }

  /** Every row of every table as text, by table. */
  async content(): Promise<Record<string, string[]>> {
    const tables = await this.rows<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
    );
    const all: Record<string, string[]> = {};
    for (const { name } of tables) {
      const found = await this.rows<{ row: string }>(
        `SELECT t::text AS row FROM "${name}" t ORDER BY 1`,
      );
      all[name] = found.map(({ row }) => row);
    }
    return all;
  }

  async remove(): Promise<void> {
    await dropped(this.name, this.url);
  }
}

/** A folder for one test, and how it goes away. */
export function someFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(realpathSync(tmpdir()), 'conclave-backup-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export async function all<T>(steps: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const step of steps) found.push(step);
  return found;
}

/** The code with which it was refused. */
export async function refusal(steps: AsyncIterable<unknown>): Promise<string> {
  try {
    await all(steps);
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
  return 'nothing refused it';
}
