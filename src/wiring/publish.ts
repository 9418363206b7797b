/** Sends what was committed: to the channel's follower, to a user's connections, or to end them. */
import type { Auth } from '../auth/index.ts';
import type { Followers } from '../chat/index.ts';
import type { Effect, Stages } from '../kernel/index.ts';
import type { Rooms } from '../transport/socket/index.ts';

export interface PublishOptions {
  readonly followers: Followers;
  readonly rooms: Rooms;
  readonly forget: Auth['forget'];
  readonly failed: (error: unknown) => void;
}

export function publisher({ followers, rooms, forget, failed }: PublishOptions): Stages['publish'] {
  return async (effects, call) => {
    for (const effect of effects) await send(effect, call);
  };

  async function send(effect: Effect, call: Parameters<Stages['publish']>[1]): Promise<void> {
    switch (effect.effect) {
      case 'channel-changed':
        followers.changed(effect);
        return;
      case 'tell':
        rooms.tell(effect.userId, effect.event, effect.payload);
        return;
      case 'session-ended':
        forget(effect.sessionId);
        rooms.closeSession(effect.sessionId, effect.closure);
        return;
      case 'subscribe': {
        const { credential, origin } = call;
        if (credential.kind !== 'proved' || origin.connectionId === null) return;
        const { workspaceId, channelId } = effect;
        const { userId } = credential.claims;
        await followers
          .subscribe(workspaceId, channelId, origin.connectionId, userId)
          .catch((error: unknown) => {
            // The yes is committed: a client that would wait for frames in vain must start over.
            failed(error);
            if (origin.connectionId) rooms.closeConnection(origin.connectionId, 'resubscribe');
          });
      }
    }
  }
}
