/** One follower per channel that this node has connections in, and none for any other. */
import type { ChannelHead, ChannelId, UserId, WorkspaceId } from '../contract/index.ts';
import type { ChannelChanged } from '../kernel/index.ts';
import type { Content } from './content.ts';
import { Follower, type Audience, type FollowerPorts, type Place, type Room } from './follower.ts';
import type { ReadHeads } from './head-store.ts';
import { Heads, POLL_MS } from './heads.ts';
import { Looks } from './looks.ts';
import type { Transaction } from './transaction-store.ts';

export interface FollowersOptions {
  readonly transaction: Transaction;
  readonly content: Content;
  readonly heads: ReadHeads;
  readonly audience: Audience;
  readonly later: FollowerPorts['later'];
  readonly failed: FollowerPorts['failed'];
  /** False while this node may not deliver: its lease is lost. */
  readonly mayDeliver: () => boolean;
  /** Hears of every notice, of whatever channel. */
  readonly heard?: (change: ChannelChanged) => void;
}

export class Followers {
  readonly #options: FollowersOptions;
  readonly #looks: Looks;
  readonly #heads: Heads;
  readonly #followers = new Map<ChannelId, Follower>();
  #callOff: (() => void) | null = null;
  #polling: Promise<void> = Promise.resolve();

  constructor(options: FollowersOptions) {
    this.#options = options;
    this.#looks = new Looks(options.transaction, options.content);
    this.#heads = new Heads(options);
  }

  /** Takes a commit notice; channels that nobody here listens to are not followed. */
  changed(change: ChannelChanged): void {
    const { channelId, last, events } = change;
    this.#options.heard?.(change);
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
    covered: Place | null,
  ): Promise<boolean> {
    let follower = this.#followers.get(channelId);
    if (!follower) {
      follower = new Follower(channelId, this.#ports(workspaceId, channelId));
      this.#followers.set(channelId, follower);
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
    }
  }

  /** Channels followed at the moment. */
  get size(): number {
    return this.#followers.size;
  }

  /** Reads where the logs end and tells every connection of this node at once; gives to how many it was told. */
  async tellHeads(): Promise<number> {
    return this.#heads.tell(await this.#standing());
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.#callOff?.();
    this.#heads.stop();
    for (const follower of this.#followers.values()) follower.stop();
    this.#followers.clear();
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
    await this.#heads.turn(await this.#standing());
  }

  /**
   * Where the logs of the followed channels end, which each follower is told. Only those are given whose followers
   * have come there: until then a room may still hold somebody who was removed.
   */
  async #standing(): Promise<ReadonlyMap<ChannelId, ChannelHead>> {
    const places = new Map([...this.#followers].map(([id, { place }]) => [id, place]));
    const heads = await this.#options.heads([...places.keys()]);
    const reached = new Map<ChannelId, ChannelHead>();
    for (const head of heads) {
      const follower = this.#followers.get(head.id);
      follower?.stands(head, places.get(head.id) ?? null);
      const place = follower?.place;
      if (place?.epoch === head.epoch && place.rev >= head.rev) reached.set(head.id, head);
    }
    return reached;
  }

  #ports(workspaceId: WorkspaceId, channelId: ChannelId): FollowerPorts {
    const { audience: connections, later, failed, mayDeliver } = this.#options;
    const audience: Room = {
      join: (connectionId, id) => connections.join(connectionId, id),
      emit: (id, frame) => connections.emit(id, frame),
      emitTo: (connectionId, frame) => connections.emitTo(connectionId, frame),
      size: (id) => connections.size(id),
      disperse: (id, closure) => connections.disperse(id, closure),
      vacate: (id) => {
        connections.vacate(id);
        this.left([id]);
      },
      // Whoever is removed may have been the last who listened.
      evict: (userId, id, mayAsk) => {
        connections.evict(userId, id, mayAsk);
        this.left([id]);
      },
    };
    const look: FollowerPorts['look'] = (since, reader) =>
      this.#looks.look(workspaceId, channelId, since, reader);
    return { audience, later, failed, mayDeliver, look };
  }
}
