/** Every event that the server sends unasked, with its payload. */
import type { Closing } from './closures.ts';
import type { ChannelId } from './ids.ts';
import type { ChannelFrame } from './shapes.ts';

export interface Broadcasts {
  /** What changed in a subscribed channel. A frame whose `prev` is not one's own position is a gap: resume. */
  'channel.events': ChannelFrame;
  /** The caller's standing in a channel changed: list, read or subscribe again. */
  'access.changed': { readonly channelId: ChannelId };
  /** The server is going to close the connection: make no more calls on it, and come back after that time. */
  'server.draining': { readonly reconnectInMs: number };
  /** The last event on a connection that the server closes. */
  'connection.closing': Closing;
}
