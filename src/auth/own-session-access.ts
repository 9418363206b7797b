/** Declares that an operation is about a session of the caller's own that was not ended: any other one is not there. */
import { signedIn } from '../access/index.ts';
import type { SessionId } from '../contract/index.ts';
import { Refusal, type Access, type Actor } from '../kernel/index.ts';
import type { AuthServices } from './services.ts';

const self = signedIn();

export const ofOwnSession: Access<
  { readonly sessionId: SessionId },
  Actor,
  SessionId,
  AuthServices
> = {
  ...self,
  describe: 'signed in, about a session of their own',
  about: ({ sessionId: id }) => ({ kind: 'session', id }),
  async resolve(request) {
    await self.resolve(request);
    const { input: asked, caller, services } = request;
    const theirs = await services.ownSessions.has(caller.userId, asked.sessionId);
    if (!theirs) throw new Refusal('not_found');
    return asked.sessionId;
  },
};
