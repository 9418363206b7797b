/** The only place where the client touches what surrounds it: time, timers, chance and the network. */
import type { Alone, Fetch, Later } from './ports.ts';

/** The longest that a timer can wait; beyond, it would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Milliseconds since the epoch. */
export const systemNow = (): number => Date.now();

export const systemLater: Later = (milliseconds, task) => {
  const timer = setTimeout(task, Math.min(Math.max(milliseconds, 0), LONGEST_MS));
  return () => clearTimeout(timer);
};

/** Called as a method of the global object: browsers refuse a `fetch` that was taken off it. */
export const systemFetch: Fetch = (url, init) => globalThis.fetch(url, init);

/** The part of the Web Locks API that is used. */
interface Locks {
  request<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** One at a time among all windows of the browser that use the name; where there are no windows, at once. */
export function oneWindow(name: string): Alone {
  const { locks } = (globalThis as { navigator?: { locks?: Locks } }).navigator ?? {};
  return locks ? (work) => locks.request(name, work) : (work) => work();
}

export function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** At least 0, below 1. */
export function chance(): number {
  const [word = 0] = globalThis.crypto.getRandomValues(new Uint32Array(1));
  return word / 2 ** 32;
}

/** 128 random bits as 32 hexadecimal digits. */
export function freshNonce(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
