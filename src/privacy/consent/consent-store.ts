/** What people said about each purpose, as rows that are only added. */
import type {
  ConsentDecision,
  ConsentPurpose,
  ConsentSource,
  UserId,
  WorkspaceId,
} from '../../contract/index.ts';
import type { Tx } from '../../platform/postgres/index.ts';

export type { Tx };

export interface ConsentRow {
  readonly seq: number;
  readonly purpose: ConsentPurpose;
  readonly version: number;
  readonly decision: ConsentDecision;
  readonly at: Date;
  readonly source: ConsentSource;
  readonly addressSealed: Uint8Array | null;
}

export interface Granted {
  readonly userId: UserId;
  readonly since: Date;
}

export interface ConsentStore {
  /** Holds the account until the transaction ends; whoever says or asks something about its consents waits. */
  hold(userId: UserId): Promise<void>;
  /** What that person said last about each purpose. */
  latest(userId: UserId): Promise<ReadonlyMap<ConsentPurpose, ConsentRow>>;
  /** The place of their next row; only for who holds the account. */
  nextSeq(userId: UserId): Promise<number>;
  add(userId: UserId, row: ConsentRow): Promise<void>;
  /** The newest first, before that one. */
  page(userId: UserId, before: number | null, limit: number): Promise<readonly ConsentRow[]>;
  /**
   * Who consents to that version, of everybody or of one, as far as they are active; held, so that no withdrawal is
   * committed before this transaction is.
   */
  granted(
    purpose: ConsentPurpose,
    version: number,
    userId: UserId | null,
  ): Promise<readonly Granted[]>;
}

const COLUMNS = {
  ...{ seq: true, purpose: true, version: true, decision: true },
  ...{ at: true, source: true, addressSealed: true },
} as const;

export function consentStore(tx: Tx, workspaceId: WorkspaceId): ConsentStore {
  return {
    async hold(userId) {
      await tx.$queryRaw`SELECT 1 FROM account
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${userId}::uuid FOR NO KEY UPDATE`;
    },
    async latest(userId) {
      const rows = await tx.$queryRaw<ConsentRow[]>`
        SELECT DISTINCT ON (purpose) seq, purpose, version, decision, at, source,
          address_sealed AS "addressSealed"
        FROM consent WHERE workspace_id = ${workspaceId}::uuid AND user_id = ${userId}::uuid
        ORDER BY purpose, seq DESC`;
      return new Map(rows.map((row) => [row.purpose, row]));
    },
    async nextSeq(userId) {
      const { _max } = await tx.consent.aggregate({
        where: { workspaceId, userId },
        _max: { seq: true },
      });
      return (_max.seq ?? 0) + 1;
    },
    async add(userId, { addressSealed, ...row }) {
      const sealed = addressSealed && new Uint8Array(addressSealed);
      await tx.consent.create({ data: { workspaceId, userId, ...row, addressSealed: sealed } });
    },
    async page(userId, before, limit) {
      const rows = await tx.consent.findMany({
        where: { workspaceId, userId, ...(before !== null && { seq: { lt: before } }) },
        orderBy: { seq: 'desc' },
        take: limit,
        select: COLUMNS,
      });
      return rows as ConsentRow[]; // the table's CHECKs allow nothing else
    },
    async granted(purpose, version, userId) {
      // A statement of its own: the one that decides sees what this one waited for.
      await tx.$queryRaw`
        SELECT 1 FROM account a
        WHERE a.workspace_id = ${workspaceId}::uuid AND (${userId}::uuid IS NULL OR a.id = ${userId}::uuid)
          AND EXISTS (
            SELECT FROM consent c
            WHERE c.workspace_id = a.workspace_id AND c.purpose = ${purpose} AND c.user_id = a.id)
        ORDER BY a.id FOR SHARE OF a`;
      return tx.$queryRaw<Granted[]>`
        SELECT c.user_id AS "userId", c.at AS since FROM consent c
        JOIN account a ON a.workspace_id = c.workspace_id AND a.id = c.user_id AND a.status = 'active'
        WHERE c.workspace_id = ${workspaceId}::uuid AND c.purpose = ${purpose}
          AND (${userId}::uuid IS NULL OR c.user_id = ${userId}::uuid)
          AND c.decision = 'granted' AND c.version = ${version} AND NOT EXISTS (
            SELECT FROM consent n
            WHERE n.workspace_id = c.workspace_id AND n.purpose = c.purpose AND n.user_id = c.user_id
              AND n.seq > c.seq)
        ORDER BY c.user_id`;
    },
  };
}
