/** The code that what a hold keeps is opened with: shown once, to whoever answers for it, and kept as a digest. */
import { tokenForm, type HoldId, type WorkspaceId } from '../../contract/index.ts';
import type { Digests } from '../../crypto/index.ts';
import { newSecret, type Entropy } from '../../kernel/index.ts';

/** Long enough to hand it to whoever operates the server, too short for it to lie about. */
export const OPENING_MS = 60 * 60 * 1_000;

/** With the ids of its workspace and of its hold. */
const FORM = tokenForm('ch1', 2);

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
  return {
    make({ workspaceId, id }, now) {
      const secret = newSecret(entropy);
      return {
        code: `ch1.${workspaceId}.${id}.${secret}`,
        digest: digests.of('hold-opening', workspaceId, `${id}.${secret}`),
        until: new Date(now.getTime() + OPENING_MS),
      };
    },
    read(code) {
      const [, workspace, hold, secret] = FORM.exec(code) ?? [];
      if (workspace === undefined || hold === undefined || secret === undefined) return null;
      const [workspaceId, holdId] = [workspace as WorkspaceId, hold as HoldId];
      const known = digests.each('hold-opening', workspaceId, `${holdId}.${secret}`);
      return { workspaceId, holdId, digests: known };
    },
  };
}
