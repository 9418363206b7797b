/** Opens what accounts hold sealed about their people; what does not open is null and raises an alarm, never an error. */
import { z } from 'zod';
import type { UserId, WorkspaceId } from '../contract/index.ts';
import { open, unlessBroken, type Digests, type Place, type Vault } from '../crypto/index.ts';
import { emailDigests } from './email.ts';
import type { ProfileRow } from './profile-store.ts';
import type { AuthRows } from './store.ts';

/** Hears of everything personal that did not open: somebody changed it, or a key is missing that should be there. */
export type ProfileAlert = (
  row: {
    readonly workspaceId: WorkspaceId;
    readonly kind: 'profile' | 'e-mail' | 'device';
    readonly id: UserId;
  },
  /** What stands there; null where nothing does. */
  sealed: Uint8Array | null,
) => void;

export interface OwnProfile {
  readonly displayName: string | null;
  readonly email: string | null;
  readonly emailVerified: boolean;
}

export interface FoundPerson {
  readonly userId: UserId;
  readonly displayName: string | null;
}

export interface Profiles {
  /** Who has this address here and an active account; null for everybody else, for all of them alike. */
  readonly find: (rows: AuthRows, email: string) => Promise<FoundPerson | null>;
  /** Of those of these people who have an account here, in one query; null where a profile does not open. */
  readonly names: (
    rows: AuthRows,
    ids: readonly UserId[],
  ) => Promise<ReadonlyMap<UserId, string | null>>;
  readonly own: (rows: AuthRows, id: UserId) => Promise<OwnProfile>;
}

interface Parts {
  readonly vault: Vault;
  readonly digests: Digests;
  readonly alert: ProfileAlert;
}

const Profile = z.object({ displayName: z.string() });

export function profiles({ vault, digests, alert }: Parts): Profiles {
  const keyOf = (rows: AuthRows, { id, key }: ProfileRow) =>
    unlessBroken(vault.subjectKeyOf(rows.keys, id, key));

  function name({ workspaceId }: AuthRows, row: ProfileRow, key: Buffer | null): string | null {
    const { id, status, profileSealed, profileVersion } = row;
    const place = profilePlace(workspaceId, id, profileVersion);
    const profile = key && profileSealed && open(key, profileSealed, place);
    if (profile) return Profile.parse(JSON.parse(profile.toString('utf8'))).displayName;
    if (status !== 'erased') alert({ workspaceId, kind: 'profile', id }, profileSealed);
    return null;
  }

  return {
    async find(rows, email) {
      const sought = emailDigests(digests, rows.workspaceId, email);
      const row = await rows.profiles.activeByEmail(sought);
      return row && { userId: row.id, displayName: name(rows, row, await keyOf(rows, row)) };
    },
    async names(rows, ids) {
      const found = ids.length === 0 ? [] : await rows.profiles.of(ids);
      const names = new Map<UserId, string | null>();
      for (const row of found) names.set(row.id, name(rows, row, await keyOf(rows, row)));
      return names;
    },
    async own(rows, id) {
      const [row] = await rows.profiles.of([id]);
      if (!row) throw new Error('there is no such account');
      const key = await keyOf(rows, row);
      const { sealed, verifiedAt } = await rows.profiles.email(id);
      const email = key && sealed && open(key, sealed, emailPlace(rows.workspaceId, id));
      if (!email) alert({ workspaceId: rows.workspaceId, kind: 'e-mail', id }, sealed);
      return {
        displayName: name(rows, row, key),
        email: email?.toString('utf8') ?? null,
        emailVerified: verifiedAt !== null,
      };
    },
  };
}

/** A profile opens only as that of its account, in the version that the row says. */
export function profilePlace(workspaceId: WorkspaceId, id: UserId, version: number): Place {
  return ['profile', workspaceId, id, version];
}

export function emailPlace(workspaceId: WorkspaceId, id: UserId): Place {
  return ['e-mail', workspaceId, id];
}
