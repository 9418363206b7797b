/** What the operator of the server does to workspaces from outside: nobody is signed in, so the record is the caller's. */
import type { WorkspaceId, WorkspaceRole } from '../contract/index.ts';
import type { Digests, Vault } from '../crypto/index.ts';
import type { Clock, Entropy } from '../kernel/index.ts';
import { invitations } from './invitations.ts';
import { authRows, type Tx, type Within, type WorkspaceLookups } from './store.ts';
import { founding, taken, type Taken } from './founding.ts';
import { Host, Slug, workspaces, type NewWorkspace } from './workspaces.ts';

/** Everybody but `system`, which no person holds. */
export type InvitedRole = Exclude<WorkspaceRole, 'system'>;

/** Runs in the transaction of the change, after it and before its COMMIT: what it throws undoes the change. */
export type During = (tx: Tx, workspaceId: WorkspaceId) => Promise<void>;

export interface Tenancy {
  /**
   * Makes a workspace and a code, good once and for 24 hours, with which its first admin registers. Says what is
   * taken already, if anything is.
   */
  readonly found: (
    workspace: NewWorkspace,
    during: During,
  ) => Promise<{ readonly workspaceId: WorkspaceId; readonly setupCode: string } | Taken>;
  /** A code to register with, once and within 24 hours. Null when there is no workspace of that slug. */
  readonly invite: (
    slug: string,
    role: InvitedRole,
    during: During,
  ) => Promise<{ readonly workspaceId: WorkspaceId; readonly code: string } | null>;
}

export interface TenancyOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly vault: Vault;
  readonly digests: Digests;
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'own' | 'read',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
  readonly workspaces: WorkspaceLookups;
  /** By which the server itself is reached. */
  readonly ownHosts: ReadonlySet<string>;
}

/** Whether `createWorkspace` and `found` would take the slug. */
export const isSlug = (text: string): boolean => Slug.safeParse(text).success;
/** The same of the host. */
export const isHost = (text: string): boolean => Host.safeParse(text).success;

export function tenancy(options: TenancyOptions): Tenancy {
  const { clock, entropy, transaction } = options;
  const within: Within = (workspaceId, mode, work) =>
    transaction(workspaceId, mode, (tx) => work(authRows(tx, workspaceId), tx));
  const invited = invitations(options);
  const add = founding(workspaces({ ...options, within, invited }), invited);
  return {
    async found(workspace, during) {
      const before = await taken(options, workspace);
      if (before) return before;
      const workspaceId = entropy.id() as WorkspaceId;
      const making = within(workspaceId, 'own', async (rows, tx) => {
        const code = await add(rows, workspace, clock.now());
        await during(tx, workspaceId);
        return code;
      });
      try {
        return { workspaceId, setupCode: await making };
      } catch (error) {
        const meanwhile = await taken(options, workspace); // somebody was quicker
        if (meanwhile) return meanwhile;
        throw error;
      }
    },
    async invite(slug, role, during) {
      const workspaceId = await options.workspaces.bySlug(slug);
      if (!workspaceId) return null;
      const code = await within(workspaceId, 'own', async (rows, tx) => {
        const made = await invited.issue(rows, { role, invitedBy: null, at: clock.now() });
        await during(tx, workspaceId);
        return made;
      });
      return { workspaceId, code };
    },
  };
}
