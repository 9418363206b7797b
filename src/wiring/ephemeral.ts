/** Fits what is kept for seconds only to its store and to the connections: with Redis away there is none of it. */
import type { Lease } from '../access/index.ts';
import type { ChatOptions, Presence } from '../chat/index.ts';
import type { Config } from '../config.ts';
import type { Digests } from '../crypto/index.ts';
import type { Clock, Effect, Entropy, Typing } from '../kernel/index.ts';
import { claims } from '../platform/redis-claims.ts';
import { presenceRows } from '../platform/redis-presence.ts';
import type { RedisLink } from '../platform/redis.ts';
import type { Rooms } from '../transport/socket/index.ts';
import { openedTold, type OpenedOptions } from './opened.ts';

/** What a node said outlives it by so many heartbeats: one that is late, or lost, changes nothing. */
const KEPT_BEATS = 3;

/** Where the domain keeps what it forgets in seconds. */
export function ephemera(
  redis: RedisLink,
  digests: Digests,
  { entropy, config }: { readonly entropy: Entropy; readonly config: Config },
): ChatOptions['ephemera'] {
  const { presenceHeartbeatMs: heartbeatMs } = config;
  const keptMs = KEPT_BEATS * heartbeatMs;
  return {
    rows: presenceRows(redis, { node: entropy.id(), keptMs }),
    heartbeatMs,
    claim: claims(redis),
    digest: (scope, value) => digests.of('ephemeral', scope, value).toString('base64url'),
  };
}

/** Connections of one node that are told of typing in one second; beyond, nobody is. */
const TOLD_PER_SECOND = 5_000;

export interface TypingOptions {
  readonly clock: Clock;
  readonly lease: Lease;
  readonly rooms: Pick<Rooms, 'size' | 'typing'>;
}

/**
 * Tells the connections of this node, as long as that costs little: a second's worth of tellings is bounded for the
 * whole node, so that a room that is larger than that is never told, and a crowd that types takes nothing from frames.
 */
export function typingTold({ clock, lease, rooms }: TypingOptions): (typing: Typing) => void {
  let second = 0;
  let told = 0;
  return ({ channelId, userId }) => {
    if (!lease.mayDeliver()) return;
    const now = Math.floor(clock.monotonic() / 1_000);
    if (now !== second) [second, told] = [now, 0];
    const size = rooms.size(channelId);
    if (size === 0 || told + size > TOLD_PER_SECOND) return;
    told += size;
    rooms.typing(channelId, userId);
  };
}

export interface ShownOptions extends TypingOptions, OpenedOptions {
  readonly presence: Presence;
  readonly rooms: Rooms;
  readonly notify: (effect: Effect) => void;
  readonly failed: (error: unknown) => void;
}

/** What the publisher needs to show who types, who is present and what opened; from now on presence is told here. */
export function shown({ presence, notify, failed, ...options }: ShownOptions) {
  const { rooms: audience, lease } = options;
  presence.begin({ audience, notify, failed, mayDeliver: () => lease.mayDeliver() });
  return { typing: typingTold(options), presence, opened: openedTold({ failed, ...options }) };
}
