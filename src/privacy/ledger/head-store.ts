/** Where the ledger ends, kept in the database: the second place, by which a ledger that lost lines is known. */
import type { WorkspaceId } from '../../contract/index.ts';
import type { Statements, Tx } from '../../platform/postgres/index.ts';

export interface Head {
  readonly seq: number;
  /** SHA-256 of the last line, in hex. */
  readonly hash: string;
}

export interface HeadStore {
  /** Waits until no other transaction, on whatever node, writes to the ledger; held until this one ends. */
  exclude(): Promise<void>;
  find(): Promise<Head | null>;
  /** `filed`: whether the file of heads says so as well; else that stays as it is. */
  move(to: Head, filed?: boolean): Promise<void>;
  /** What the file of heads has; nothing else changes. */
  setFiled(filed: boolean): Promise<void>;
}

export interface KnownHead extends Head {
  /** It was written to the file of heads, which is there for good from then on. */
  readonly filed: boolean;
}

/** What the database knows of the ledger, in all workspaces, for who starts a server. */
export interface KnownHeads {
  /** Up to where it was followed. */
  readonly heads: () => Promise<ReadonlyMap<WorkspaceId, KnownHead>>;
  /** Where it ended when the newest backup was taken that a restore saw: it must go as far as that. */
  readonly floors: () => Promise<ReadonlyMap<WorkspaceId, Head>>;
}

/** Any number that no other user of the database locks. */
const LEDGER = 4_711_030;

export function headStore(tx: Tx, workspaceId: WorkspaceId): HeadStore {
  return {
    async exclude() {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LEDGER})`;
    },
    async find() {
      const row = await tx.erasureHead.findUnique({ where: { workspaceId } });
      return row && { seq: Number(row.seq), hash: Buffer.from(row.hash).toString('hex') };
    },
    async move({ seq, hash }, filed) {
      const to = { seq: BigInt(seq), hash: new Uint8Array(Buffer.from(hash, 'hex')) };
      await tx.erasureHead.upsert({
        where: { workspaceId },
        create: { workspaceId, ...to, filed: filed === true },
        update: { ...to, ...(filed !== undefined && { filed }) },
      });
    },
    async setFiled(filed) {
      await tx.erasureHead.updateMany({ where: { workspaceId }, data: { filed } });
    },
  };
}

interface HeadRow extends Record<string, unknown> {
  readonly workspace_id: WorkspaceId;
  readonly seq: string;
  readonly hash: Buffer;
}

export function knownHeads(statements: Statements): KnownHeads {
  const headOf = ({ seq, hash }: HeadRow) => ({ seq: Number(seq), hash: hash.toString('hex') });
  return {
    async heads() {
      const text = 'SELECT workspace_id, seq, hash, filed FROM erasure_heads()';
      const rows = await statements.run<HeadRow & { filed: boolean }>('erasure-heads', text, []);
      return new Map(
        rows.map((row) => [row.workspace_id, { ...headOf(row), filed: row.filed }] as const),
      );
    },
    async floors() {
      const text = 'SELECT workspace_id, seq, hash FROM erasure_floors()';
      const rows = await statements.run<HeadRow>('erasure-floors', text, []);
      return new Map(rows.map((row) => [row.workspace_id, headOf(row)] as const));
    },
  };
}
