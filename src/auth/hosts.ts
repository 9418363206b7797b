/** Which host belongs to which workspace, remembered for seconds: nobody's token counts at the door of somebody else. */
import { LRUCache } from 'lru-cache';
import type { WorkspaceId } from '../contract/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { WorkspaceLookups } from './store.ts';

/** The workspace that a host belongs to; null for one of none. Rejects when the database cannot be asked. */
export type WorkspaceOfHost = (host: string) => Promise<WorkspaceId | null>;

/** How soon a host that was given to a workspace meanwhile counts. */
const BELIEVED_MS = 5_000;
/** Hosts remembered; what is asked for most is what is kept, so that made-up names push out nothing in use. */
const REMEMBERED = 2_000;

interface Known {
  readonly workspaceId: Promise<WorkspaceId | null>;
  /** By the monotonic clock. */
  readonly until: number;
}

/** One look-up for all who ask for a host at the same time. One that failed is not remembered. */
export function workspaceOfHost(byHost: WorkspaceLookups['byHost'], clock: Clock): WorkspaceOfHost {
  const known = new LRUCache<string, Known>({ max: REMEMBERED });
  return (host) => {
    if (host === '') return Promise.resolve(null);
    const remembered = known.get(host);
    if (remembered && remembered.until > clock.monotonic()) return remembered.workspaceId;
    const workspaceId = byHost(host);
    const entry = { workspaceId, until: clock.monotonic() + BELIEVED_MS };
    known.set(host, entry);
    workspaceId.catch(() => {
      if (known.get(host) === entry) known.delete(host);
    });
    return workspaceId;
  };
}
