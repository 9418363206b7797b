/** The rows of this domain within one transaction of one workspace, and the look-ups before one is known. */
import { standings, type LeftTo, type Standings } from '../access/index.ts';
import type { HistoryPolicy, WorkspaceId } from '../contract/index.ts';
import { keyRows, type KeyRows } from '../crypto/index.ts';
import { Refusal } from '../kernel/index.ts';
import type { Statements, Tx } from '../platform/postgres/index.ts';
import { accountRows, type AccountRows } from './account-store.ts';
import { peopleRows, type PeopleRows } from './people-store.ts';
import { profileRows, type ProfileRows } from './profile-store.ts';
import { mailRows, type MailRows } from './mail-store.ts';
import { oneTimeTokenRows, type OneTimeTokenRows } from './one-time-token-store.ts';
import { invitationRows, type InvitationRows } from './invitation-store.ts';
import {
  WORKSPACE_COLUMNS,
  workspaceSettingRows,
  type WorkspaceSettingRows,
} from './workspace-settings-store.ts';
import { revokedTokenRows, type RevokedTokenRows } from './revoked-token-store.ts';
import { sessionRows, type SessionRows } from './session-store.ts';

export type { Tx };

export interface WorkspaceRow {
  readonly slug: string;
  readonly name: string;
  /** `closed`: only with an invitation of the operator. */
  readonly registration: 'open' | 'invited' | 'closed';
  readonly passwordPolicy: 'composition' | 'nist';
  readonly whoInvites: LeftTo;
  readonly whoCreatesChannels: LeftTo;
  /** Of channels that are created without one. */
  readonly defaultHistoryPolicy: HistoryPolicy;
}

/** What a workspace begins with; the rest is as the table's defaults say. */
export type FoundedWorkspace = Pick<
  WorkspaceRow,
  'slug' | 'name' | 'registration' | 'passwordPolicy'
>;

export interface AuthRows {
  readonly workspaceId: WorkspaceId;
  readonly keys: KeyRows;
  readonly standings: Pick<Standings, 'ofAccounts'>;
  readonly accounts: AccountRows;
  readonly profiles: ProfileRows;
  readonly people: PeopleRows;
  readonly invitations: InvitationRows;
  readonly sessions: SessionRows;
  readonly revokedTokens: RevokedTokenRows;
  readonly mails: MailRows;
  readonly tokens: OneTimeTokenRows;
  readonly settings: WorkspaceSettingRows;
  /** The workspace itself, or null when there is none of this id. */
  workspace(): Promise<WorkspaceRow | null>;
  /** Refuses `name_taken` where another one has the slug or the host. */
  addWorkspace(row: FoundedWorkspace & { readonly host: string | null }, at: Date): Promise<void>;
  /** Waits until no other transaction makes first workspaces, or makes or redeems set-up codes; held to the end. */
  lockFirstWorkspace(): Promise<void>;
  /** The workspace that a server starts with: the only one, or the one of that slug. */
  firstWorkspace(slug: string): Promise<{ any: boolean; id: WorkspaceId | null }>;
}

/** One transaction whose row level security shows only the workspace; resolves after COMMIT. */
export type Transaction = <T>(
  workspaceId: WorkspaceId,
  mode: 'own' | 'read',
  work: (tx: Tx) => Promise<T>,
) => Promise<T>;

/** Runs the work in one transaction of the workspace; resolves after COMMIT. It may run more than once. */
export type Within = <T>(
  workspaceId: WorkspaceId,
  mode: 'own' | 'read',
  work: (rows: AuthRows, tx: Tx) => Promise<T>,
) => Promise<T>;

/** Finds ids before a workspace is known, through functions that give nothing else away. */
export interface WorkspaceLookups {
  bySlug(slug: string): Promise<WorkspaceId | null>;
  byHost(host: string): Promise<WorkspaceId | null>;
  /** The only workspace of the server; null where there is none or a choice. */
  only(): Promise<WorkspaceId | null>;
  /** Whether there is one at all. */
  any(): Promise<boolean>;
}

/** Any number that no other user of the database locks. */
const FIRST_WORKSPACE_LOCK = 4_711_022;

export function workspaceLookups(statements: Statements): WorkspaceLookups {
  const look = async (name: string, text: string, values: readonly string[]) => {
    const [row] = await statements.run<{ id: WorkspaceId | null }>(name, text, values);
    return row?.id ?? null;
  };
  return {
    bySlug: (slug) => look('workspace-by-slug', 'SELECT workspace_by_slug($1) AS id', [slug]),
    byHost: (host) => look('workspace-by-host', 'SELECT workspace_by_host($1) AS id', [host]),
    only: () => look('only-workspace', 'SELECT only_workspace() AS id', []),
    async any() {
      const text = 'SELECT any_workspace() AS any';
      const [row] = await statements.run<{ any: boolean }>('any-workspace', text, []);
      return row?.any === true;
    },
  };
}

export function authRows(tx: Tx, workspaceId: WorkspaceId): AuthRows {
  return {
    workspaceId,
    keys: keyRows(tx, workspaceId),
    standings: standings(tx),
    accounts: accountRows(tx, workspaceId),
    profiles: profileRows(tx, workspaceId),
    people: peopleRows(tx, workspaceId),
    invitations: invitationRows(tx, workspaceId),
    sessions: sessionRows(tx, workspaceId),
    revokedTokens: revokedTokenRows(tx, workspaceId),
    settings: workspaceSettingRows(tx, workspaceId),
    mails: mailRows(tx, workspaceId),
    tokens: oneTimeTokenRows(tx, workspaceId),
    async workspace() {
      const row = await tx.workspace.findUnique({
        where: { id: workspaceId },
        select: WORKSPACE_COLUMNS,
      });
      return row as WorkspaceRow | null; // the table's CHECKs allow nothing else
    },
    async addWorkspace(row, createdAt) {
      const data = { ...row, id: workspaceId, createdAt };
      const { count } = await tx.workspace.createMany({ data, skipDuplicates: true });
      if (count === 0) throw new Refusal('name_taken');
    },
    async lockFirstWorkspace() {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${FIRST_WORKSPACE_LOCK})`;
    },
    async firstWorkspace(slug) {
      const [row] = await tx.$queryRaw<{ any: boolean; id: WorkspaceId | null }[]>`
        SELECT any_workspace() AS any, coalesce(workspace_by_slug(${slug}), only_workspace()) AS id`;
      return row ?? { any: false, id: null };
    },
  };
}
