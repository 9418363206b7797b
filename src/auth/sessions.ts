/** Sessions: one per sign-in, with tokens whose life is bounded by the session's. */
import { z } from 'zod';
import { SessionId, UserId, WorkspaceId, type WorkspaceRole } from '../contract/index.ts';
import type { Digests } from '../crypto/index.ts';
import type { Entropy } from '../kernel/index.ts';
import type { AccessTokens } from './access-token.ts';
import type { Device, Devices } from './devices.ts';
import { newSecret, writeToken } from './opaque-token.ts';
import type { AuthRows } from './store.ts';

/** What a client gets for signing in, and again for each refresh. */
export const Grant = z.strictObject({
  accessToken: z.string(),
  /** Seconds until the access token expires. */
  expiresIn: z.int().positive(),
  refreshToken: z.string(),
  userId: UserId,
  sessionId: SessionId,
  workspaceId: WorkspaceId,
});
export type Grant = z.infer<typeof Grant>;

interface Owner {
  readonly id: UserId;
  readonly role: WorkspaceRole;
}

export interface Sessions {
  readonly begin: (rows: AuthRows, owner: Owner, device: Device | null, at: Date) => Promise<Grant>;
  /** Stores a new refresh token of the session and gives its secret. */
  readonly addToken: (rows: AuthRows, session: Continued, at: Date) => Promise<string>;
  /** A fresh access token beside a refresh token. */
  readonly grant: (rows: AuthRows, owner: Owner, session: Continued, secret: string) => Grant;
}

interface Continued {
  readonly sessionId: SessionId;
  readonly expiresAt: Date;
}

interface Parts {
  readonly entropy: Entropy;
  readonly digests: Digests;
  readonly devices: Devices;
  readonly tokens: AccessTokens;
  readonly refreshMs: number;
  readonly sessionMs: number;
}

export function sessions(parts: Parts): Sessions {
  const { entropy, digests, devices, tokens, refreshMs, sessionMs } = parts;

  const addToken: Sessions['addToken'] = async (rows, { sessionId, expiresAt }, at) => {
    const secret = newSecret(entropy);
    await rows.sessions.addToken({
      digest: digests.of('refresh-token', rows.workspaceId, secret),
      digestKey: digests.current,
      sessionId,
      issuedAt: at,
      expiresAt: new Date(Math.min(at.getTime() + refreshMs, expiresAt.getTime())),
    });
    return secret;
  };

  const grant: Sessions['grant'] = ({ workspaceId }, { id: userId, role }, session, secret) => {
    const { sessionId, expiresAt: sessionEnds } = session;
    const access = tokens.issue({ workspaceId, userId, sessionId, role, sessionEnds });
    const refreshToken = writeToken('cr1', { workspaceId, secret });
    return { ...access, refreshToken, userId, sessionId, workspaceId };
  };

  return {
    async begin(rows, owner, device, at) {
      const id = entropy.id() as SessionId;
      const expiresAt = new Date(at.getTime() + sessionMs);
      const deviceSealed = device && (await devices.seal(rows, owner.id, id, device));
      await rows.sessions.begin({ id, userId: owner.id, deviceSealed, createdAt: at, expiresAt });
      const session = { sessionId: id, expiresAt };
      return grant(rows, owner, session, await addToken(rows, session, at));
    },
    addToken,
    grant,
  };
}
