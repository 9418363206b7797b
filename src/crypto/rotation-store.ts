/** What a rotation reads and writes of wrapped keys: a wrapping is exchanged only where it still is what was read. */
import type { ChannelId, UserId, WorkspaceId } from '../contract/index.ts';
import type { Statements, Tx } from '../platform/postgres/index.ts';
import type { DataKeyName, WrappedKey } from './store.ts';

export type { Tx } from '../platform/postgres/index.ts';

export interface WorkspaceKeyRow extends WrappedKey {
  /** When a rotation had gone through everything that earlier versions wrapped; null on the way, and for the first. */
  readonly adoptedAt: Date | null;
  readonly createdAt: Date;
}

/** A wrapped key with where it stands, as `id` tells a later page. */
export interface KeyOf<Name> {
  readonly name: Name;
  readonly wrapped: Uint8Array;
}

export interface Rewrapped<Name> extends KeyOf<Name> {
  /** What it is to be instead of `wrapped`. */
  readonly anew: Uint8Array;
}

/** Keys of one kind, of one workspace, within one transaction. */
export interface Wrapped<Name> {
  /** Those under that version, in order, from behind `after`. */
  under(version: number, after: Name | null, limit: number): Promise<readonly KeyOf<Name>[]>;
  /** Puts those that are still what was read under `version`, which is newer than theirs; says how many. */
  rewrap(version: number, keys: readonly Rewrapped<Name>[]): Promise<number>;
}

/** How much is wrapped or sealed under one version of a workspace key. */
export interface KeyUse extends Omit<WorkspaceKeyRow, 'wrapped' | 'under'> {
  readonly rootKey: string;
  readonly dataKeys: number;
  readonly subjectKeys: number;
  /** Channels whose name or topic is sealed under it. */
  readonly channels: number;
  readonly filters: number;
  readonly auditEvents: number;
  /** Erasures whose origin, and legal holds and longer deadlines whose reason is sealed under it. */
  readonly erasures: number;
  readonly holds: number;
}

export interface RotationRows {
  readonly workspaceId: WorkspaceId;
  /** Oldest first. */
  versions(): Promise<readonly WorkspaceKeyRow[]>;
  rewrapWorkspaceKey(
    version: number,
    rootKey: string,
    was: Uint8Array,
    anew: Uint8Array,
  ): Promise<boolean>;
  readonly dataKeys: Wrapped<DataKeyName>;
  readonly subjectKeys: Wrapped<UserId>;
  /** How many keys are wrapped under versions before that one. */
  behind(version: number): Promise<number>;
  adopt(version: number): Promise<void>;
  /** For each version, oldest first. */
  uses(): Promise<readonly KeyUse[]>;
  /** Destroys a version that nothing refers to; false while a node might still use it. */
  retire(version: number): Promise<boolean>;
}

export function rotationRows(tx: Tx, workspaceId: WorkspaceId): RotationRows {
  return {
    workspaceId,
    async versions() {
      const rows = await tx.workspaceKey.findMany({
        where: { workspaceId },
        orderBy: { version: 'asc' },
      });
      return rows.map(({ rootKey: under, ...row }) => ({ ...row, under }));
    },
    async rewrapWorkspaceKey(version, rootKey, was, anew) {
      const [row] = await tx.$queryRaw<{ done: boolean }[]>`
        SELECT rewrap_workspace_key(${version}::int, ${rootKey}, ${was}::bytea, ${anew}::bytea) AS done`;
      return row?.done === true;
    },
    dataKeys: dataKeys(tx, workspaceId),
    subjectKeys: subjectKeys(tx, workspaceId),
    async behind(version) {
      const where = { workspaceId, workspaceKey: { lt: version } };
      return (await tx.dataKey.count({ where })) + (await tx.subjectKey.count({ where }));
    },
    async adopt(version) {
      await tx.$queryRaw`SELECT adopt_workspace_key(${version}::int)`;
    },
    uses: () => uses(tx, workspaceId),
    async retire(version) {
      const [row] = await tx.$queryRaw<{ done: boolean }[]>`
        SELECT retire_workspace_key(${version}::int) AS done`;
      return row?.done === true;
    },
  };
}

const FIRST = '00000000-0000-0000-0000-000000000000';

function dataKeys(tx: Tx, workspaceId: WorkspaceId): Wrapped<DataKeyName> {
  return {
    async under(version, after, limit) {
      const { channelId, authorId, keyEpoch } = after ?? {
        ...{ channelId: FIRST as ChannelId, authorId: FIRST as UserId, keyEpoch: -1 },
      };
      const rows = await tx.$queryRaw<(DataKeyName & { wrapped: Uint8Array })[]>`
        SELECT channel_id AS "channelId", author_id AS "authorId", epoch AS "keyEpoch", wrapped
        FROM data_key
        WHERE workspace_id = ${workspaceId}::uuid AND workspace_key = ${version}::int
          AND (channel_id, author_id, epoch) > (${channelId}::uuid, ${authorId}::uuid, ${keyEpoch}::int)
        ORDER BY channel_id, author_id, epoch LIMIT ${limit}::int`;
      return rows.map(({ wrapped, ...name }) => ({ name, wrapped }));
    },
    async rewrap(version, keys) {
      const [row] = await tx.$queryRaw<{ changed: number }[]>`
        SELECT rewrap_data_keys(${version}::int, ${keys.map(({ name }) => name.channelId)}::uuid[],
          ${keys.map(({ name }) => name.authorId)}::uuid[], ${keys.map(({ name }) => name.keyEpoch)}::int[],
          ${keys.map(({ wrapped }) => wrapped)}::bytea[], ${keys.map(({ anew }) => anew)}::bytea[]) AS changed`;
      return row?.changed ?? 0;
    },
  };
}

function subjectKeys(tx: Tx, workspaceId: WorkspaceId): Wrapped<UserId> {
  return {
    async under(version, after, limit) {
      const rows = await tx.$queryRaw<{ name: UserId; wrapped: Uint8Array }[]>`
        SELECT subject_id AS name, wrapped FROM subject_key
        WHERE workspace_id = ${workspaceId}::uuid AND workspace_key = ${version}::int
          AND subject_id > ${after ?? FIRST}::uuid
        ORDER BY subject_id LIMIT ${limit}::int`;
      return rows;
    },
    async rewrap(version, keys) {
      const [row] = await tx.$queryRaw<{ changed: number }[]>`
        SELECT rewrap_subject_keys(${version}::int, ${keys.map(({ name }) => name)}::uuid[],
          ${keys.map(({ wrapped }) => wrapped)}::bytea[], ${keys.map(({ anew }) => anew)}::bytea[]) AS changed`;
      return row?.changed ?? 0;
    },
  };
}

async function uses(tx: Tx, workspaceId: WorkspaceId): Promise<readonly KeyUse[]> {
  return tx.$queryRaw<KeyUse[]>`
    SELECT k.version, k.root_key AS "rootKey", k.created_at AS "createdAt", k.adopted_at AS "adoptedAt",
      (SELECT count(*)::int FROM data_key d
        WHERE d.workspace_id = k.workspace_id AND d.workspace_key = k.version) AS "dataKeys",
      (SELECT count(*)::int FROM subject_key s
        WHERE s.workspace_id = k.workspace_id AND s.workspace_key = k.version) AS "subjectKeys",
      (SELECT count(*)::int FROM channel c
        WHERE c.workspace_id = k.workspace_id AND k.version IN (c.name_key, c.topic_key)) AS channels,
      (SELECT count(*)::int FROM content_filter f
        WHERE f.workspace_id = k.workspace_id AND f.text_key = k.version) AS filters,
      (SELECT count(*)::int FROM audit_event e
        WHERE e.workspace_id = k.workspace_id AND e.sealed_key = k.version) AS "auditEvents",
      (SELECT count(*)::int FROM erasure x
        WHERE x.workspace_id = k.workspace_id AND x.origin_key = k.version) AS erasures,
      (SELECT count(*)::int FROM legal_hold h
        WHERE h.workspace_id = k.workspace_id AND h.reason_key = k.version)
        + (SELECT count(*)::int FROM request_deadline r
        WHERE r.workspace_id = k.workspace_id AND r.reason_key = k.version) AS holds
    FROM workspace_key k WHERE k.workspace_id = ${workspaceId}::uuid ORDER BY k.version`;
}

export interface RootKeyUse {
  readonly rootKey: string;
  readonly workspaceKeys: number;
  /** Signing keys that still verify. */
  readonly signingKeys: number;
}

/** Which root keys wrap anything, in all workspaces and of the server itself. */
export async function rootKeysInUse(statements: Statements): Promise<readonly RootKeyUse[]> {
  const text = 'SELECT * FROM root_keys_in_use()';
  const rows = await statements.run<Record<'root_key' | 'workspace_keys' | 'signing_keys', string>>(
    'root-keys-in-use',
    text,
    [],
  );
  return rows.map(({ root_key: rootKey, workspace_keys, signing_keys }) => ({
    rootKey,
    workspaceKeys: Number(workspace_keys),
    signingKeys: Number(signing_keys),
  }));
}

export interface NamedWorkspace {
  readonly id: WorkspaceId;
  readonly slug: string;
}

/** Workspaces read at a time. */
const PAGE = 100;

/** All workspaces, also those that are made meanwhile with a later id. */
export async function* everyWorkspace(statements: Statements): AsyncGenerator<NamedWorkspace> {
  let after: WorkspaceId | null = null;
  for (;;) {
    const values: unknown[] = [after, PAGE];
    const rows: readonly (NamedWorkspace & Record<string, unknown>)[] = await statements.run(
      'workspaces-after',
      'SELECT id, slug FROM workspaces_after($1, $2)',
      values,
    );
    yield* rows;
    after = rows.at(-1)?.id ?? null;
    if (rows.length < PAGE) return;
  }
}
