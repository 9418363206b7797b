/** How much of everything: a row per limit, with its windows and whom it counts by. */
import type { LimitName, WorkspaceRole } from '../contract/index.ts';

/** Whom a window counts: a client address, a signed-in user, or what the call names (an account). */
export type CountedBy = 'address' | 'user' | 'named';

export interface Window {
  readonly by: CountedBy;
  readonly milliseconds: number;
  /** Calls allowed in any stretch of that length; by workspace role where they differ. */
  readonly calls: number | Readonly<Record<WorkspaceRole, number>>;
}

export type LimitTable = Readonly<Record<LimitName, readonly Window[]>>;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Requirement F2. What a busy person does in chat has rows of its own, apart from changes of state. */
export const LIMIT_TABLE: LimitTable = {
  'auth.login': [
    { by: 'address', milliseconds: MINUTE, calls: 5 },
    { by: 'named', milliseconds: MINUTE, calls: 5 },
  ],
  'auth.register': [{ by: 'address', milliseconds: MINUTE, calls: 2 }],
  'auth.refresh': [{ by: 'address', milliseconds: MINUTE, calls: 60 }],
  'state.write': [
    {
      by: 'user',
      milliseconds: HOUR,
      calls: {
        user: 1_000,
        moderator: 5_000,
        admin: 10_000,
        auditor: 1_000,
        guest: 1_000,
        system: 0,
      },
    },
  ],
  'message.write': [
    { by: 'user', milliseconds: 5 * SECOND, calls: 20 },
    { by: 'user', milliseconds: MINUTE, calls: 120 },
  ],
  read: [{ by: 'user', milliseconds: MINUTE, calls: 600 }],
};
