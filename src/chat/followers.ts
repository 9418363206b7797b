/** One follower per channel that this node has connections in, and none for any other. */
import { mayInChannel, standings } from '../access/index.ts';
import type { ChannelId, UserId, WorkspaceId } from '../contract/index.ts';
import { keyRows } from '../crypto/index.ts';
import type { ChannelChanged } from '../kernel/index.ts';
import { channelStore } from './channel-store.ts';
import type { Content } from './content.ts';
import { Follower, type Audience, type FollowerPorts, type Look } from './follower.ts';
import { readSlice } from './log.ts';
import { membershipStore } from './membership-store.ts';
import { messageStore } from './message-store.ts';
import type { Transaction } from './transaction-store.ts';

export interface FollowersOptions {
  readonly transaction: Transaction;
  readonly content: Content;
  readonly audience: Audience;
  readonly later: FollowerPorts['later'];
  readonly failed: FollowerPorts['failed'];
  /** False while this node may not deliver: its lease is lost. */
  readonly mayDeliver: () => boolean;
}

/** How often the channels' positions are read, for changes of which no notice came. */
const POLL_MS = 500;
/** The widest gap that a follower reads back; beyond, its connections start over. */
const GAP_REVISIONS = 2_000;

export class Followers {
  readonly #options: FollowersOptions;
  readonly #followers = new Map<ChannelId, Follower>();
  /** Whose channels they are: a read is scoped to one workspace. */
  readonly #workspaces = new Map<ChannelId, WorkspaceId>();
  #callOff: (() => void) | null = null;
  #polling: Promise<void> = Promise.resolve();

  constructor(options: FollowersOptions) {
    this.#options = options;
  }

  /** Takes a commit notice; channels that nobody here listens to are not followed. */
  changed({ channelId, last, events }: ChannelChanged): void {
    this.#followers.get(channelId)?.changed(last, events);
  }

  /** Resolves when the connection receives the channel's frames; false when its user may not read it any more. */
  async subscribe(
    workspaceId: WorkspaceId,
    channelId: ChannelId,
    connectionId: string,
    userId: UserId,
  ): Promise<boolean> {
    let follower = this.#followers.get(channelId);
    if (!follower) {
      follower = new Follower(channelId, this.#ports(workspaceId, channelId));
      this.#followers.set(channelId, follower);
      this.#workspaces.set(channelId, workspaceId);
      this.#pollLater();
    }
    try {
      return await follower.subscribe(connectionId, userId);
    } finally {
      this.left([channelId]);
    }
  }

  /** Connections left these channels: whichever nobody listens to is no longer followed. */
  left(channelIds: Iterable<ChannelId>): void {
    for (const channelId of channelIds) {
      const follower = this.#followers.get(channelId);
      if (!follower || follower.needed) continue;
      follower.stop();
      this.#followers.delete(channelId);
      this.#workspaces.delete(channelId);
    }
  }

  /** Channels followed at the moment. */
  get size(): number {
    return this.#followers.size;
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.#callOff?.();
    for (const follower of this.#followers.values()) follower.stop();
    this.#followers.clear();
    this.#workspaces.clear();
    await this.#polling;
  }

  /** A notice can be lost: another node made the change, or the answer to a COMMIT never came. */
  #pollLater(): void {
    if (this.#callOff || this.#followers.size === 0) return;
    this.#callOff = this.#options.later(POLL_MS, () => {
      this.#polling = this.#poll()
        .catch(this.#options.failed)
        .finally(() => {
          this.#callOff = null;
          this.#pollLater();
        });
    });
  }

  async #poll(): Promise<void> {
    for (const workspaceId of new Set(this.#workspaces.values())) {
      const ids = [...this.#workspaces].flatMap(([id, of]) => (of === workspaceId ? [id] : []));
      const positions = await this.#options.transaction(workspaceId, 'read', (tx) =>
        channelStore(tx, workspaceId).positions(ids),
      );
      for (const { id, lastRev } of positions) this.#followers.get(id)?.changed(lastRev, []);
    }
  }

  #ports(workspaceId: WorkspaceId, channelId: ChannelId): FollowerPorts {
    const { audience: connections, later, failed, mayDeliver } = this.#options;
    const audience: Audience = {
      join: (connectionId, id) => connections.join(connectionId, id),
      emit: (id, frame) => connections.emit(id, frame),
      size: (id) => connections.size(id),
      disperse: (id, closure) => connections.disperse(id, closure),
      // Whoever is removed may have been the last who listened.
      evict: (userId, id) => {
        connections.evict(userId, id);
        this.left([id]);
      },
    };
    const look = (since: number | null, reader: UserId | null) =>
      this.#look(workspaceId, channelId, since, reader);
    return { audience, later, failed, mayDeliver, look };
  }

  #look(
    workspaceId: WorkspaceId,
    channelId: ChannelId,
    since: number | null,
    reader: UserId | null,
  ): Promise<Look> {
    const { transaction, content } = this.#options;
    return transaction(workspaceId, 'read', async (tx) => {
      const channel = await channelStore(tx, workspaceId).find(channelId);
      if (!channel) throw new Error('a channel that is followed is gone');
      const standing = reader === null ? null : await standings(tx).inChannel(reader, channelId);
      const { epoch, historyPolicy, lastRev: head } = channel;
      // Who looks in at a public channel without joining came just now, too.
      const passerBy = standing !== null && standing.channelRole === null;
      const newestJoinedSeq = passerBy ? channel.lastSeq : channel.newestJoinedSeq;
      const mayRead = standing !== null && mayInChannel(standing, 'message.read');
      const state = { epoch, historyPolicy, newestJoinedSeq, head, mayRead };
      if (since === null || since >= head) return { ...state, events: [], complete: true };
      if (head - since > GAP_REVISIONS) return { ...state, events: [], complete: false };
      const stores = { messages: messageStore(tx), memberships: membershipStore(tx, workspaceId) };
      const log = { ...stores, content, keys: keyRows(tx, workspaceId) };
      const wanted = { channel, readable: 'all', since, limit: GAP_REVISIONS } as const;
      const { events } = await readSlice(log, wanted);
      return { ...state, events, complete: true };
    });
  }
}
