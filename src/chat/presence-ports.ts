/** What presence needs of its store, of the database and of the connections of its node. */
import type { Broadcasts, ShownPresence, UserId, WorkspaceId } from '../contract/index.ts';
import type { Effect } from '../kernel/index.ts';

export interface Who {
  readonly workspaceId: WorkspaceId;
  readonly userId: UserId;
}

/**
 * What is kept for all nodes, and expires with the node that said it: workspaces and people as keyed digests, states as
 * numbers, the most present the lowest. Everything rejects when the store is away.
 */
export interface PresenceRows {
  /** Keeps what this node has said; false when that is gone. */
  beat(workspace: string): Promise<boolean>;
  /** Says how present people of this node are, or with null takes it back. */
  put(workspace: string, people: ReadonlyMap<string, number | null>): Promise<void>;
  /** The most present state of each on all nodes; null for the whole when what this node said is gone. */
  read(workspace: string, people: readonly string[]): Promise<readonly (number | null)[] | null>;
  drop(workspace: string): Promise<void>;
}

/** One who is told, and one who they are told of. */
export interface Pair {
  readonly reader: UserId;
  readonly person: UserId;
}

/** Which of the pairs share a channel at this moment. */
export type Sharing = (workspaceId: WorkspaceId, pairs: readonly Pair[]) => Promise<boolean[]>;

export interface PresenceAudience {
  /** Whether there is such a connection. */
  has(connectionId: string): boolean;
  /** False when the connection has too much to take to be told, or is gone. */
  tellPresence(connectionId: string, changed: Broadcasts['presence.changed']): boolean;
}

export interface PresencePorts {
  readonly audience: PresenceAudience;
  /** Tells the other nodes. */
  readonly notify: (effect: Effect) => void;
  readonly mayDeliver: () => boolean;
  readonly failed: (error: unknown) => void;
}

export type Shown = ReadonlyMap<UserId, ShownPresence>;
