/** What a follower needs of its node: the connections, looks at the database and time. */
import type {
  Broadcasts,
  ChannelEvent,
  ChannelFrame,
  ChannelId,
  ClosureCode,
  HistoryPolicy,
  UserId,
} from '../contract/index.ts';

/** The connections of this node, as a follower sees them; it alone decides who is in its channel's room. */
export interface Room {
  /** False when the connection is gone. */
  join(connectionId: string, channelId: ChannelId): boolean;
  /** Takes all connections of the user out of the channel's room; `mayAsk` tells each that was in it to ask again. */
  evict(userId: UserId, channelId: ChannelId, mayAsk: boolean): void;
  /** Takes everybody out of the channel's room, and tells each connection to ask again. */
  vacate(channelId: ChannelId): void;
  emit(channelId: ChannelId, frame: ChannelFrame): void;
  /** For one connection alone. */
  emitTo(connectionId: string, frame: ChannelFrame): void;
  size(channelId: ChannelId): number;
  /** Ends every connection in the room; each reconnects and reads what it missed. */
  disperse(channelId: ChannelId, closure: ClosureCode): void;
}

/** The connections of this node. */
export interface Audience extends Room {
  /** All of them, by id. */
  connections(): Iterable<string>;
  /** The channels whose rooms the connection is in at this moment. */
  follows(connectionId: string): readonly ChannelId[];
  /** False when the connection has too much to take to be told of heads, or is gone. */
  tellHeads(connectionId: string, heads: Broadcasts['channel.heads']): boolean;
}

/** What one snapshot of the database says about the channel, for a follower that is at `since`. */
export interface Look {
  readonly epoch: number;
  readonly historyPolicy: HistoryPolicy;
  readonly newestJoinedSeq: number;
  /** At which revision reading was last taken from anybody; 0: never. */
  readonly accessRev: number;
  readonly head: number;
  readonly events: readonly ChannelEvent[];
  /** False when the gap was too wide to read. */
  readonly complete: boolean;
  /** Whether the person asked about may read the channel now. */
  readonly mayRead: boolean;
}

/** A place in a channel's log. */
export interface Place {
  readonly rev: number;
  readonly epoch: number;
}

/** Where a follower stands, and what decides there who is shown which text. */
export interface Position extends Place {
  rev: number;
  historyPolicy: HistoryPolicy;
  newestJoinedSeq: number;
  accessRev: number;
}

export interface FollowerPorts {
  readonly audience: Room;
  /** Reads the log after `since` (null: only where it stands), and whether `reader` may read it. */
  readonly look: (since: number | null, reader: UserId | null) => Promise<Look>;
  /** Runs `task` after that many milliseconds; returns how to call it off. */
  readonly later: (milliseconds: number, task: () => void) => () => void;
  readonly failed: (error: unknown) => void;
  /** Asked before each frame; while it says no, nothing is emitted and the follower stays where it is. */
  readonly mayDeliver?: () => boolean;
}
