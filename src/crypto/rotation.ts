/** Moves the keys of a workspace under a new workspace key while it is in use; may be stopped anywhere and taken up again. */
import type { WorkspaceId } from '../contract/index.ts';
import type { Clock, Entropy } from '../kernel/index.ts';
import { envelope, open, type Envelope, type Place } from './envelope.ts';
import { KEY_BYTES, type Keyring } from './keyring.ts';
import { dataKeyPlace, subjectKeyPlace, workspaceKeyPlace } from './places.ts';
import { rotationRows, type RotationRows, type Tx, type Wrapped } from './rotation-store.ts';
import { keyRows } from './store.ts';
import { BrokenKey, openedWorkspaceKey } from './vault.ts';

export interface RotationOptions {
  readonly workspaceId: WorkspaceId;
  readonly root: Keyring;
  readonly entropy: Entropy;
  readonly clock: Clock;
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'own',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
  /** Writes the row of the trail in the transaction of what it tells of: what it throws undoes that. */
  readonly onRecord: (
    tx: Tx,
    action: 'key.rotate' | 'key.adopt',
    details: Readonly<Record<string, number | boolean | string>>,
  ) => Promise<void>;
  /** Keys exchanged in one transaction; 500 unless told. */
  readonly batch?: number;
}

export interface RotationProgress {
  readonly is: 'begun' | 'under way' | 'done';
  /** Of the workspace key that everything is wrapped under in the end. */
  readonly version: number;
  /** An earlier rotation had made the version and was stopped. */
  readonly resumed: boolean;
  /** Workspace keys that were wrapped under the current root key, because they were under another. */
  readonly rerooted: number;
  /** Keys to be gone through, as counted in the beginning. */
  readonly total: number;
  readonly rewrapped: number;
  /** Keys that do not open where they stand: they stay as they are, and so does the version that they say. */
  readonly broken: number;
}

/** A transaction of so many takes some ten milliseconds, and nobody waits for its rows: senders only read them. */
const BATCH = 500;
/** How often the rows are gone through again for what was added meanwhile under the version before. */
const PASSES = 10;

/**
 * Makes a new version of the workspace key under the current root key, unless an earlier call was stopped before the
 * end of its own: then it goes on with that one. Throws BrokenKey when that one does not open.
 */
export async function* rotateWorkspaceKey(
  options: RotationOptions,
): AsyncGenerator<RotationProgress> {
  const { workspaceId, onRecord } = options;
  const rotation = new Rotation(options);
  const begun = await rotation.within((rows, tx) => rotation.begin(rows, tx));
  const { version, resumed, rerooted, total } = begun;
  const told = { version, resumed, rerooted, total };
  yield { is: 'begun', ...told, rewrapped: 0, broken: 0 };
  let rewrapped = 0;
  let broken = 0;
  for (let pass = 1; pass <= PASSES; pass += 1) {
    const before = rewrapped;
    broken = 0;
    for (const old of begun.earlier)
      for await (const page of rotation.pages(old, version)) {
        rewrapped += page.rewrapped;
        broken += page.broken;
        yield { is: 'under way', ...told, rewrapped, broken };
      }
    if (rewrapped === before) break;
  }
  await options.transaction(workspaceId, 'own', async (tx) => {
    await rotationRows(tx, workspaceId).adopt(version);
    await onRecord(tx, 'key.adopt', { version, rewrapped, broken });
  });
  yield { is: 'done', ...told, rewrapped, broken };
}

interface Page {
  readonly rewrapped: number;
  readonly broken: number;
}

class Rotation {
  readonly #options: RotationOptions;
  readonly #envelope: Envelope;
  readonly #opened = new Map<number, Buffer>();

  constructor(options: RotationOptions) {
    this.#options = options;
    this.#envelope = envelope(options.entropy);
  }

  within<T>(work: (rows: RotationRows, tx: Tx) => Promise<T>): Promise<T> {
    const { transaction, workspaceId } = this.#options;
    return transaction(workspaceId, 'own', (tx) => work(rotationRows(tx, workspaceId), tx));
  }

  /** Puts every workspace key under the current root key, and says which version everything else is to be under. */
  async begin(rows: RotationRows, tx: Tx) {
    const { onRecord, root } = this.#options;
    const found = await rows.versions();
    const newest = found.at(-1);
    // With another root key of the same name, a new version would shut out every node that has the right one.
    if (!newest || !openedWorkspaceKey(root, rows.workspaceId, newest))
      throw new BrokenKey('workspace');
    const rerooted = await this.#reroot(rows, found);
    const resumed = newest.version > 1 && newest.adoptedAt === null;
    const version = resumed ? newest.version : newest.version + 1;
    if (!resumed) await this.#make(tx, version);
    await onRecord(tx, 'key.rotate', { version, resumed, rerooted, rootKey: root.current });
    const earlier = found.map((row) => row.version).filter((each) => each < version);
    return { version, resumed, rerooted, earlier, total: await rows.behind(version) };
  }

  /** Everything under `old`, a page at a time, until nothing is left there but what does not open. */
  async *pages(old: number, version: number): AsyncGenerator<Page> {
    const { workspaceId } = this.#options;
    yield* this.#exchange(
      (rows) => rows.subjectKeys,
      old,
      version,
      (name) => subjectKeyPlace(workspaceId, name),
    );
    yield* this.#exchange(
      (rows) => rows.dataKeys,
      old,
      version,
      (name) => dataKeyPlace(workspaceId, name),
    );
  }

  async *#exchange<Name>(
    kind: (rows: RotationRows) => Wrapped<Name>,
    old: number,
    version: number,
    placeOf: (name: Name) => Place,
  ): AsyncGenerator<Page> {
    const { batch = BATCH } = this.#options;
    let after: Name | null = null;
    for (;;) {
      const page: Page & { last: Name | null } = await this.within(async (rows) => {
        const keys = await kind(rows).under(old, after, batch);
        const last = keys.at(-1)?.name ?? null;
        if (last === null) return { rewrapped: 0, broken: 0, last };
        const [from, to] = [await this.#key(rows, old), await this.#key(rows, version)];
        if (!to) throw new BrokenKey('workspace');
        const opened = keys.flatMap((each) => {
          const place = placeOf(each.name);
          const key = from && open(from, each.wrapped, place);
          return key ? [{ ...each, anew: this.#envelope.seal(to, key, place) }] : [];
        });
        const rewrapped = await kind(rows).rewrap(version, opened);
        return { rewrapped, broken: keys.length - opened.length, last };
      });
      if (page.last === null) return;
      after = page.last;
      yield page;
    }
  }

  async #reroot(rows: RotationRows, found: Awaited<ReturnType<RotationRows['versions']>>) {
    const { root, workspaceId } = this.#options;
    let rerooted = 0;
    for (const row of found) {
      if (row.under === root.current) continue;
      const key = openedWorkspaceKey(root, workspaceId, row);
      if (!key) continue; // what it wraps is told of as broken
      const anew = this.#underRoot(key, row.version);
      if (await rows.rewrapWorkspaceKey(row.version, root.current, row.wrapped, anew))
        rerooted += 1;
    }
    return rerooted;
  }

  async #make(tx: Tx, version: number): Promise<void> {
    const { root, entropy, clock, workspaceId } = this.#options;
    const wrapped = this.#underRoot(entropy.bytes(KEY_BYTES), version);
    const row = { under: root.current, version, wrapped };
    await keyRows(tx, workspaceId).addWorkspaceKey(row, clock.now());
  }

  #underRoot(key: Uint8Array, version: number): Buffer {
    const { root, workspaceId } = this.#options;
    return this.#envelope.seal(
      root.key(root.current),
      key,
      workspaceKeyPlace(workspaceId, version),
    );
  }

  /** From the table, never from memory: what this process made may not be what was committed. */
  async #key(rows: RotationRows, version: number): Promise<Buffer | null> {
    const held = this.#opened.get(version);
    if (held) return held;
    const row = (await rows.versions()).find((each) => each.version === version);
    const key = row && openedWorkspaceKey(this.#options.root, rows.workspaceId, row);
    if (key) this.#opened.set(version, key);
    return key ?? null;
  }
}
