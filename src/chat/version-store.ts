/** What messages said before they were edited: sealed rows that nothing changes, and that go with the text. */
import type { WorkspaceId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { MessageRow } from './rows.ts';

/** A text that was replaced. The seal is bound to the version, so no row can pass for another. */
export interface VersionRow {
  readonly version: number;
  readonly bodySealed: Uint8Array;
  readonly keyEpoch: number;
  /** When it was written. */
  readonly at: Date;
}

export interface VersionStore {
  /** Keeps the text as it is now, before another takes its place. */
  keep(message: MessageRow): Promise<void>;
  /** Former versions below `before`, the newest first. */
  page(message: MessageRow, before: number | null, limit: number): Promise<readonly VersionRow[]>;
}

export function versionStore(tx: Tx, workspaceId: WorkspaceId): VersionStore {
  return {
    async keep({ channelId, seq, version, bodySealed, keyEpoch, at, editedAt }) {
      if (bodySealed === null) return;
      const written = { bodySealed: new Uint8Array(bodySealed), keyEpoch, at: editedAt ?? at };
      await tx.messageVersion.create({
        data: { workspaceId, channelId, seq, version, ...written },
      });
    },
    page: ({ channelId, seq }, before, limit) =>
      tx.messageVersion.findMany({
        where: { channelId, seq, ...(before !== null && { version: { lt: before } }) },
        orderBy: { version: 'desc' },
        take: limit,
        select: { version: true, bodySealed: true, keyEpoch: true, at: true },
      }),
  };
}
