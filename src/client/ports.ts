/** What the client needs of its surroundings; everything has a default that works in Node and in browsers. */

import type { Delivery } from '../contract/delivery.ts';

/** Texts under keys, e.g. over IndexedDB or a file. A write that resolved is there after a restart. */
export interface Storage {
  read(key: string): Promise<string | null>;
  write(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Every key that begins with `prefix`, in any order. */
  keys(prefix: string): Promise<readonly string[]>;
}

/** The part of `fetch` that is used. */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    /** `include` where the call is delivered by cookie; any other has no use for one. */
    readonly credentials: 'include' | 'omit';
    readonly signal: AbortSignal;
  },
) => Promise<{
  readonly ok: boolean;
  readonly status: number;
  /** Needed for downloads alone. */
  readonly body?: ReadableStream<Uint8Array> | null;
  json(): Promise<unknown>;
}>;

/** Runs the work while nobody else who shares `tokens` runs any. A rejection puts the work off. */
export type Alone = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs a task after that many milliseconds; returns how to call it off. */
export type Later = (milliseconds: number, task: () => void) => () => void;

export interface ClientOptions {
  /** Where the server is, e.g. `https://chat.example.org`. */
  readonly url: string;
  /** The slug of the workspace, where the server has several. */
  readonly workspace?: string;
  /** Where unsent messages are kept. In memory by default: then they do not survive a restart. */
  readonly storage?: Storage;
  /** Where the tokens are kept. In memory by default: then one signs in again after a restart. */
  readonly tokens?: Storage;
  /**
   * Where it is kept that somebody signed in here before. In memory by default. It survives signing out, opens nothing,
   * and gets its owner past a stranger who has used up the attempts to sign in to the account.
   */
  readonly device?: Storage;
  /**
   * Where several clients share `tokens`, or a cookie: lets one refresh at a time, e.g.
   * `(work) => navigator.locks.request(…, work)`. That is what is done with a cookie unless told otherwise; without one,
   * a refresh just runs.
   */
  readonly alone?: Alone;
  /**
   * `cookie`, in a browser: the refresh token stays in a cookie that no script can read, and `tokens` keeps nothing that
   * opens anything. `body` unless told.
   */
  readonly delivery?: Delivery;
  /** Newest messages kept in memory per channel; 500 unless told. */
  readonly keepMessages?: number;
  readonly fetch?: Fetch;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly later?: Later;
  /** Hears of errors thrown by listeners; by default they are thrown again, outside of the client. */
  readonly failed?: (error: unknown) => void;
}

/** Keeps texts until the process ends. Hand the same one to a second client to let it go on. */
export function memoryStorage(): Storage {
  const texts = new Map<string, string>();
  return {
    read: (key) => Promise.resolve(texts.get(key) ?? null),
    write(key, value) {
      texts.set(key, value);
      return Promise.resolve();
    },
    remove(key) {
      texts.delete(key);
      return Promise.resolve();
    },
    keys: (prefix) => Promise.resolve([...texts.keys()].filter((key) => key.startsWith(prefix))),
  };
}
