/** Workspaces: each has its own first key, and a new server gets its first one exactly once. */
import { z } from 'zod';
import type { WorkspaceId } from '../contract/index.ts';
import type { Vault } from '../crypto/index.ts';
import type { Clock, Entropy } from '../kernel/index.ts';
import type { Invitations } from './invitations.ts';
import type { AuthRows, Within, WorkspaceRow } from './store.ts';

/** A workspace's name in addresses: a DNS label (RFC 1035 §2.3.1, and digits first as in RFC 1123). */
export const Slug = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);

/** A host of the DNS, by which clients ask for a workspace (RFC 1123 §2.1); an address is none. */
export const Host = z
  .string()
  .toLowerCase()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/)
  .refine((text) => !/(^|\.)\d+$/.test(text));

export interface NewWorkspace {
  readonly slug: string;
  readonly name: string;
  /** The host that is its own, without a port: there, nothing of another workspace counts. */
  readonly host?: string;
  /** `open` unless told. */
  readonly registration?: WorkspaceRow['registration'];
  /** `composition` unless told. */
  readonly passwordPolicy?: WorkspaceRow['passwordPolicy'];
}

export interface FirstWorkspace {
  readonly workspaceId: WorkspaceId | null;
  /** For the first admin to register with; null once there is one. Show it, do not log it. Others shown stay good. */
  readonly setupCode: string | null;
}

export interface Workspaces {
  /** Into the given transaction. Throws an Error when the slug or the host is malformed; refuses `name_taken`. */
  readonly add: (rows: AuthRows, workspace: NewWorkspace) => Promise<void>;
  readonly create: (workspace: NewWorkspace) => Promise<WorkspaceId>;
  readonly ensureFirst: () => Promise<FirstWorkspace>;
}

interface Parts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly vault: Vault;
  readonly within: Within;
  readonly invited: Invitations;
}

const FIRST = { slug: 'main', name: 'Main' } as const satisfies NewWorkspace;

export function workspaces({ clock, entropy, vault, within, invited }: Parts): Workspaces {
  async function add(rows: AuthRows, { slug, name, ...choices }: NewWorkspace): Promise<void> {
    const { registration = 'open', passwordPolicy = 'composition' } = choices;
    const host = choices.host === undefined ? null : Host.parse(choices.host);
    const row = { slug: Slug.parse(slug), name, host, registration, passwordPolicy };
    await rows.addWorkspace(row, clock.now());
    await vault.createWorkspaceKey(rows.keys);
  }

  async function firstOne(): Promise<WorkspaceId | null> {
    const candidate = entropy.id() as WorkspaceId;
    return within(candidate, 'own', async (rows) => {
      await rows.lockFirstWorkspace();
      const { any, id } = await rows.firstWorkspace(FIRST.slug);
      if (any) return id;
      await add(rows, FIRST);
      return candidate;
    });
  }

  function setupCode(workspaceId: WorkspaceId): Promise<string | null> {
    return within(workspaceId, 'own', async (rows) => {
      const at = clock.now();
      await rows.lockFirstWorkspace(); // whoever redeems a code holds it too: the next look sees the admin they made
      if (await rows.accounts.hasActiveAdmin()) return null;
      await rows.invitations.removeSetupCodes(at);
      return invited.issue(rows, { role: 'admin', invitedBy: null, at });
    });
  }

  return {
    add,
    async create(workspace) {
      const id = entropy.id() as WorkspaceId;
      await within(id, 'own', (rows) => add(rows, workspace));
      return id;
    },
    async ensureFirst() {
      const workspaceId = await firstOne();
      return { workspaceId, setupCode: workspaceId && (await setupCode(workspaceId)) };
    },
  };
}
