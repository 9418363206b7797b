/** A refresh token is good for one use: a lost answer can be asked for again, anything else ends the session. */
import { hkdfSync } from 'node:crypto';
import type { ClosureCode, SessionId, UserId, WorkspaceId } from '../contract/index.ts';
import type { Caller } from '../kernel/index.ts';
import { open, type Digests, type Envelope, type Place } from '../crypto/index.ts';
import type { OpaqueToken } from './opaque-token.ts';
import { isLive, type SessionRow, type TokenRow } from './session-store.ts';
import type { Grant, Sessions } from './sessions.ts';
import type { AuthRows, Tx, Within } from './store.ts';

/** Why a refresh was refused: somebody has a copy of the token. The cause of that refusal, for who watches. */
export class RefreshTokenReused extends Error {
  readonly workspaceId: WorkspaceId;
  readonly userId: UserId;
  readonly sessionId: SessionId;

  constructor(workspaceId: WorkspaceId, userId: UserId, sessionId: SessionId) {
    super('a refresh token was used twice');
    this.workspaceId = workspaceId;
    this.userId = userId;
    this.sessionId = sessionId;
  }
}

/** `reused`: the end of the session is committed. */
export type Rotated =
  | { readonly kind: 'renewed'; readonly grant: Grant }
  | { readonly kind: 'reused'; readonly reuse: RefreshTokenReused }
  | { readonly kind: 'invalid' };

export interface Presented extends OpaqueToken {
  /** Chosen by the client for this attempt and its retries. */
  readonly nonce: string;
  readonly at: Date;
  /** Who presents it, for the trail. */
  readonly caller: Caller;
  readonly traceId: string;
}

/** Writes into the transaction in which the session ends. */
export type RecordReuse = (
  tx: Tx,
  reuse: RefreshTokenReused,
  presented: Pick<Presented, 'caller' | 'traceId'>,
) => Promise<void>;

export interface Rotation {
  /** Decides in a transaction of its own, so that the end of a session stands although the caller is refused. */
  readonly rotate: (presented: Presented) => Promise<Rotated>;
}

interface Parts {
  readonly digests: Digests;
  readonly sealing: Envelope;
  readonly opened: Sessions;
  readonly within: Within;
  readonly retryMs: number;
  readonly forget: (sessionId: SessionId) => void;
  readonly recordReuse: RecordReuse;
  readonly sessionEnded: (sessionId: SessionId, closure: ClosureCode) => void | Promise<void>;
}

const INVALID: Rotated = { kind: 'invalid' };

export function rotation(parts: Parts): Rotation {
  const { digests, sealing, opened, within, retryMs, forget, recordReuse, sessionEnded } = parts;

  async function judge(rows: AuthRows, tx: Tx, presented: Presented): Promise<Rotated> {
    const { workspaceId, secret, at } = presented;
    const token = await rows.sessions.lockToken(digests.each('refresh-token', workspaceId, secret));
    // A statement of its own, after the wait for the lock: it sees how the one before us ended.
    const session = token && (await rows.sessions.find(token.sessionId));
    if (!session || !isLive(session, at)) return INVALID;
    if (token.usedAt) {
      const verdict = await again(rows, presented, token, token.usedAt, session);
      if (verdict.kind === 'reused') await recordReuse(tx, verdict.reuse, presented);
      return verdict;
    }
    if (token.expiresAt <= at) return INVALID;
    return first(rows, presented, token, session);
  }

  async function first(
    rows: AuthRows,
    presented: Presented,
    { digest, sessionId }: TokenRow,
    { userId, role, expiresAt }: SessionRow,
  ): Promise<Rotated> {
    const { at } = presented;
    const successor = await opened.addToken(rows, { sessionId, expiresAt }, at);
    const sealed = sealing.seal(
      retryKey(presented),
      Buffer.from(successor, 'utf8'),
      placeOf(rows.workspaceId, digest),
    );
    await rows.sessions.useToken(digest, sealed, at);
    await rows.sessions.used(sessionId, at);
    return {
      kind: 'renewed',
      grant: opened.grant(
        rows,
        { id: userId, role },
        { sessionId, expiresAt },
        { secret: successor, issuedAt: at, at },
      ),
    };
  }

  async function again(
    rows: AuthRows,
    presented: Presented,
    { digest, sessionId, successorSealed }: TokenRow,
    usedAt: Date,
    { userId, role, expiresAt }: SessionRow,
  ): Promise<Rotated> {
    const { workspaceId, at } = presented;
    const inTime = at.getTime() - usedAt.getTime() < retryMs;
    const successor =
      inTime &&
      successorSealed &&
      open(retryKey(presented), successorSealed, placeOf(workspaceId, digest))?.toString('utf8');
    if (successor)
      return {
        kind: 'renewed',
        grant: opened.grant(
          rows,
          { id: userId, role },
          { sessionId, expiresAt },
          { secret: successor, issuedAt: usedAt, at },
        ),
      };
    await rows.sessions.end(sessionId, 'reuse', at);
    return { kind: 'reused', reuse: new RefreshTokenReused(workspaceId, userId, sessionId) };
  }

  return {
    async rotate(presented) {
      const rotated = await within(presented.workspaceId, 'own', (rows, tx) =>
        judge(rows, tx, presented),
      );
      if (rotated.kind === 'reused') {
        const { sessionId } = rotated.reuse;
        forget(sessionId);
        try {
          await sessionEnded(sessionId, 'session_ended');
        } catch {
          // The end is committed: nodes that were not told find it at their next look, within seconds.
        }
      }
      return rotated;
    },
  };
}

/** Made of what only the holder knows: the database has neither the token nor the nonce. */
function retryKey({ secret, nonce }: Presented): Buffer {
  const info = 'conclave refresh successor';
  return Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64url'), nonce, info, 32));
}

function placeOf(workspaceId: WorkspaceId, digest: Uint8Array): Place {
  return ['refresh-successor', workspaceId, Buffer.from(digest).toString('hex')];
}
