/** Sessions: one per sign-in, with tokens whose life is bounded by the session's. */
import { z } from 'zod';
import { SessionId, UserId, WorkspaceId, type WorkspaceRole } from '../contract/index.ts';
import type { Digests } from '../crypto/index.ts';
import { newSecret, type Entropy } from '../kernel/index.ts';
import type { AccessTokens } from './access-token.ts';
import type { Device, Devices } from './devices.ts';
import { writeToken } from './opaque-token.ts';
import type { AuthRows } from './store.ts';

/** What a client gets for signing in, and again for each refresh. */
export const Grant = z.strictObject({
  accessToken: z.string(),
  /** Seconds until the access token expires. */
  expiresIn: z.int().positive(),
  refreshToken: z.string(),
  /** Seconds until the refresh token expires, unless it is used before. */
  refreshExpiresIn: z.int().positive(),
  userId: UserId,
  sessionId: SessionId,
  workspaceId: WorkspaceId,
});
export type Grant = z.infer<typeof Grant>;

/** As a client gets it: delivered by cookie, the refresh token is not in the body. */
export const GrantOnWire = Grant.partial({ refreshToken: true });

interface Owner {
  readonly id: UserId;
  readonly role: WorkspaceRole;
}

export interface Sessions {
  readonly begin: (rows: AuthRows, owner: Owner, device: Device | null, at: Date) => Promise<Grant>;
  /** Stores a new refresh token of the session and gives its secret. */
  readonly addToken: (rows: AuthRows, session: Continued, at: Date) => Promise<string>;
  /** A fresh access token beside a refresh token. */
  readonly grant: (rows: AuthRows, owner: Owner, session: Continued, token: Held) => Grant;
}

interface Continued {
  readonly sessionId: SessionId;
  readonly expiresAt: Date;
}

/** A refresh token that is handed out `at`. */
interface Held {
  readonly secret: string;
  readonly issuedAt: Date;
  readonly at: Date;
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

  const endOf = (issuedAt: Date, sessionEnds: Date): Date =>
    new Date(Math.min(issuedAt.getTime() + refreshMs, sessionEnds.getTime()));

  const addToken: Sessions['addToken'] = async (rows, { sessionId, expiresAt }, at) => {
    const secret = newSecret(entropy);
    await rows.sessions.addToken({
      digest: digests.of('refresh-token', rows.workspaceId, secret),
      digestKey: digests.current,
      sessionId,
      issuedAt: at,
      expiresAt: endOf(at, expiresAt),
    });
    return secret;
  };

  const grant: Sessions['grant'] = ({ workspaceId }, { id: userId, role }, session, token) => {
    const { sessionId, expiresAt: sessionEnds } = session;
    const { secret, issuedAt, at } = token;
    const access = tokens.issue({ workspaceId, userId, sessionId, role, sessionEnds });
    const refreshToken = writeToken('cr1', { workspaceId, secret });
    const left = endOf(issuedAt, sessionEnds).getTime() - at.getTime();
    const refreshExpiresIn = Math.max(Math.floor(left / 1_000), 1);
    return { ...access, refreshToken, refreshExpiresIn, userId, sessionId, workspaceId };
  };

  return {
    async begin(rows, owner, device, at) {
      const id = entropy.id() as SessionId;
      const expiresAt = new Date(at.getTime() + sessionMs);
      const deviceSealed = device && (await devices.seal(rows, owner.id, id, device));
      await rows.sessions.begin({ id, userId: owner.id, deviceSealed, createdAt: at, expiresAt });
      const session = { sessionId: id, expiresAt };
      const secret = await addToken(rows, session, at);
      return grant(rows, owner, session, { secret, issuedAt: at, at });
    },
    addToken,
    grant,
  };
}
