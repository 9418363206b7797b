/** Reads and writes wrapped keys; what passes here is useless without the root keys. */
import type { ChannelId, UserId, WorkspaceId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export interface WrappedKey {
  /** Version of the key that wraps it: a root key's name, or a workspace key's version. */
  readonly under: string;
  readonly version: number;
  readonly wrapped: Uint8Array;
}

/** Whose messages a data key seals, where, and when. */
export interface DataKeyName {
  readonly channelId: ChannelId;
  readonly authorId: UserId;
  readonly keyEpoch: number;
}

/** The wrapped keys of one workspace, within one transaction. */
export interface KeyRows {
  readonly workspaceId: WorkspaceId;
  /** The given version, or the newest. */
  workspaceKey(version: number | null): Promise<WrappedKey | null>;
  subjectKey(subjectId: UserId): Promise<WrappedKey | null>;
  dataKey(channelId: ChannelId, authorId: UserId, epoch: number): Promise<WrappedKey | null>;
  /** Those of the named that there are, in any order; one query. */
  dataKeys(names: readonly DataKeyName[]): Promise<readonly (DataKeyName & WrappedKey)[]>;
  /** Each `add` leaves an existing row as it is: the first one to add it wins. */
  addWorkspaceKey(key: WrappedKey, at: Date): Promise<void>;
  addSubjectKey(subjectId: UserId, key: WrappedKey, at: Date): Promise<void>;
  addDataKeys(keys: readonly (DataKeyName & WrappedKey)[], at: Date): Promise<void>;
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
    async dataKeys(names) {
      const rows = await tx.$queryRaw<
        (DataKeyName & { workspaceKey: number; wrapped: Uint8Array })[]
      >`
        SELECT k.channel_id AS "channelId", k.author_id AS "authorId", k.epoch AS "keyEpoch",
          k.workspace_key AS "workspaceKey", k.wrapped
        FROM unnest(${names.map(({ channelId }) => channelId)}::uuid[],
            ${names.map(({ authorId }) => authorId)}::uuid[],
            ${names.map(({ keyEpoch }) => keyEpoch)}::int[]) AS n (channel_id, author_id, epoch)
        JOIN data_key k ON k.channel_id = n.channel_id AND k.author_id = n.author_id AND k.epoch = n.epoch`;
      return rows.map(({ workspaceKey, ...row }) => ({
        ...row,
        under: String(workspaceKey),
        version: row.keyEpoch,
      }));
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
    async addDataKeys(keys, createdAt) {
      const data = keys.map(({ channelId, authorId, keyEpoch: epoch, under, wrapped }) => {
        const key = { channelId, authorId, epoch, workspaceKey: Number(under) };
        return { workspaceId, ...key, wrapped: bytes(wrapped), createdAt };
      });
      // In one order for all: two that add the same keys wait for each other, and never both.
      data.sort((a, b) => (name(a) < name(b) ? -1 : 1));
      await tx.dataKey.createMany({ data, skipDuplicates: true });
    },
  };
}

function name({ channelId, authorId }: Pick<DataKeyName, 'channelId' | 'authorId'>): string {
  return `${channelId} ${authorId}`;
}
