/** What the jobs of this domain work with, in transactions of their own. */
import type { UserId, WorkspaceId } from '../contract/index.ts';
import type { Clock, Consented, Consents } from '../kernel/index.ts';
import type { MentionWatchStore } from './mention-watch-store.ts';
import type { UsageStore } from './usage-store.ts';

/** What jobs work with in one transaction. */
export interface JobRows {
  readonly consents: Consents;
  readonly watches: MentionWatchStore;
  readonly usage: UsageStore;
  /** How often that person is mentioned in what they have not read and may read. */
  readonly unread: (userId: UserId, made: Made, now: Date) => Promise<number>;
  /** False where one waits already, or too many do. */
  readonly ask: (consented: Consented<'mention-mail'>) => Promise<boolean>;
}

/** In messages from the one id on, and before the other. */
export interface Made {
  readonly from: string;
  readonly before: string;
}

export interface Jobs {
  readonly clock: Clock;
  /** One transaction of the workspace, which may lock; resolves after COMMIT. */
  readonly within: <T>(workspaceId: WorkspaceId, work: (rows: JobRows) => Promise<T>) => Promise<T>;
}

/** The least id of a message that is made at that time or later (RFC 9562, 5.7: the first 48 bits are the time). */
export function idAt(milliseconds: number): string {
  const hex = Math.max(0, milliseconds).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
