/** The settings of a workspace on the wire: what each may be, and nothing that is not enforced. */
import { z } from 'zod';
import { HistoryPolicy, WorkspaceId } from '../contract/index.ts';
import type { WorkspaceRow } from './store.ts';

const NAME_CHARACTERS = 100;
/** Neither control characters nor marks that turn the reading direction of what stands beside the name. */
const PLAIN = /^[^\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]+$/u;

/** The least role that may. */
const LeftToRole = z.enum(['admin', 'moderator', 'user']);

export const SETTINGS_SHAPE = {
  name: z.string().trim().normalize('NFC').min(1).max(NAME_CHARACTERS).regex(PLAIN),
  /** `closed`: only with an invitation of the operator. */
  registration: z.enum(['open', 'invited', 'closed']),
  passwordPolicy: z.enum(['composition', 'nist']),
  whoInvites: LeftToRole,
  whoCreatesChannels: LeftToRole,
  /** Of channels that are created without one. */
  defaultHistoryPolicy: HistoryPolicy,
} as const;

export const Workspace = z.strictObject({ id: WorkspaceId, slug: z.string(), ...SETTINGS_SHAPE });

export function shownWorkspace(id: WorkspaceId, row: WorkspaceRow): z.input<typeof Workspace> {
  return { id, ...row };
}
