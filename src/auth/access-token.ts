/** Access tokens: what is signed here is exactly what is believed here, and nothing says why one is refused. */
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { Jti, SessionId, UserId, WorkspaceId, WorkspaceRole } from '../contract/index.ts';
import { Refusal, type Clock, type Entropy, type ProvedClaims } from '../kernel/index.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface AccessTokens {
  /** A JWT, and the seconds after which it expires. */
  readonly issue: (bearer: Bearer) => { readonly accessToken: string; readonly expiresIn: number };
  /** Throws Refusal `token_expired` for a token that is good but for its age, else `unauthenticated`. */
  readonly prove: (token: string) => ProvedClaims;
}

export interface Bearer {
  readonly workspaceId: WorkspaceId;
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly role: WorkspaceRole;
  /** When the session ends, which no token outlives by more than the second that tokens count in. */
  readonly sessionEnds: Date;
}

interface Parts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly keys: SigningKeys;
  readonly issuer: string;
  readonly audience: string;
  readonly accessTokenMs: number;
}

/** RFC 9068 §2.1: the media type of access tokens, so that no other JWT of ours passes for one. */
const TYPE = 'at+jwt';
/** How far the clocks of two nodes may be apart when a token is used the moment it was made. Expiry has none. */
export const SKEW_S = 30;
/** Ours have about 600 characters; nothing longer is worth parsing. */
const LONGEST = 2_048;
/** No server gives its tokens longer (the bound of ACCESS_TOKEN_SECONDS): one that lasts longer is not of a server. */
export const LONGEST_LIFE_S = 3_600;

// Strict: a token that brings a key of its own (jwk, jku, x5u) or demands an extension (crit) is not one of ours.
const Header = z.strictObject({ alg: z.literal('ES256'), typ: z.literal(TYPE), kid: z.string() });
const Seconds = z.int().nonnegative();
const Claims = z.strictObject({
  sub: UserId,
  sid: SessionId,
  wid: WorkspaceId,
  roles: z.array(WorkspaceRole).length(1),
  type: z.literal('access'),
  iat: Seconds,
  nbf: Seconds,
  exp: Seconds,
  jti: Jti,
  iss: z.string(),
  aud: z.string(),
});

export function accessTokens(parts: Parts): AccessTokens {
  const { clock, entropy, keys, issuer, audience, accessTokenMs } = parts;
  const seconds = (): number => Math.floor(clock.now().getTime() / 1000);

  function verified(token: string): unknown {
    if (token.length > LONGEST || !isOneSpelling(token)) return null;
    try {
      const header = Header.parse(jwt.decode(token, { complete: true })?.header);
      const key = keys.publicKey(header.kid);
      if (!key) return null;
      return jwt.verify(token, key, {
        algorithms: ['ES256'],
        issuer,
        audience,
        ignoreExpiration: true, // judged below, by our clock and after everything else
        ignoreNotBefore: true,
      });
    } catch {
      return null; // the library's reasons help only an attacker
    }
  }

  return {
    issue({ userId, sessionId, workspaceId, role, sessionEnds }) {
      const iat = seconds();
      const left = Math.floor(sessionEnds.getTime() / 1000) - iat;
      const expiresIn = Math.max(Math.min(Math.floor(accessTokenMs / 1000), left), 1);
      const claims: z.input<typeof Claims> = {
        sub: userId,
        sid: sessionId,
        wid: workspaceId,
        roles: [role],
        type: 'access',
        iat,
        nbf: iat,
        exp: iat + expiresIn,
        jti: entropy.id(),
        iss: issuer,
        aud: audience,
      };
      const { kid, key } = keys.current;
      const header = { alg: 'ES256', typ: TYPE, kid };
      return { accessToken: jwt.sign(claims, key, { algorithm: 'ES256', header }), expiresIn };
    },
    prove(token) {
      const parsed = Claims.safeParse(verified(token));
      if (!parsed.success) throw new Refusal('unauthenticated');
      const { sub, sid, wid, jti, iat, nbf, exp } = parsed.data;
      const now = seconds();
      if (Math.max(nbf, iat) > now + SKEW_S) throw new Refusal('unauthenticated');
      if (exp - iat > LONGEST_LIFE_S) throw new Refusal('unauthenticated');
      const claims = { workspaceId: wid, userId: sub, sessionId: sid, jti, expiresAt: exp * 1000 };
      if (exp <= now) throw new Refusal('token_expired', { claims });
      return claims;
    },
  };
}

/**
 * Whether the token is written the one way in which it can be: base64url without spare bits (RFC 4648 §3.5), and in
 * its JSON no space and no name twice, of which one reader believes the first and another the last (RFC 8725 §2.6).
 */
function isOneSpelling(token: string): boolean {
  const parts = token.split('.');
  const [header = '', claims = ''] = parts;
  if (parts.length !== 3) return false;
  const isCanonical = (part: string) =>
    Buffer.from(part, 'base64url').toString('base64url') === part;
  return parts.every(isCanonical) && [header, claims].every(isPlainJson);
}

function isPlainJson(part: string): boolean {
  try {
    const text = Buffer.from(part, 'base64url').toString('utf8');
    return JSON.stringify(JSON.parse(text)) === text;
  } catch {
    return false;
  }
}
