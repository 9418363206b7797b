/** What a node does about an event of the control feed: it forgets what it believed, and ends what rested on it. */
import type { ControlEvent } from '../access/index.ts';
import type { Auth } from '../auth/index.ts';
import type { Vault } from '../crypto/index.ts';
import type { Rooms } from '../transport/socket/index.ts';
import type { Publisher } from './publish.ts';

export interface ControlWiring {
  readonly auth: Pick<Auth, 'forgetAll'>;
  readonly vault: Pick<Vault, 'forget'>;
  readonly rooms: Pick<Rooms, 'closeUser'>;
  readonly here: Publisher['here'];
}

export function controlled({ auth, vault, rooms, here }: ControlWiring) {
  return (event: ControlEvent): void => {
    switch (event.kind) {
      case 'session-ended': {
        const { sessionId } = event;
        here({ effect: 'session-ended', sessionId, closure: 'session_ended' });
        return;
      }
      case 'token-revoked': {
        const { sessionId, jti } = event;
        here({ effect: 'token-revoked', sessionId, jti });
        return;
      }
      case 'keys-destroyed':
        vault.forget(event.userId);
        return;
      case 'account-changed':
        auth.forgetAll(event.userId);
        rooms.closeUser(event.userId, 'access_changed');
    }
  };
}
