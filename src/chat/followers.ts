/** One follower per channel that this node has connections in, and none for any other. */
import type { ChannelId, UserId, WorkspaceId } from '../contract/index.ts';
import type { ChannelChanged } from '../kernel/index.ts';
import { channelStore } from './channel-store.ts';
import type { Content } from './content.ts';
import { Follower, type Audience, type FollowerPorts, type Covered } from './follower.ts';
import { Looks } from './looks.ts';
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

export class Followers {
  readonly #options: FollowersOptions;
  readonly #looks: Looks;
  readonly #followers = new Map<ChannelId, Follower>();
  /** Whose channels they are: a read is scoped to one workspace. */
  readonly #workspaces = new Map<ChannelId, WorkspaceId>();
  #callOff: (() => void) | null = null;
  #polling: Promise<void> = Promise.resolve();

  constructor(options: FollowersOptions) {
    this.#options = options;
    this.#looks = new Looks(options.transaction, options.content);
  }

  /** Takes a commit notice; channels that nobody here listens to are not followed. */
  changed({ channelId, last, events }: ChannelChanged): void {
    this.#followers.get(channelId)?.changed(last, events);
  }

  /**
   * Resolves when the connection receives the channel's frames; false when its user may not read it any more. If its
   * answer covers less than what lies before its first frame, it is told where it stands.
   */
  async subscribe(
    workspaceId: WorkspaceId,
    channelId: ChannelId,
    connectionId: string,
    userId: UserId,
    covered: Covered | null,
  ): Promise<boolean> {
    let follower = this.#followers.get(channelId);
    if (!follower) {
      follower = new Follower(channelId, this.#ports(workspaceId, channelId));
      this.#followers.set(channelId, follower);
      this.#workspaces.set(channelId, workspaceId);
      this.#pollLater();
    }
    try {
      return await follower.subscribe(connectionId, userId, covered);
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
      emitTo: (connectionId, frame) => connections.emitTo(connectionId, frame),
      size: (id) => connections.size(id),
      disperse: (id, closure) => connections.disperse(id, closure),
      // Whoever is removed may have been the last who listened.
      evict: (userId, id) => {
        connections.evict(userId, id);
        this.left([id]);
      },
    };
    const look: FollowerPorts['look'] = (since, reader) =>
      this.#looks.look(workspaceId, channelId, since, reader);
    return { audience, later, failed, mayDeliver, look };
  }
}
