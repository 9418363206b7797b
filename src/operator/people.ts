/** What the operator sees of the people of a workspace and does to their accounts and sessions, page by page. */
import type { ListedRole, RolePage } from '../access/index.ts';
import {
  isReason,
  type Act,
  type ByOperator,
  type OpenSession,
  type RosterEntry,
  type RosterQuery,
  type WorkspaceLookups,
} from '../auth/index.ts';
import type { Jti, RoleId, SessionId, UserId, WorkspaceId } from '../contract/index.ts';
import { Refusal } from '../kernel/index.ts';
import type { Fail } from './index.ts';

/** Somebody by the id or the e-mail address of their account; the workspace may be left out where there is one. */
export interface Somebody {
  readonly workspace?: string | undefined;
  readonly user: string;
}

export interface UserFilter extends Partial<Pick<RosterQuery, 'role' | 'status'>> {
  readonly workspace?: string | undefined;
}

/**
 * All of it is on the trail of the workspace. Refuses `workspace_needed` and `not_found`; what takes a reason refuses
 * `invalid_reason`.
 */
export interface OperatorPeople {
  /** Everybody, in order of id; no more than a page is held at a time. */
  users(filter: UserFilter): AsyncIterable<RosterEntry>;
  /** The roles that the workspace has made for itself, in order of id. */
  roles(where: Pick<UserFilter, 'workspace'>): AsyncIterable<ListedRole>;
  /** Ends the sessions too. Refuses `last_admin`, and `forbidden` for an account that is deactivated. */
  lock(
    who: Somebody,
    reason: string,
  ): Promise<{ readonly userId: UserId; readonly revoked: number }>;
  unlock(
    who: Somebody,
    reason?: string,
  ): Promise<{ readonly userId: UserId; readonly before: string }>;
  /** The live ones, newest first. */
  sessions(who: Somebody): AsyncIterable<OpenSession & { readonly userId: UserId }>;
  /** One session, or all of them for null; the count is of those that it ended. */
  revoke(
    who: Somebody,
    sessionId: string | null,
  ): Promise<{ readonly userId: UserId; readonly revoked: number }>;
  /** One access token of a session, which stands. Refuses `too_many_revoked_tokens`. */
  revokeToken(
    who: Somebody,
    token: { readonly sessionId: string; readonly jti: string },
  ): Promise<{ readonly userId: UserId }>;
}

interface Parts {
  readonly accounts: ByOperator;
  readonly rolePage: (
    workspaceId: WorkspaceId,
    page: RolePage,
    onRecord: Act['onRecord'],
  ) => Promise<readonly ListedRole[]>;
  readonly workspaces: WorkspaceLookups;
  /** What puts acts on the trail of that workspace. */
  readonly recordIn: (workspaceId: WorkspaceId) => Act['onRecord'];
  /** Makes of a refusal of the database what the operator can act on. */
  readonly told: <T>(work: Promise<T>) => Promise<T>;
  readonly fail: Fail;
}

const PAGE = 100;
type SessionPage = Awaited<ReturnType<ByOperator['sessions']>>;

export function operatorPeople({
  accounts,
  rolePage,
  workspaces,
  recordIn,
  told,
  fail,
}: Parts): OperatorPeople {
  async function workspaceOf(slug: string | undefined): Promise<WorkspaceId> {
    const found = await told(slug === undefined ? workspaces.only() : workspaces.bySlug(slug));
    if (found) return found;
    if (slug !== undefined)
      throw fail('refused', 'not_found', 'There is no workspace of that name.');
    const sentence = 'There is not just one workspace here: name it with --workspace SLUG.';
    throw fail('usage', 'workspace_needed', sentence);
  }

  async function actOn({ workspace, user }: Somebody, reason?: string): Promise<Act> {
    if (reason !== undefined && !isReason(reason))
      throw fail('usage', 'invalid_reason', 'A reason is one line of 1-500 characters.');
    const workspaceId = await workspaceOf(workspace);
    return { workspaceId, named: user, reason, onRecord: recordIn(workspaceId) };
  }

  const answered = <T>(work: Promise<T>): Promise<T> =>
    told(work).catch((error: unknown) => {
      const sentence = error instanceof Refusal ? SENTENCES[error.code] : undefined;
      if (error instanceof Refusal && sentence !== undefined)
        throw fail('refused', error.code, sentence);
      throw error;
    });

  return {
    async *users({ workspace, role = null, status = null }) {
      const { workspaceId, onRecord } = await actOn({ workspace, user: '' });
      for (let after: UserId | null = null, more = true; more;) {
        const query: RosterQuery = { after, role, status, limit: PAGE };
        const page = await answered(accounts.page(workspaceId, query, onRecord));
        yield* page;
        after = page.at(-1)?.id ?? null;
        more = page.length === PAGE;
      }
    },
    async *roles({ workspace }) {
      const { workspaceId, onRecord } = await actOn({ workspace, user: '' });
      for (let after: RoleId | null = null, more = true; more;) {
        const asked = { after, limit: PAGE };
        const page: readonly ListedRole[] = await answered(rolePage(workspaceId, asked, onRecord));
        yield* page;
        after = page.at(-1)?.id ?? null;
        more = page.length === PAGE;
      }
    },
    async lock(who, reason) {
      return answered(accounts.lock(await actOn(who, reason)));
    },
    async unlock(who, reason) {
      return answered(accounts.unlock(await actOn(who, reason)));
    },
    async *sessions(who) {
      const act = await actOn(who);
      for (let before: SessionId | null = null, more = true; more;) {
        const { userId, sessions }: SessionPage = await answered(
          accounts.sessions(act, { before, limit: PAGE }),
        );
        for (const session of sessions.slice(0, PAGE)) yield { userId, ...session };
        before = sessions[PAGE - 1]?.id ?? null;
        more = sessions.length > PAGE;
      }
    },
    async revoke(who, sessionId) {
      const act = await actOn(who);
      const { userId, ended } = await answered(accounts.revoke(act, sessionId as SessionId | null));
      return { userId, revoked: ended.length };
    },
    async revokeToken(who, { sessionId, jti }) {
      const act = await actOn(who);
      const token = { sessionId: sessionId as SessionId, jti: jti as Jti };
      return answered(accounts.revokeToken(act, token));
    },
  };
}

const SENTENCES: Readonly<Partial<Record<string, string>>> = {
  not_found: 'There is no such account here, or no such session of it.',
  last_admin:
    'This is the last active admin of the workspace. Make another one first: conclave admin invite.',
  too_many_revoked_tokens:
    'As many tokens of this session are revoked as are kept. End the session instead.',
  forbidden: 'The account is deactivated: nobody signs in to it.',
};
