/** Sessions and their refresh tokens as rows: a token is judged by one caller at a time. */
import { recordControl, recordSessionsEnded } from '../access/index.ts';
import type { SessionId, UserId, WorkspaceId, WorkspaceRole } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { AccountRow } from './account-store.ts';

export type EndReason = 'closed' | 'revoked' | 'reuse' | 'password' | 'locked' | 'erased';

export interface NewSession {
  readonly id: SessionId;
  readonly userId: UserId;
  readonly deviceSealed: Uint8Array | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface NewToken {
  readonly digest: Uint8Array;
  readonly digestKey: string;
  readonly sessionId: SessionId;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export interface TokenRow {
  readonly digest: Uint8Array;
  readonly sessionId: SessionId;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
  readonly successorSealed: Uint8Array | null;
}

/** A session with the account it belongs to. */
export interface SessionRow {
  readonly userId: UserId;
  readonly role: WorkspaceRole;
  readonly status: AccountRow['status'];
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
}

/** A session as its owner is told of it. */
export interface ListedSession {
  readonly id: SessionId;
  readonly deviceSealed: Uint8Array | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
}

export interface SessionRows {
  begin(session: NewSession): Promise<void>;
  find(id: SessionId): Promise<SessionRow | null>;
  used(id: SessionId, at: Date): Promise<void>;
  /** Leaves a session that has ended already as it is. Every node hears of the end, whoever caused it. */
  end(id: SessionId, reason: EndReason, at: Date): Promise<void>;
  /**
   * Ends what a user has open, but for one session if one is named; gives which. Sessions that are opened meanwhile
   * are not among them unless the caller holds the account's row.
   */
  endAll(
    userId: UserId,
    reason: EndReason,
    at: Date,
    but?: SessionId | null,
  ): Promise<readonly SessionId[]>;
  /** The live ones of a user, newest first; from the one that was opened before `before`, if it is told. */
  list(
    userId: UserId,
    at: Date,
    page: { readonly before: SessionId | null; readonly limit: number },
  ): Promise<readonly ListedSession[]>;
  addToken(token: NewToken): Promise<void>;
  /** The token of one of the digests, after waiting for whoever is judging it, held until this transaction ends. */
  lockToken(digests: readonly Uint8Array[]): Promise<TokenRow | null>;
  useToken(digest: Uint8Array, successorSealed: Uint8Array, at: Date): Promise<void>;
}

export function sessionRows(tx: Tx, workspaceId: WorkspaceId): SessionRows {
  const bytes = (value: Uint8Array) => new Uint8Array(value);
  const find = async (id: SessionId): Promise<SessionRow | null> => {
    const [row] = await tx.$queryRaw<SessionRow[]>`
      SELECT s.user_id AS "userId", a.role, a.status, s.expires_at AS "expiresAt", s.ended_at AS "endedAt"
      FROM session s JOIN account a ON a.workspace_id = s.workspace_id AND a.id = s.user_id
      WHERE s.workspace_id = ${workspaceId}::uuid AND s.id = ${id}::uuid`;
    return row ?? null;
  };
  return {
    find,
    async begin({ id, userId, deviceSealed, createdAt, expiresAt }) {
      const sealed = deviceSealed && bytes(deviceSealed);
      const times = { createdAt, lastUsedAt: createdAt, expiresAt };
      await tx.session.createMany({
        data: { workspaceId, id, userId, deviceSealed: sealed, ...times },
      });
    },
    async used(id, lastUsedAt) {
      await tx.session.updateMany({ where: { workspaceId, id }, data: { lastUsedAt } });
    },
    async end(id, endReason, endedAt) {
      const where = { workspaceId, id, endedAt: null };
      const { count } = await tx.session.updateMany({ where, data: { endedAt, endReason } });
      if (count > 0) await recordControl(tx, workspaceId, { kind: 'session-ended', sessionId: id });
    },
    async endAll(userId, endReason, endedAt, but = null) {
      const ended = await tx.$queryRaw<{ id: SessionId }[]>`
        UPDATE session SET ended_at = ${endedAt}, end_reason = ${endReason}
        WHERE workspace_id = ${workspaceId}::uuid AND user_id = ${userId}::uuid AND ended_at IS NULL
          AND expires_at > ${endedAt}
          AND id IS DISTINCT FROM ${but}::uuid
        RETURNING id`;
      const ids = ended.map(({ id }) => id);
      if (ids.length > 0) await recordSessionsEnded(tx, workspaceId, ids);
      return ids;
    },
    async list(userId, at, { before, limit }) {
      const rows: unknown = await tx.session.findMany({
        where: {
          ...{ workspaceId, userId, endedAt: null, expiresAt: { gt: at } },
          ...(before !== null && { id: { lt: before } }),
        },
        select: {
          id: true,
          deviceSealed: true,
          createdAt: true,
          lastUsedAt: true,
          expiresAt: true,
        },
        orderBy: { id: 'desc' }, // ids are made in the order of time
        take: limit,
      });
      return rows as readonly ListedSession[];
    },
    async addToken({ digest, ...token }) {
      await tx.refreshToken.createMany({ data: { workspaceId, digest: bytes(digest), ...token } });
    },
    async lockToken(digests) {
      const hex = digests.map((digest) => Buffer.from(digest).toString('hex'));
      const [row] = await tx.$queryRaw<TokenRow[]>`
        SELECT digest, session_id AS "sessionId", expires_at AS "expiresAt", used_at AS "usedAt",
               successor_sealed AS "successorSealed"
        FROM refresh_token
        WHERE workspace_id = ${workspaceId}::uuid
          AND digest = ANY (SELECT decode(d, 'hex') FROM unnest(${hex}::text[]) d)
        FOR UPDATE`;
      return row ?? null;
    },
    async useToken(digest, successorSealed, usedAt) {
      const where = { workspaceId_digest: { workspaceId, digest: bytes(digest) } };
      await tx.refreshToken.update({
        where,
        data: { usedAt, successorSealed: bytes(successorSealed) },
      });
    },
  };
}

/** True when the session may be used: neither ended nor expired, and its account is active. */
export function isLive({ endedAt, expiresAt, status }: SessionRow, at: Date): boolean {
  return endedAt === null && expiresAt > at && status === 'active';
}
