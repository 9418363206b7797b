/** Sends what was committed: to the channel's follower, to a user's connections, or to end them, on every node. */
import type { Lease } from '../access/index.ts';
import type { Auth } from '../auth/index.ts';
import type { Followers, Presence } from '../chat/index.ts';
import {
  Refusal,
  type Call,
  type Effect,
  type PresenceSet,
  type PresenceWatched,
  type ReadingOpened,
  type Reauthorised,
  type Stages,
  type Subscription,
  type Told,
  type Typing,
} from '../kernel/index.ts';
import type { Rooms, SocketGateway } from '../transport/socket/index.ts';

export interface PublishOptions {
  readonly followers: Followers;
  readonly rooms: Rooms;
  readonly typing: (typing: Typing) => void;
  readonly presence: Pick<Presence, 'set' | 'watch' | 'stirred'>;
  /** Tells who may read now. */
  readonly opened: (opened: ReadingOpened) => void;
  readonly reauthorise: SocketGateway['reauthorise'];
  readonly forget: Auth['forget'];
  readonly tokenStands: Auth['tokenStands'];
  readonly lease: Lease;
  /** Reads the control feed at once. */
  readonly readControl: () => void;
  /** Tells the other nodes. */
  readonly notify: (effect: Effect) => void;
  readonly failed: (error: unknown) => void;
}

export interface Publisher {
  readonly publish: Stages['publish'];
  /** What follows from an effect on this node, wherever it was committed. */
  readonly here: (effect: Exclude<Effect, OfOneConnection>) => void;
}

/** What concerns only the connection that asked, and no other node. */
type OfOneConnection = Subscription | Reauthorised | PresenceSet | PresenceWatched;

export function publisher(options: PublishOptions): Publisher {
  const { followers, rooms, forget, lease, notify, failed } = options;
  return {
    async publish(effects, call) {
      // Side by side, so that many subscriptions are looked at together; what waits for nothing keeps its order.
      await Promise.all(effects.map((effect) => send(effect, call)));
    },
    here,
  };

  async function send(effect: Effect, call: Call): Promise<void> {
    try {
      if (effect.effect === 'subscribe') await subscribe(effect, call);
      else if (effect.effect === 'reauthorised') reauthorised(effect, call);
      else if (effect.effect === 'presence-set' || effect.effect === 'presence-watched')
        present(effect, call);
      else here(effect, call.origin.connectionId);
      notify(effect);
    } catch (error) {
      failed(error); // one effect that fails takes no other with it
    }
  }

  function reauthorised({ claims }: Reauthorised, { origin: { connectionId } }: Call): void {
    if (connectionId === null) return;
    options.reauthorise(connectionId, claims);
    // Revoked after the yes was committed and before it counted here: nobody closed a connection that rested on it.
    options.tokenStands(claims).catch((error: unknown) => {
      const isRevoked = error instanceof Refusal && error.code === 'token_revoked';
      rooms.closeConnection(connectionId, isRevoked ? 'token_revoked' : 'access_changed');
    });
  }

  function present(effect: PresenceSet | PresenceWatched, { origin }: Call): void {
    const { connectionId } = origin;
    if (connectionId === null) return;
    const { workspaceId, userId } = effect;
    const who = { workspaceId, userId };
    if (effect.effect === 'presence-set') options.presence.set(connectionId, who, effect.state);
    else options.presence.watch(connectionId, who, effect.shown);
  }

  function here(effect: Exclude<Effect, OfOneConnection>, asking: string | null = null): void {
    switch (effect.effect) {
      case 'channel-changed':
        followers.changed(effect);
        return;
      case 'tell':
        void tell(effect);
        return;
      case 'session-ended':
        forget(effect.sessionId);
        rooms.closeSession(effect.sessionId, effect.closure, asking);
        return;
      case 'token-revoked':
        forget(effect.sessionId);
        rooms.closeToken(effect.sessionId, effect.jti, asking);
        return;
      case 'typing':
        options.typing(effect);
        return;
      case 'presence-stirred':
        options.presence.stirred(effect.workspaceId, effect.userIds);
        return;
      case 'reading-opened':
        options.opened(effect);
        return;
      case 'control-recorded':
        options.readControl();
    }
  }

  /** A hint that comes too late is none: without the lease it is dropped. */
  async function tell({ userId, event, payload }: Told): Promise<void> {
    if (lease.mayDeliver()) rooms.tell(userId, event, payload);
    else
      await lease.required('unavailable').then(
        () => rooms.tell(userId, event, payload),
        () => undefined,
      );
  }

  async function subscribe(
    { workspaceId, channelId, covered }: Subscription,
    { credential, origin }: Call,
  ): Promise<void> {
    const { connectionId } = origin;
    if (credential.kind !== 'proved' || connectionId === null) return;
    const { userId } = credential.claims;
    try {
      const joined = await followers.subscribe(
        workspaceId,
        channelId,
        connectionId,
        userId,
        covered ?? null,
      );
      // Removed since the yes was committed: coming back, the client is told so.
      if (!joined) rooms.closeConnection(connectionId, 'resubscribe');
    } catch (error) {
      // The yes is committed: a client that would wait for frames in vain must start over.
      failed(error);
      rooms.closeConnection(connectionId, 'resubscribe');
    }
  }
}
