/** Who may found a workspace from outside, and under which names: the operator's token is compared in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../kernel/index.ts';
import type { AuthRows, WorkspaceLookups } from './store.ts';
import type { Invitations } from './invitations.ts';
import { Host, type NewWorkspace, type Workspaces } from './workspaces.ts';

/** `own-host`: the host is that of the server, where its other workspaces are reached: at it, they would be no more. */
export type Taken = 'slug' | 'host' | 'own-host';

export interface Names {
  readonly workspaces: Pick<WorkspaceLookups, 'bySlug' | 'byHost' | 'any'>;
  /** By which the server itself is reached. */
  readonly ownHosts: ReadonlySet<string>;
}

/** What of a workspace's names another one has already, if anything. */
export async function taken(
  { workspaces, ownHosts }: Names,
  { slug, host }: Pick<NewWorkspace, 'slug' | 'host'>,
): Promise<Taken | null> {
  if (await workspaces.bySlug(slug)) return 'slug';
  if (host === undefined) return null;
  const name = Host.parse(host);
  if (await workspaces.byHost(name)) return 'host';
  return ownHosts.has(name) && (await workspaces.any()) ? 'own-host' : null;
}

/** Whether that is the operator's token; never without one in the settings. Takes as long for a token that is close. */
export function isOperator(token: Secret<string> | null): (shown: string) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = token && digest(token.reveal());
  return (shown) => expected !== null && timingSafeEqual(digest(shown), expected);
}

/** Makes a workspace in the given transaction, with the code by which its first admin registers. */
export const founding =
  ({ add }: Pick<Workspaces, 'add'>, { issue }: Pick<Invitations, 'issue'>) =>
  async (rows: AuthRows, workspace: NewWorkspace, at: Date): Promise<string> => {
    await add(rows, workspace);
    return issue(rows, { role: 'admin', invitedBy: null, at });
  };
