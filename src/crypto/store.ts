/** Reads and writes wrapped keys; what passes here is useless without the root keys. */
import type { ChannelId, UserId, WorkspaceId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export interface WrappedKey {
  /** Version of the key that wraps it: a root key's name, or a workspace key's version. */
  readonly under: string;
  readonly version: number;
  readonly wrapped: Uint8Array;
}

/** The wrapped keys of one workspace, within one transaction. */
export interface KeyRows {
  readonly workspaceId: WorkspaceId;
  /** The given version, or the newest. */
  workspaceKey(version: number | null): Promise<WrappedKey | null>;
  subjectKey(subjectId: UserId): Promise<WrappedKey | null>;
  dataKey(channelId: ChannelId, authorId: UserId, epoch: number): Promise<WrappedKey | null>;
  /** Each `add` leaves an existing row as it is: the first one to add it wins. */
  addWorkspaceKey(key: WrappedKey, at: Date): Promise<void>;
  addSubjectKey(subjectId: UserId, key: WrappedKey, at: Date): Promise<void>;
  addDataKey(channelId: ChannelId, authorId: UserId, key: WrappedKey, at: Date): Promise<void>;
}

export function keyRows(tx: Tx, workspaceId: WorkspaceId): KeyRows {
  const bytes = (value: Uint8Array) => new Uint8Array(value);
  return {
    workspaceId,
    async workspaceKey(version) {
      const row = await tx.workspaceKey.findFirst({
        where: { workspaceId, ...(version !== null && { version }) },
        orderBy: { version: 'desc' },
      });
      return row && { under: row.rootKey, version: row.version, wrapped: row.wrapped };
    },
    async subjectKey(subjectId) {
      const row = await tx.subjectKey.findUnique({
        where: { workspaceId_subjectId: { workspaceId, subjectId } },
      });
      return row && { under: String(row.workspaceKey), version: 1, wrapped: row.wrapped };
    },
    async dataKey(channelId, authorId, epoch) {
      const row = await tx.dataKey.findUnique({
        where: { channelId_authorId_epoch: { channelId, authorId, epoch } },
      });
      return row && { under: String(row.workspaceKey), version: epoch, wrapped: row.wrapped };
    },
    async addWorkspaceKey({ under, version, wrapped }, createdAt) {
      const row = { workspaceId, version, rootKey: under, wrapped: bytes(wrapped), createdAt };
      await tx.workspaceKey.createMany({ data: row, skipDuplicates: true });
    },
    async addSubjectKey(subjectId, { under, wrapped }, createdAt) {
      const workspaceKey = Number(under);
      const row = { workspaceId, subjectId, workspaceKey, wrapped: bytes(wrapped), createdAt };
      await tx.subjectKey.createMany({ data: row, skipDuplicates: true });
    },
    async addDataKey(channelId, authorId, { under, version, wrapped }, createdAt) {
      const workspaceKey = Number(under);
      const key = { channelId, authorId, epoch: version, workspaceKey };
      const row = { workspaceId, ...key, wrapped: bytes(wrapped), createdAt };
      await tx.dataKey.createMany({ data: row, skipDuplicates: true });
    },
  };
}
