/** The accounts of a workspace as its operator sees, locks and signs out: under the rules of the operations. */
import { leavesAnAdmin, Reason, type HeldAccount } from '../access/index.ts';
import type { Jti, SessionId, UserId, WorkspaceId } from '../contract/index.ts';
import { envelope, open, unlessBroken, type Digests, type Vault } from '../crypto/index.ts';
import {
  Refusal,
  type AuditFacts,
  type Clock,
  type Entropy,
  type Refuse,
} from '../kernel/index.ts';
import { accounts } from './accounts.ts';
import { keepAnAdmin, shut } from './administration.ts';
import { devices } from './devices.ts';
import { Email, maskedEmail } from './email.ts';
import { ownSessions, type OpenSession } from './own-sessions.ts';
import { emailPlace, profiles, type ProfileAlert } from './profiles.ts';
import { rosterPage, type RosterQuery, type RosterRow } from './roster-store.ts';
import { authRows, type AuthRows, type Transaction, type Tx } from './store.ts';

export type { RosterQuery };

/** Writes the row of the trail in the transaction of what it tells of: what it throws undoes that. */
export type OnRecord = (tx: Tx, action: string, facts: AuditFacts) => Promise<void>;

export interface RosterEntry extends Pick<RosterRow, 'id' | 'role' | 'status' | 'createdAt'> {
  /** Null where what is stored does not open, as `email`. */
  readonly displayName: string | null;
  /** Masked, e.g. `ali***om`. */
  readonly email: string | null;
  readonly emailVerified: boolean;
}

/** An account by its id or by its address, in whatever spelling. */
export type Named = string;

/** All of them refuse `not_found` when there is no such account, or none any more. */
export interface ByOperator {
  /** In order of id; the reading is on record. */
  readonly page: (
    workspaceId: WorkspaceId,
    query: RosterQuery,
    onRecord: OnRecord,
  ) => Promise<readonly RosterEntry[]>;
  /** Refuses `last_admin`, and `forbidden` for an account that is deactivated. Gives how many sessions it ended. */
  readonly lock: (act: Act) => Promise<{ readonly userId: UserId; readonly revoked: number }>;
  readonly unlock: (
    act: Act,
  ) => Promise<{ readonly userId: UserId; readonly before: HeldAccount['status'] }>;
  /** The live ones, newest first, one more than `limit` where there are more; the reading is on record. */
  readonly sessions: (
    act: Act,
    page: { readonly before: SessionId | null; readonly limit: number },
  ) => Promise<{ readonly userId: UserId; readonly sessions: readonly OpenSession[] }>;
  /** One of them, or all for null. Refuses `not_found` for one that is not theirs or has ended. Gives which. */
  readonly revoke: (
    act: Act,
    sessionId: SessionId | null,
  ) => Promise<{ readonly userId: UserId; readonly ended: readonly SessionId[] }>;
  /** One access token of a session that stands. Refuses `not_found` as `revoke`, and `too_many_revoked_tokens`. */
  readonly revokeToken: (
    act: Act,
    token: { readonly sessionId: SessionId; readonly jti: Jti },
  ) => Promise<{ readonly userId: UserId }>;
}

export interface Act {
  readonly workspaceId: WorkspaceId;
  readonly named: Named;
  /** Why, in one line, as `isReason` takes it; sealed in the trail. */
  readonly reason?: string | undefined;
  readonly onRecord: OnRecord;
}

export interface ByOperatorOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly vault: Vault;
  readonly digests: Digests;
  readonly transaction: Transaction;
  readonly alert: ProfileAlert;
}

/** Whether the trail takes it: one line that a screen can show, of at most 500 characters. */
export const isReason = (text: string): boolean => Reason.safeParse(text).success;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const refuse: Refuse<'last_admin' | 'too_many_revoked_tokens'> = (code) => {
  throw new Refusal(code);
};

export function byOperator(options: ByOperatorOptions): ByOperator {
  const { clock, vault, transaction } = options;
  const sealing = envelope(options.entropy);
  const people = accounts({ ...options, sealing });
  const shown = profiles(options);
  const own = ownSessions(devices({ ...options, sealing }));

  async function idOf(rows: AuthRows, named: Named): Promise<UserId> {
    if (UUID.test(named)) return named.toLowerCase() as UserId;
    const email = Email.safeParse(named);
    const account = email.success ? await people.find(rows, email.data) : null;
    return account?.id ?? refuse('not_found');
  }

  /** Holds the account and all admins, and then acts on it. */
  const onAccount = <T>(
    { workspaceId, named, reason, onRecord }: Act,
    work: (held: OnHeld) => Promise<T>,
  ): Promise<T> =>
    transaction(workspaceId, 'own', async (tx) => {
      const rows = authRows(tx, workspaceId);
      const id = await idOf(rows, named);
      const held = await rows.people.hold([id]);
      const target = held.get(id);
      if (!target || target.status === 'erased') return refuse('not_found');
      const record = (action: string, details: NonNullable<AuditFacts['details']>) => {
        const resource = { kind: 'account', id: target.id };
        const facts = { resource, subjectId: target.id, details };
        return onRecord(tx, action, { ...facts, ...(reason !== undefined && { reason }) });
      };
      return work({ rows, target, leavesAnAdmin: leavesAnAdmin(held, target), record });
    });

  async function entry(rows: AuthRows, row: RosterRow, displayName: string | null) {
    const { id, role, status, createdAt, emailVerifiedAt, emailSealed } = row;
    const key = await unlessBroken(vault.subjectKeyOf(rows.keys, id, row.key));
    const email = key && emailSealed && open(key, emailSealed, emailPlace(rows.workspaceId, id));
    return {
      ...{ id, role, status, createdAt, displayName },
      email: email ? maskedEmail(email.toString('utf8')) : null,
      emailVerified: emailVerifiedAt !== null,
    };
  }

  return {
    page: (workspaceId, query, onRecord) =>
      transaction(workspaceId, 'own', async (tx) => {
        const rows = authRows(tx, workspaceId);
        const found = await rosterPage(tx, workspaceId, query);
        const ids = found.map(({ id }) => id);
        const names = await shown.names(rows, ids);
        const entries: RosterEntry[] = [];
        for (const row of found) entries.push(await entry(rows, row, names.get(row.id) ?? null));
        const { role, status } = query;
        const details = { role, status, shown: entries.length };
        await onRecord(tx, 'user.list', {
          resource: { kind: 'workspace', id: workspaceId },
          details,
        });
        return entries;
      }),
    lock: (act) =>
      onAccount(act, async ({ rows, target, record, ...about }) => {
        if (target.status === 'deactivated') refuse('forbidden'); // it is shut already, and more so
        keepAnAdmin(about, refuse);
        const { length: revoked } = await shut(rows, target, 'locked', clock.now());
        await record('user.lock', { before: target.status, revoked });
        return { userId: target.id, revoked };
      }),
    unlock: (act) =>
      onAccount(act, async ({ rows, target: { id: userId, status: before }, record }) => {
        await rows.people.setStatus(userId, 'active');
        await record('user.unlock', { before });
        return { userId, before };
      }),
    sessions: (act, page) =>
      onAccount(act, async ({ rows, target: { id: userId }, record }) => {
        const sessions = await own.list(rows, userId, clock.now(), page);
        await record('session.list', { shown: Math.min(sessions.length, page.limit) });
        return { userId, sessions };
      }),
    revoke: (act, sessionId) =>
      onAccount(act, async ({ rows, target: { id: userId }, record }) => {
        const at = clock.now();
        if (sessionId === null) {
          const ended = await own.end(rows, userId, 'revoked', at, null);
          await record('session.revoke-all', { revoked: ended.length });
          return { userId, ended };
        }
        if (!UUID.test(sessionId) || !(await own.has(rows, userId, sessionId))) refuse('not_found');
        await rows.sessions.end(sessionId, 'revoked', at);
        await record('session.revoke', { session: sessionId });
        return { userId, ended: [sessionId] };
      }),
    revokeToken: (act, { sessionId, jti }) =>
      onAccount(act, async ({ rows, target: { id: userId }, record }) => {
        const areIds = UUID.test(sessionId) && UUID.test(jti);
        if (!areIds || !(await own.has(rows, userId, sessionId))) refuse('not_found');
        const isKept = await rows.revokedTokens.add(sessionId, jti, clock.now());
        if (!isKept) refuse('too_many_revoked_tokens');
        await record('session.revoke-token', { session: sessionId, jti });
        return { userId };
      }),
  };
}

interface OnHeld {
  readonly rows: AuthRows;
  readonly target: HeldAccount;
  readonly leavesAnAdmin: boolean;
  readonly record: (action: string, details: NonNullable<AuditFacts['details']>) => Promise<void>;
}
