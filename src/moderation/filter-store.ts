/** Filters as rows; a removed one stays, so that every change shows in the sum of the versions. */
import type {
  ChannelId,
  FilterAction,
  FilterId,
  FilterKind,
  UserId,
  WorkspaceId,
} from '../contract/index.ts';
import type { Statements, Tx } from '../platform/postgres/index.ts';

export interface FilterRow {
  readonly id: FilterId;
  readonly channelId: ChannelId | null;
  readonly kind: FilterKind;
  readonly action: FilterAction;
  readonly textSealed: Uint8Array;
  readonly textKey: number;
  readonly version: number;
  readonly hits: number;
  readonly createdBy: UserId;
  readonly createdAt: Date;
}

export interface FilterStore {
  /** Waits for whoever else changes filters of the workspace, so that they are counted one after the other. */
  hold(): Promise<void>;
  /** Those of the workspace that are in force, or of one channel (null: of no channel), the oldest first. */
  list(channelId?: ChannelId | null): Promise<readonly FilterRow[]>;
  find(id: FilterId): Promise<FilterRow | null>;
  add(filter: FilterRow): Promise<void>;
  change(
    filter: FilterRow,
    to: Partial<Pick<FilterRow, 'action' | 'textSealed' | 'textKey'>>,
  ): Promise<FilterRow>;
  remove(filter: FilterRow, at: Date): Promise<void>;
  count(hits: ReadonlyMap<FilterId, number>): Promise<void>;
}

/** Another value whenever a filter of the workspace was made, changed or removed. Refuses `unavailable`. */
export type FilterState = (workspaceId: WorkspaceId) => Promise<string>;

/** One statement beside the transactions, which may be waiting in line. */
export function filterState(statements: Statements): FilterState {
  const text = 'SELECT filter_state($1::uuid) AS state';
  return async (workspaceId) => {
    const values = [workspaceId];
    const [row] = await statements.read<{ state: string }>('filter-state', text, values);
    return row?.state ?? '';
  };
}

export function filterStore(tx: Tx, workspaceId: WorkspaceId): FilterStore {
  const shown = (raw: { hits: bigint }) =>
    ({ ...raw, hits: Number(raw.hits) }) as unknown as FilterRow;
  return {
    async hold() {
      await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('filters:' || ${workspaceId}, 0))::text`;
    },
    async list(channelId) {
      const where = { removedAt: null, ...(channelId !== undefined && { channelId }) };
      const rows = await tx.contentFilter.findMany({ where, orderBy: { id: 'asc' } });
      return rows.map(shown);
    },
    async find(id) {
      const row = await tx.contentFilter.findFirst({ where: { id, removedAt: null } });
      return row && shown(row);
    },
    async add({ textSealed, hits, ...filter }) {
      const sealed = new Uint8Array(textSealed);
      const data = { ...filter, textSealed: sealed, hits: BigInt(hits), workspaceId };
      await tx.contentFilter.createMany({ data });
    },
    async change(filter, { textSealed = filter.textSealed, ...to }) {
      const changed = {
        ...to,
        textSealed: new Uint8Array(textSealed),
        version: filter.version + 1,
      };
      await tx.contentFilter.updateMany({ where: { id: filter.id }, data: changed });
      return { ...filter, ...changed };
    },
    async remove({ id, version }, removedAt) {
      await tx.contentFilter.updateMany({
        where: { id },
        data: { removedAt, version: version + 1 },
      });
    },
    async count(hits) {
      // In one order on every node, so that two who count the same ones do not wait for each other.
      await tx.$queryRaw`
        SELECT 1 FROM content_filter WHERE id = ANY (${[...hits.keys()]}::uuid[])
        ORDER BY id FOR NO KEY UPDATE`;
      await tx.$executeRaw`
        UPDATE content_filter f SET hits = f.hits + n.hits
        FROM unnest(${[...hits.keys()]}::uuid[], ${[...hits.values()]}::bigint[]) AS n (id, hits)
        WHERE f.id = n.id`;
    },
  };
}
