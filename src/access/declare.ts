/** The declarations of access that need no domain: open, signed in, or a permission in the workspace. */
import {
  Refusal,
  type Access,
  type Actor,
  type Caller,
  type WorkspaceHint,
} from '../kernel/index.ts';
import { mayInWorkspace } from './decide.ts';
import type { WorkspacePermission } from './policy.ts';
import type { WorkspaceStanding } from './standing.ts';
import type { Standings } from './store.ts';

/** Anyone may call it, and this is why. `workspace` says which workspace such a call is about. */
export function open<I>(
  because: string,
  workspace: (input: I) => WorkspaceHint,
): Access<I, Caller, null, unknown> {
  return {
    describe: `open: ${because}`,
    asks: { of: 'nobody' },
    audience: 'anyone',
    workspace,
    resolve: () => Promise.resolve(null),
  };
}

/** Any signed-in caller, about themselves. The subject is what they hold, read in this transaction. */
export function signedIn(): Access<
  unknown,
  Actor,
  WorkspaceStanding,
  { readonly standings: Standings }
> {
  return {
    describe: 'signed in',
    asks: { of: 'account' },
    audience: 'signed-in',
    workspace: null,
    async resolve({ caller, services }) {
      const standing = await services.standings.inWorkspace(caller.userId);
      if (standing === null) throw new Refusal('unauthenticated');
      return standing;
    },
  };
}

/** Callers who hold the permission in the workspace. The subject is what they hold there. */
export function onServer(
  permission: WorkspacePermission,
): Access<unknown, Actor, WorkspaceStanding, { readonly standings: Standings }> {
  return {
    describe: `workspace permission ${permission}`,
    asks: { of: 'workspace', permission },
    audience: 'signed-in',
    workspace: null,
    async resolve({ caller, services }) {
      const standing = await services.standings.inWorkspace(caller.userId);
      if (standing === null) throw new Refusal('unauthenticated');
      if (!mayInWorkspace(standing, permission)) throw new Refusal('forbidden');
      return standing;
    },
  };
}

/** The hint of an operation whose input names the workspace by its slug, or leaves it out. */
export function bySlug(slug: string | undefined): WorkspaceHint {
  return slug === undefined ? { by: 'default' } : { by: 'slug', slug };
}
