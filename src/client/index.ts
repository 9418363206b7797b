/** The client of a Conclave server: connect, sign in, call, listen, follow channels and lose no message. */
export { createClient } from './client.ts';
export type * from './api.ts';
export * from './types.ts';
export { memoryStorage } from './ports.ts';
export type { Alone, ClientOptions, Fetch, Later, Storage } from './ports.ts';
export type { Broadcasts } from '../contract/broadcasts.ts';
export type { Closing } from '../contract/closures.ts';
export type { ChannelId, ClientId, MessageId, SessionId, UserId } from '../contract/ids.ts';
export type { OwnPresence, ShownPresence } from '../contract/presence.ts';
export type { Channel, ChannelFrame, Member, Message } from '../contract/shapes.ts';
