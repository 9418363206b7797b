/** What people see and end of their own sessions; those of others do not exist for them. */
import type { SessionId, UserId } from '../contract/index.ts';
import type { Devices, ShownDevice } from './devices.ts';
import type { EndReason, ListedSession } from './session-store.ts';
import type { AuthRows } from './store.ts';

export type OpenSession = ShownDevice & Omit<ListedSession, 'deviceSealed'>;

export interface OwnSessions {
  /** One more than `limit` where there are more, newest first. */
  readonly list: (
    rows: AuthRows,
    owner: UserId,
    at: Date,
    page: { readonly before: SessionId | null; readonly limit: number },
  ) => Promise<readonly OpenSession[]>;
  /** Whether it is theirs, and was not ended. */
  readonly has: (rows: AuthRows, owner: UserId, id: SessionId) => Promise<boolean>;
  /** Ends all that were open when it began, also one that somebody is just signing in to; gives which. */
  readonly end: (
    rows: AuthRows,
    owner: UserId,
    reason: EndReason,
    at: Date,
    but: SessionId | null,
  ) => Promise<readonly SessionId[]>;
}

export function ownSessions(devices: Devices): OwnSessions {
  return {
    async list(rows, owner, at, { before, limit }) {
      const found = await rows.sessions.list(owner, at, { before, limit: limit + 1 });
      const shown = await devices.show(rows, owner, found);
      return found.flatMap(({ id, createdAt, lastUsedAt, expiresAt }, i) => {
        const device = shown[i];
        return device ? [{ id, createdAt, lastUsedAt, expiresAt, ...device }] : [];
      });
    },
    async has(rows, owner, id) {
      const session = await rows.sessions.find(id);
      return session?.userId === owner && session.endedAt === null;
    },
    async end(rows, owner, reason, at, but) {
      await rows.accounts.lock(owner); // who signs in holds it: their session is there by now, or comes after
      return rows.sessions.endAll(owner, reason, at, but);
    },
  };
}
