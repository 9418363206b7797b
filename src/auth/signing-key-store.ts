/** Published signing keys as rows, through three functions of the database; nobody reads the table itself. */
import type { Statements } from '../platform/postgres/index.ts';

/** A row as it is stored. Times are milliseconds since the epoch by the clock of the database. */
export interface SigningKeyRow {
  /** 1 for the first that was ever published. */
  readonly number: number;
  readonly kid: string;
  /** Name of the root key that seals the private half. */
  readonly rootKey: string;
  readonly sealed: Uint8Array;
  readonly signsFrom: number;
  /** From then on, nothing that was signed with a key before this one is believed. */
  readonly earlierUntil: number;
}

export interface SigningKeyRows {
  /** Every key that still verifies or is going to, oldest first, and the time of the database. */
  all(): Promise<{ readonly now: number; readonly rows: readonly SigningKeyRow[] }>;
  /** The number of the next key, and the time of the database. */
  next(): Promise<{ readonly now: number; readonly number: number }>;
  /** False when another key has the number by now, or this one would sign before every node knows it. */
  publish(row: SigningKeyRow): Promise<boolean>;
}

interface Row {
  readonly now: string;
  readonly number: number;
  readonly kid: string;
  readonly root_key: string;
  readonly sealed: Buffer;
  readonly signs_from: string;
  readonly earlier_until: string;
}

export function signingKeyRows(statements: Statements): SigningKeyRows {
  return {
    async all() {
      const text = 'SELECT * FROM signing_keys()';
      const rows = await statements.run<Row & Record<string, unknown>>('signing-keys', text, []);
      return { now: Number(rows[0]?.now ?? 0), rows: rows.map(shown) };
    },
    async next() {
      const text = 'SELECT * FROM next_signing_key()';
      const [row] = await statements.run<Pick<Row, 'now' | 'number'>>('next-signing-key', text, []);
      if (!row) throw new Error('the database gave no place for a signing key');
      return { now: Number(row.now), number: row.number };
    },
    async publish({ number, kid, rootKey, sealed, signsFrom, earlierUntil }) {
      const [row] = await statements.run<{ done: boolean }>(
        'publish-signing-key',
        'SELECT publish_signing_key($1, $2, $3, $4, $5, $6) AS done',
        [number, kid, rootKey, Buffer.from(sealed), signsFrom, earlierUntil],
      );
      return row?.done === true;
    },
  };
}

function shown({ number, kid, root_key: rootKey, sealed, ...times }: Row): SigningKeyRow {
  const signsFrom = Number(times.signs_from);
  return { number, kid, rootKey, sealed, signsFrom, earlierUntil: Number(times.earlier_until) };
}
