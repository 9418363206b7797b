/** What the stories of exports share: people with a password, a folder for the files, and an archive taken apart. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import type { ExportId, ExportManifest, WorkspaceRole } from '../../src/contract/index.ts';
import { Resident } from '../auth/residents.ts';
import type { Person } from '../support/person.ts';
import { World, type WorldOptions } from '../support/world.ts';

/** Somebody who can prove who they are. */
export interface Holder {
  readonly person: Person;
  readonly password: string;
  readonly resident: Resident;
}

export class ExportWorld {
  readonly world: World;
  readonly folder: string;
  readonly #people: Person[] = [];

  private constructor(world: World, folder: string) {
    this.world = world;
    this.folder = folder;
  }

  static async create({ environment, ...options }: WorldOptions = {}): Promise<ExportWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'conclave-exports-'));
    const world = await World.create({
      ...options,
      environment: { ...environment, EXPORT_DIR: folder },
    });
    await world.database.query(
      `UPDATE workspace SET registration = 'open' WHERE workspace_id = $1`,
      [world.workspaceId],
    );
    return new ExportWorld(world, folder);
  }

  async holder(name: string, role: WorkspaceRole = 'user'): Promise<Holder> {
    const resident = await Resident.create(this.world, name);
    const person = await resident.arrives({ device: 'canary-laptop' });
    await this.world.database.query('UPDATE account SET role = $1 WHERE id = $2', [
      role,
      person.userId,
    ]);
    if (role === 'user') {
      await person.connect();
      this.#people.push(person);
      return { person, resident, password: resident.password };
    }
    const again = await resident.arrives();
    await again.connect();
    this.#people.push(again);
    return { person: again, resident, password: resident.password };
  }

  /** Ends the node, and leaves the files to others. */
  async leave(): Promise<void> {
    for (const person of this.#people) person.leave();
    await this.world.end();
  }

  async end(): Promise<void> {
    await this.leave();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Resolves when the export is over, with how. */
export async function over({ person }: Pick<Holder, 'person'>, exportId: ExportId) {
  return person.hears(
    'export.progress',
    (told) => told.exportId === exportId && told.percent === 100,
  );
}

/** An admin who asked for somebody's export, has it ready, and lost the role since. */
export async function demotedWith(at: ExportWorld, ada: Holder) {
  const admin = await at.holder('Admin', 'admin');
  const letter = { userId: ada.person.userId, reason: 'by letter', password: admin.password };
  const { exportId } = await admin.person.call('export.request-for', letter).accepted();
  assert.equal((await over(admin, exportId)).state, 'ready');
  const link = await linked(admin, exportId);
  await at.world.database.query(`UPDATE account SET role = 'user' WHERE id = $1`, [
    admin.person.userId,
  ]);
  return { admin, exportId, link };
}

/** Asks for an export of one's own, and waits until it is ready. */
export async function exported(holder: Holder): Promise<ExportId> {
  const { exportId } = await holder.person
    .call('export.request', { password: holder.password })
    .accepted();
  assert.equal((await over(holder, exportId)).state, 'ready');
  return exportId;
}

export async function linked(
  { person }: Pick<Holder, 'person'>,
  exportId: ExportId,
): Promise<string> {
  return (await person.call('export.link', { exportId }).accepted()).link;
}

/** The answer to a fetch, whatever it is. */
export function fetching(
  url: string,
  { person }: Pick<Holder, 'person'>,
  exportId: ExportId,
  link: string,
) {
  return fetch(`${url}/v1/me/exports/archive`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${person.accessToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ exportId, link }),
  });
}

/** The archive as bytes. */
export async function fetched(
  url: string,
  holder: Pick<Holder, 'person'>,
  exportId: ExportId,
): Promise<Buffer> {
  const response = await fetching(url, holder, exportId, await linked(holder, exportId));
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/zip');
  return Buffer.from(await response.arrayBuffer());
}

export class Opened {
  readonly files: ReadonlyMap<string, Buffer>;

  constructor(files: ReadonlyMap<string, Buffer>) {
    this.files = files;
  }

  static async of(zip: Buffer): Promise<Opened> {
    const archive = await promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer)(zip, {
      lazyEntries: false,
    });
    const files = new Map<string, Buffer>();
    const reading: Promise<unknown>[] = [];
    const open = promisify(archive.openReadStream.bind(archive)) as (
      entry: yauzl.Entry,
    ) => Promise<NodeJS.ReadableStream>;
    archive.on('entry', (entry: yauzl.Entry) => {
      reading.push(
        open(entry).then(async (stream) => files.set(entry.fileName, await buffer(stream))),
      );
    });
    await new Promise((resolve, reject) => archive.on('end', resolve).on('error', reject));
    await Promise.all(reading);
    return new Opened(files);
  }

  get manifest(): ExportManifest {
    return JSON.parse(this.text('manifest.json')) as ExportManifest;
  }

  text(path: string): string {
    const file = this.files.get(path);
    assert.ok(file, path);
    return file.toString('utf8');
  }

  /** All rows of one kind. */
  rows(name: string): Record<string, unknown>[] {
    return [...this.files]
      .filter(([path]) => path.startsWith(`${name}/`))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, bytes]) => bytes.toString('utf8').split('\n').filter(Boolean))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

/** Everything of somebody, asked for, fetched and taken apart. */
export async function archiveOf(world: World, holder: Holder): Promise<Opened> {
  return Opened.of(await fetched(world.url, holder, await exported(holder)));
}

/** Resolves when it is so: what happens after a call was answered, and is told to nobody. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  patienceMs = 8_000,
): Promise<void> {
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail('waited in vain');
}
