/** Whether a session, and a token of it, may still be used: believed for at most five seconds and never after it was reported otherwise. */
import { LRUCache } from 'lru-cache';
import type { Jti, SessionId, UserId, WorkspaceRole } from '../contract/index.ts';
import { Refusal, type Clock, type ProvedClaims, type ProvedSession } from '../kernel/index.ts';
import type { SessionLookup } from './session-lookup-store.ts';
import { isLive } from './session-store.ts';

export interface Liveness {
  /** Throws Refusal `unauthenticated` when the session is over or its account is not active. */
  readonly session: (session: ProvedSession) => Promise<{ readonly role: WorkspaceRole }>;
  /** The same of the session of a token; throws `token_revoked` when only the token was revoked. */
  readonly token: (claims: ProvedClaims) => Promise<{ readonly role: WorkspaceRole }>;
  readonly forget: (sessionId: SessionId) => void;
  /** Forgets all sessions of a user; of everybody when none is named. */
  readonly forgetAll: (userId?: UserId) => void;
}

/** Requirement B3: a change takes effect within 5 s even when the notice of it is lost. */
const BELIEVED_MS = 5_000;
/** Sessions remembered at most; the least recently used goes first. */
const REMEMBERED = 50_000;

interface Live {
  readonly workspaceId: string;
  readonly userId: string;
  readonly role: WorkspaceRole;
  readonly revokedTokens: readonly Jti[];
  /** By the monotonic clock: a wall clock that is set back would let it be believed for as long as it was. */
  readonly believedUntil: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export function liveness({ clock, lookUp }: { clock: Clock; lookUp: SessionLookup }): Liveness {
  // Only yes is remembered: a no is rare, and remembering it would let strangers push out the others.
  const remembered = new LRUCache<SessionId, Live>({ max: REMEMBERED });
  const underWay = new Map<SessionId, Promise<Live | null>>();
  /** How many ends were reported: a look that began before one of them proves nothing after it. */
  let reported = 0;

  async function load({ workspaceId, userId, sessionId }: ProvedSession): Promise<Live | null> {
    const now = clock.now();
    const believedUntil = clock.monotonic() + BELIEVED_MS;
    const row = await lookUp(workspaceId, sessionId);
    if (!row || !isLive(row, now) || row.userId !== userId) return null;
    const { role, revokedTokens } = row;
    const expiresAt = row.expiresAt.getTime();
    return { workspaceId, userId, role, revokedTokens, believedUntil, expiresAt };
  }

  /** One look for all who ask at the same time. Its answer is kept only if nobody reported the end meanwhile. */
  async function look(session: ProvedSession): Promise<Live | null> {
    const { sessionId } = session;
    const already = underWay.get(sessionId);
    if (already) return already;
    const loading = load(session);
    underWay.set(sessionId, loading);
    try {
      const live = await loading;
      if (live && underWay.get(sessionId) === loading) remembered.set(sessionId, live);
      return live;
    } finally {
      if (underWay.get(sessionId) === loading) underWay.delete(sessionId);
    }
  }

  const isFresh = ({ believedUntil, expiresAt }: Live) =>
    believedUntil > clock.monotonic() && expiresAt > clock.now().getTime();

  async function required(session: ProvedSession): Promise<Live> {
    const held = remembered.get(session.sessionId);
    const before = reported;
    let live = held && isFresh(held) ? held : await look(session);
    if (live && reported !== before) live = await load(session);
    if (live?.userId !== session.userId || live.workspaceId !== session.workspaceId)
      throw new Refusal('unauthenticated', { claims: session });
    return live;
  }

  return {
    async session(session) {
      const { role } = await required(session);
      return { role };
    },
    async token(claims) {
      const { role, revokedTokens } = await required(claims);
      if (revokedTokens.includes(claims.jti)) throw new Refusal('token_revoked', { claims });
      return { role };
    },
    forget(sessionId) {
      reported += 1;
      remembered.delete(sessionId);
      underWay.delete(sessionId);
    },
    forgetAll(userId) {
      reported += 1;
      for (const [sessionId, live] of remembered.entries())
        if (userId === undefined || live.userId === userId) remembered.delete(sessionId);
      underWay.clear(); // whose they are is not known yet: those who asked get their answer, and none is kept
    },
  };
}
