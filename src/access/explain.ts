/** Says by which rule a call would be allowed or refused, with the functions that decide it when it is made. */
import type { Demand } from '../kernel/index.ts';
import { judgeInChannel, judgeInWorkspace, type Verdict } from './decide.ts';
import {
  CHANNEL_POLICY,
  WORKSPACE_PERMISSIONS,
  type ChannelPermission,
  type WorkspacePermission,
} from './policy.ts';
import type { Standing, WorkspaceStanding } from './standing.ts';

export interface Explained extends Verdict {
  /** What was asked for; null where it takes none. */
  readonly permission: string | null;
}

/** Whose call it would be; who holds nothing is an account that is not in use. */
export interface Person {
  readonly holds: WorkspaceStanding | null;
  /** In the channel that the call is about, where it is about one. */
  readonly standing: Standing | null;
}

/**
 * One verdict for each permission that would do. Throws an Error for a permission that no policy knows, and where a
 * channel is asked about and there is no standing in one.
 */
export function explain(asks: Demand, { holds, standing }: Person): readonly Explained[] {
  if (asks.of === 'nobody') return [{ permission: null, allowed: true, rule: 'open-to-all' }];
  if (holds === null) return [{ permission: null, allowed: false, rule: 'account-not-active' }];
  switch (asks.of) {
    case 'account':
      return [{ permission: null, allowed: true, rule: 'signed-in' }];
    case 'workspace': {
      const permission = ofWorkspace(asks.permission);
      return [{ permission, ...judgeInWorkspace(holds, permission) }];
    }
    case 'channel': {
      if (!standing) throw new Error('what is asked of a channel takes a standing in one');
      return asks.permissions.map((name) => {
        const permission = ofChannel(name);
        return { permission, ...judgeInChannel(standing, permission) };
      });
    }
  }
}

function ofWorkspace(name: string): WorkspacePermission {
  const permission = WORKSPACE_PERMISSIONS.find((known) => known === name);
  if (!permission) throw new Error(`${name} is no permission in a workspace`);
  return permission;
}

function ofChannel(name: string): ChannelPermission {
  if (!Object.hasOwn(CHANNEL_POLICY, name))
    throw new Error(`${name} is no permission in a channel`);
  return name as ChannelPermission;
}
