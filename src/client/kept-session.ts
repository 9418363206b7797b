/** What is kept of a session between pages and processes: nothing that opens anything, where a cookie has the refresh token. */
import type { Delivery } from '../contract/delivery.ts';
import type { SessionId, UserId, WorkspaceId } from '../contract/ids.ts';
import type { Storage } from './ports.ts';

export interface Kept {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly workspaceId: WorkspaceId;
  readonly accessToken: string;
  /** Null where a cookie has it. */
  readonly refreshToken: string | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Of the refresh under way: its retries, even after a restart, are answered with the same tokens. */
  readonly nonce: string | null;
  /** How far the server's clock is ahead, in milliseconds. */
  readonly ahead: number;
}

interface Parts {
  readonly storage: Storage;
  readonly delivery: Delivery;
  /** Hears of a storage that does not work. */
  readonly failed: (error: unknown) => void;
}

const KEY = 'session';

export class KeptSession {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async read(): Promise<Kept | null> {
    const { storage, failed } = this.#parts;
    try {
      const text = await storage.read(KEY);
      return text === null ? null : (JSON.parse(text) as Kept);
    } catch (error) {
      failed(error);
      return null;
    }
  }

  /** With a cookie: who is signed in, and the nonce that must not be lost. */
  write(kept: Kept): Promise<void> {
    const { delivery, storage, failed } = this.#parts;
    const stored = delivery === 'cookie' ? { ...kept, accessToken: '', expiresAt: 0 } : kept;
    return storage.write(KEY, JSON.stringify(stored)).catch(failed);
  }

  /** Unless it is of somebody else, who signed in in another window. */
  async remove(userId: UserId): Promise<void> {
    if (await this.isOfAnother(userId)) return;
    await this.#parts.storage.remove(KEY).catch(this.#parts.failed);
  }

  async isOfAnother(userId: UserId): Promise<boolean> {
    const kept = await this.read();
    return kept !== null && kept.userId !== userId;
  }
}

/** A text under a key of its own, beside the session; in memory where the storage does not work. */
export class KeptText {
  readonly #key: string;
  readonly #parts: Parts;
  #text: string | null = null;

  constructor(key: string, parts: Parts) {
    this.#key = key;
    this.#parts = parts;
  }

  async read(): Promise<string | null> {
    const { storage, failed } = this.#parts;
    try {
      return (await storage.read(this.#key)) ?? this.#text;
    } catch (error) {
      failed(error);
      return this.#text;
    }
  }

  async write(text: string): Promise<void> {
    const { storage, failed } = this.#parts;
    try {
      await storage.write(this.#key, text);
      this.#text = null; // other windows may change it there
    } catch (error) {
      this.#text = text;
      failed(error);
    }
  }

  remove(): Promise<void> {
    this.#text = null;
    return this.#parts.storage.remove(this.#key).catch(this.#parts.failed);
  }
}
