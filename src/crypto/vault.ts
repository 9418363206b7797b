/** Hands out unwrapped keys: root key -> workspace key -> subject and data keys, cached within a bound. */
import { LRUCache } from 'lru-cache';
import type { ChannelId, UserId, WorkspaceId } from '../contract/index.ts';
import type { Clock, Entropy } from '../kernel/index.ts';
import { envelope, open, type Envelope, type Place } from './envelope.ts';
import { KEY_BYTES, type Keyring } from './keyring.ts';
import { dataKeyPlace, subjectKeyPlace, workspaceKeyPlace } from './places.ts';
import type { DataKeyName, KeyRows, WrappedKey } from './store.ts';

/** Thrown when a wrapped key does not open: the row was changed, or the root key is another one. */
export class BrokenKey extends Error {
  constructor(kind: string) {
    super(`a ${kind} key does not open under the key that should wrap it`);
  }
}

/** A key whose row was changed is as good as none: one bad row must not hide the others of a page. */
export function unlessBroken<T>(key: Promise<T>): Promise<T | null> {
  return key.catch((error: unknown) => {
    if (error instanceof BrokenKey) return null;
    throw error;
  });
}

/** Null when the row was changed, or was wrapped under a root key that this node does not have or has otherwise. */
export function openedWorkspaceKey(
  root: Keyring,
  workspaceId: WorkspaceId,
  { under, version, wrapped }: WrappedKey,
): Buffer | null {
  if (!root.names.includes(under)) return null;
  return open(root.key(under), wrapped, workspaceKeyPlace(workspaceId, version));
}

/** How long a node may go on wrapping under the version it knew as the newest; older versions stay valid. */
const NEWEST_MS = 60_000;
/** Workspaces whose newest version is known at a time. */
const WORKSPACES = 10_000;
/**
 * How long no key is kept of somebody whose keys were destroyed: a reader whose snapshot is older still finds them, and
 * no transaction lasts so long. As long, it surprises nobody that they are missing.
 */
const DESTROYED_MS = 60 * 60_000;
/** People whose keys were destroyed within that time. */
const DESTROYED = 100_000;
/** Unwrapped keys held in memory at most; each is 32 bytes. */
const CACHED_KEYS = 20_000;

interface WorkspaceKey {
  readonly version: number;
  readonly key: Buffer;
}

export class Vault {
  readonly #root: Keyring;
  readonly #envelope: Envelope;
  readonly #entropy: Entropy;
  readonly #clock: Clock;
  // Evicted keys are not overwritten: a call that still holds one would seal under zeros.
  readonly #cache: LRUCache<string, Buffer>;
  readonly #newest: LRUCache<string, number>;
  readonly #destroyed: LRUCache<UserId, true>;
  /** Names of keys that were destroyed: a page of what they sealed asks for them once, not once for each message. */
  readonly #absent: LRUCache<string, true>;

  constructor(root: Keyring, entropy: Entropy, clock: Clock, cachedKeys = CACHED_KEYS) {
    this.#cache = new LRUCache({ max: cachedKeys });
    const perf = { now: () => clock.monotonic() };
    this.#newest = new LRUCache({ max: WORKSPACES, ttl: NEWEST_MS, ttlResolution: 0, perf });
    this.#destroyed = new LRUCache({ max: DESTROYED, ttl: DESTROYED_MS, ttlResolution: 0, perf });
    this.#absent = new LRUCache({ max: cachedKeys, ttl: DESTROYED_MS, ttlResolution: 0, perf });
    this.#root = root;
    this.#entropy = entropy;
    this.#envelope = envelope(entropy);
    this.#clock = clock;
  }

  /** Makes the first key of a new workspace. Nothing is cached: the transaction may still roll back. */
  async createWorkspaceKey(rows: KeyRows): Promise<void> {
    const place = workspaceKeyPlace(rows.workspaceId, 1);
    const wrapped = this.#envelope.seal(this.#root.key(this.#root.current), this.#fresh(), place);
    const row = { under: this.#root.current, version: 1, wrapped };
    await rows.addWorkspaceKey(row, this.#clock.now());
  }

  /** A workspace key by its version, or the newest: it seals what belongs to no one person. */
  async workspaceKey(
    rows: KeyRows,
    version: number | null = this.#newest.get(rows.workspaceId) ?? null,
  ): Promise<WorkspaceKey> {
    const held = version !== null && this.#cache.get(`w:${rows.workspaceId}:${version}`);
    if (held) return { version, key: held };
    const row = await rows.workspaceKey(version);
    const key = row && openedWorkspaceKey(this.#root, rows.workspaceId, row);
    if (!key) throw new BrokenKey('workspace');
    this.#cache.set(`w:${rows.workspaceId}:${row.version}`, key);
    if (version === null) this.#newest.set(rows.workspaceId, row.version);
    return { version: row.version, key };
  }

  /** Makes the subject key of a new account. It is not cached: the transaction may still roll back. */
  async createSubjectKey(rows: KeyRows, subjectId: UserId): Promise<Buffer> {
    const place = subjectKeyPlace(rows.workspaceId, subjectId);
    const { key, row } = this.#make(await this.#newestKey(rows), place, 1);
    await rows.addSubjectKey(subjectId, row, this.#clock.now());
    return key;
  }

  /** The key of everything personal of one account, or null once it has been destroyed. */
  async subjectKey(rows: KeyRows, subjectId: UserId): Promise<Buffer | null> {
    const name = `s:${rows.workspaceId}:${subjectId}`;
    const place = subjectKeyPlace(rows.workspaceId, subjectId);
    return this.#cached(name, subjectId, async () => {
      const row = await rows.subjectKey(subjectId);
      return row && this.#unwrap(rows, row, place, 'subject');
    });
  }

  /**
   * The same for who has read the row already, with others in one query: a key at hand is not unwrapped again, and
   * one whose row is gone is forgotten. Throws BrokenKey.
   */
  async subjectKeyOf(
    rows: KeyRows,
    subjectId: UserId,
    row: WrappedKey | null,
  ): Promise<Buffer | null> {
    const name = `s:${rows.workspaceId}:${subjectId}`;
    if (!row) this.#cache.delete(name);
    const place = subjectKeyPlace(rows.workspaceId, subjectId);
    const unwrapped = async () => row && this.#unwrap(rows, row, place, 'subject');
    return this.#cached(name, subjectId, unwrapped);
  }

  /** The key of an author's messages in a channel during a key epoch, or null when there is none. */
  async dataKey(
    rows: KeyRows,
    channelId: ChannelId,
    authorId: UserId,
    epoch: number,
  ): Promise<Buffer | null> {
    const named = { channelId, authorId, keyEpoch: epoch };
    if (this.#absent.has(cacheName(named))) return null;
    return this.#cached(cacheName(named), authorId, async () => {
      const row = await rows.dataKey(channelId, authorId, epoch);
      return row && this.#unwrap(rows, row, dataKeyPlace(rows.workspaceId, named), 'data');
    });
  }

  /**
   * Puts the keys that are not at hand where `dataKey` finds them, all with one query. One that does not open is
   * left to `dataKey`, so that a broken row costs nobody the others.
   */
  async fetchDataKeys(rows: KeyRows, names: readonly DataKeyName[]): Promise<void> {
    const missing = new Map(names.map((name) => [cacheName(name), name]));
    for (const name of missing.keys())
      if (this.#cache.has(name) || this.#absent.has(name)) missing.delete(name);
    if (missing.size === 0) return;
    const found = await rows.dataKeys([...missing.values()]);
    for (const row of found) missing.delete(cacheName(row));
    for (const [name, { authorId }] of missing)
      if (this.#destroyed.has(authorId)) this.#absent.set(name, true);
    for (const row of found)
      try {
        const place = dataKeyPlace(rows.workspaceId, row);
        const key = await this.#unwrap(rows, row, place, 'data');
        if (!this.#destroyed.has(row.authorId)) this.#cache.set(cacheName(row), key);
      } catch (error) {
        if (!(error instanceof BrokenKey)) throw error;
      }
  }

  /** Makes the data keys that there are not. Whoever comes second finds the first one's key in the table. */
  async ensureDataKeys(rows: KeyRows, names: readonly DataKeyName[]): Promise<void> {
    const under = await this.#newestKey(rows);
    const keys = names.map(({ channelId, authorId, keyEpoch }) => {
      const name = { channelId, authorId, keyEpoch };
      const { row } = this.#make(under, dataKeyPlace(rows.workspaceId, name), keyEpoch);
      this.#absent.delete(cacheName(name));
      return { ...name, ...row };
    });
    await rows.addDataKeys(keys, this.#clock.now());
  }

  /** The data key if it is at hand: no query. */
  cachedDataKey(channelId: ChannelId, authorId: UserId, epoch: number): Buffer | null {
    return this.#cache.get(cacheName({ channelId, authorId, keyEpoch: epoch })) ?? null;
  }

  /** Forgets every unwrapped key. */
  clear(): void {
    this.#cache.clear();
    this.#newest.clear();
  }

  /** Keys of this person were destroyed: none is held any more, and for a while none is kept. */
  forget(personId: UserId): void {
    this.#destroyed.set(personId, true);
    for (const name of this.#cache.keys()) if (name.includes(personId)) this.#cache.delete(name);
  }

  /** Whether keys of this person were destroyed lately, as far as this node heard. */
  hasForgotten(personId: UserId): boolean {
    return this.#destroyed.has(personId);
  }

  async #cached(name: string, personId: UserId, load: () => Promise<Buffer | null>) {
    const held = this.#cache.get(name);
    if (held) return held;
    const key = await load();
    if (key && !this.#destroyed.has(personId)) this.#cache.set(name, key);
    return key;
  }

  /** The newest version that there is, not the newest known: nothing is wrapped under one that a rotation is done with. */
  #newestKey(rows: KeyRows): Promise<WorkspaceKey> {
    return this.workspaceKey(rows, null);
  }

  #make(under: WorkspaceKey, place: Place, version: number) {
    const key = this.#fresh();
    const wrapped = this.#envelope.seal(under.key, key, place);
    return { key, row: { under: String(under.version), version, wrapped } satisfies WrappedKey };
  }

  async #unwrap(rows: KeyRows, row: WrappedKey, place: Place, kind: string): Promise<Buffer> {
    const parent = await this.workspaceKey(rows, Number(row.under));
    const key = open(parent.key, row.wrapped, place);
    if (!key) throw new BrokenKey(kind);
    return key;
  }

  #fresh(): Buffer {
    return this.#entropy.bytes(KEY_BYTES);
  }
}

function cacheName({ channelId, authorId, keyEpoch }: DataKeyName): string {
  return `d:${channelId}:${authorId}:${keyEpoch}`;
}
