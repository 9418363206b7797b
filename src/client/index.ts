/** The client of a Conclave server: connect, sign in, call, listen, follow channels and lose no message. */
import type { Client } from './api.ts';
import type { ClientOptions } from './ports.ts';

export type * from './api.ts';
export * from './types.ts';
export { memoryStorage } from './ports.ts';
export type { ClientOptions, Fetch, Later, Storage } from './ports.ts';

/** Makes a client; it does nothing before `connect` or `signIn`. */
export declare function createClient(options: ClientOptions): Client;
