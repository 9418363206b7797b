/** What is kept of a session between pages and processes: nothing that opens anything, where a cookie has the refresh token. */
import type { Delivery } from '../contract/delivery.ts';
import type { SessionId, UserId, WorkspaceId } from '../contract/ids.ts';
import type { Me } from './api.ts';
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

export class KeptSession {
  readonly #parts: Parts;
  readonly #text: KeptText;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#text = new KeptText('session', parts);
  }

  async read(): Promise<Kept | null> {
    try {
      return JSON.parse((await this.#text.read()) ?? 'null') as Kept | null;
    } catch (error) {
      this.#parts.failed(error);
      return null;
    }
  }

  /** With a cookie: who is signed in, and the nonce that must not be lost. */
  write(kept: Kept): Promise<void> {
    const isInCookie = this.#parts.delivery === 'cookie';
    const stored = isInCookie ? { ...kept, accessToken: '', expiresAt: 0 } : kept;
    return this.#text.write(JSON.stringify(stored));
  }

  /** Unless it is of somebody else, who signed in in another window. */
  async remove(userId: UserId): Promise<void> {
    if (!(await this.isOfAnother(userId))) await this.#text.remove();
  }

  async isOfAnother(userId: UserId): Promise<boolean> {
    const kept = await this.read();
    return kept !== null && kept.userId !== userId;
  }
}

type TextParts = Pick<Parts, 'storage' | 'failed'>;

/** A text under a key of its own. */
export class KeptText {
  readonly #key: string;
  readonly #parts: TextParts;

  constructor(key: string, parts: TextParts) {
    this.#key = key;
    this.#parts = parts;
  }

  /** Null where there is none, or none can be read. */
  async read(): Promise<string | null> {
    try {
      return await this.#parts.storage.read(this.#key);
    } catch (error) {
      this.#parts.failed(error);
      return null;
    }
  }

  write(text: string): Promise<void> {
    return this.#parts.storage.write(this.#key, text).catch(this.#parts.failed);
  }

  remove(): Promise<void> {
    return this.#parts.storage.remove(this.#key).catch(this.#parts.failed);
  }
}

/** Who is signed in, without anything that opens anything. */
export function meOf({ userId, sessionId, workspaceId }: Me): Me {
  return { userId, sessionId, workspaceId };
}
