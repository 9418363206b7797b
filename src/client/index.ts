/** The client of a Conclave server: connect, sign in, call, listen, follow channels and lose no message. */

export { createClient } from './client.ts';
export type * from './api.ts';
export * from './types.ts';
export { memoryStorage } from './ports.ts';
export type { ClientOptions, Fetch, Later, Storage } from './ports.ts';
