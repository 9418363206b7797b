/** Whether a session is still live, believed for at most five seconds and never after it was reported ended. */
import { LRUCache } from 'lru-cache';
import type { SessionId, UserId, WorkspaceRole } from '../contract/index.ts';
import { Refusal, type Clock, type ProvedClaims } from '../kernel/index.ts';
import type { SessionLookup } from './session-lookup-store.ts';
import { isLive } from './session-store.ts';

export interface Liveness {
  /** Throws Refusal `unauthenticated` when the session is over or its account is not active. */
  readonly require: (claims: ProvedClaims) => Promise<{ readonly role: WorkspaceRole }>;
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

  async function load({ workspaceId, userId, sessionId }: ProvedClaims): Promise<Live | null> {
    const now = clock.now();
    const believedUntil = clock.monotonic() + BELIEVED_MS;
    const row = await lookUp(workspaceId, sessionId);
    if (!row || !isLive(row, now) || row.userId !== userId) return null;
    const expiresAt = row.expiresAt.getTime();
    return { workspaceId, userId, role: row.role, believedUntil, expiresAt };
  }

  /** One look for all who ask at the same time. Its answer is kept only if nobody reported the end meanwhile. */
  async function look(claims: ProvedClaims): Promise<Live | null> {
    const { sessionId } = claims;
    const already = underWay.get(sessionId);
    if (already) return already;
    const loading = load(claims);
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

  return {
    async require(claims) {
      const held = remembered.get(claims.sessionId);
      const before = reported;
      let live = held && isFresh(held) ? held : await look(claims);
      if (live && reported !== before) live = await load(claims);
      if (live?.userId !== claims.userId || live.workspaceId !== claims.workspaceId)
        throw new Refusal('unauthenticated', { claims });
      return { role: live.role };
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
