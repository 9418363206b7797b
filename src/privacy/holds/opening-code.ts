/** The code that what a hold keeps is opened with: shown once, to whoever answers for it, and kept as a digest. */
import type { HoldId, WorkspaceId } from '../../contract/index.ts';
import type { Digests } from '../../crypto/index.ts';
import type { Entropy } from '../../kernel/index.ts';

/** 256 bits: out of reach of guessing at any rate. */
const SECRET_BYTES = 32;
/** Long enough to hand it to whoever operates the server, too short for it to lie about. */
export const OPENING_MS = 60 * 60 * 1_000;

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const FORMAT = new RegExp(`^ch1\\.(${UUID})\\.(${UUID})\\.([\\w-]{43})$`);

export interface OpeningCodes {
  readonly make: (
    hold: { readonly workspaceId: WorkspaceId; readonly id: HoldId },
    now: Date,
  ) => { readonly code: string; readonly digest: Buffer; readonly until: Date };
  /** Null for what is no such code; the digests are those under each key of the ring. */
  readonly read: (code: string) => {
    readonly workspaceId: WorkspaceId;
    readonly holdId: HoldId;
    readonly digests: readonly Buffer[];
  } | null;
}

export function openingCodes(digests: Digests, entropy: Pick<Entropy, 'bytes'>): OpeningCodes {
  const digestOf = (workspaceId: WorkspaceId, id: HoldId, secret: string, key?: string) =>
    digests.of('hold-opening', workspaceId, `${id}.${secret}`, key);
  return {
    make({ workspaceId, id }, now) {
      const secret = entropy.bytes(SECRET_BYTES).toString('base64url');
      return {
        code: `ch1.${workspaceId}.${id}.${secret}`,
        digest: digestOf(workspaceId, id, secret),
        until: new Date(now.getTime() + OPENING_MS),
      };
    },
    read(code) {
      const [, workspace, hold, secret] = FORMAT.exec(code) ?? [];
      if (workspace === undefined || hold === undefined || secret === undefined) return null;
      const [workspaceId, holdId] = [workspace as WorkspaceId, hold as HoldId];
      const of = (key: string) => digestOf(workspaceId, holdId, secret, key);
      return { workspaceId, holdId, digests: digests.names.map(of) };
    },
  };
}
