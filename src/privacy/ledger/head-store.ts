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
  move(to: Head): Promise<void>;
}

/** The heads of all workspaces, for who starts a server. */
export type AllHeads = () => Promise<ReadonlyMap<WorkspaceId, Head>>;

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
    async move({ seq, hash }) {
      const to = { seq: BigInt(seq), hash: new Uint8Array(Buffer.from(hash, 'hex')) };
      await tx.erasureHead.upsert({
        where: { workspaceId },
        create: { workspaceId, ...to },
        update: to,
      });
    },
  };
}

export function allHeads(statements: Statements): AllHeads {
  return async () => {
    const rows = await statements.run<{ workspace_id: WorkspaceId; seq: string; hash: Buffer }>(
      'erasure-heads',
      'SELECT workspace_id, seq, hash FROM erasure_heads()',
      [],
    );
    return new Map(
      rows.map(({ workspace_id: id, seq, hash }) => [
        id,
        { seq: Number(seq), hash: hash.toString('hex') },
      ]),
    );
  };
}
