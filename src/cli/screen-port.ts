/** What the interactive screen is given and what it gives back: the whole of what the command knows of it. */
import type { ChannelId, Client, UserId } from '../client/index.ts';

/** Up to where each channel was read. */
export interface ReadMarks {
  /** The seq of the last message read; 0 where nothing was. */
  read(channelId: ChannelId): number;
  write(channelId: ChannelId, seq: number): void;
}

export interface ScreenOptions {
  /** Connected, or on its way. It stays the caller's: the screen does not close it. */
  client: Client;
  me: { userId: UserId; displayName: string };
  /** The address of the server, as the user gave it. */
  server: string;
  marks: ReadMarks;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  colour: boolean;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** `ended`: the session ended elsewhere, or the server refuses the connection for good, with that code. */
export type ScreenEnd = { reason: 'quit' | 'signed-out' } | { reason: 'ended'; code: string };

export type OpenScreen = (options: ScreenOptions) => Promise<ScreenEnd>;
