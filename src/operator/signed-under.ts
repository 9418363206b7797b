/** Counts what is kept and was signed under each root key: the ledger of erasures, without which no node starts, and receipts. */
import { documentSigner, type Keyring } from '../crypto/index.ts';
import { ledgerFile } from '../privacy/index.ts';

export interface SignedUnder {
  /** Null: the ledger cannot be read here, so nobody knows. */
  readonly ledgerLines: number | null;
  readonly receipts: number;
}

export interface SignedDocuments {
  /** Of the ledger. */
  readonly path: string;
  /** How many receipts each key signed. */
  readonly receipts: AsyncIterable<{ readonly key: string; readonly count: number }>;
}

/**
 * By the name of the root key; for a key that the ring does not give, by its thumbprint. Lines are not proved here: a
 * node does that when it starts.
 */
export async function signedUnder(
  ring: Keyring,
  { path, receipts }: SignedDocuments,
): Promise<ReadonlyMap<string, SignedUnder>> {
  const names = new Map(
    ring.names.map((name) => {
      const { current } = documentSigner({ ...ring, current: name, names: [name] });
      return [current.kid, name] as const;
    }),
  );
  const lines = await linesByKey(path);
  const found = new Map<string, SignedUnder>();
  const add = (key: string, field: keyof SignedUnder, count: number) => {
    const name = names.get(key) ?? key;
    const before = found.get(name) ?? { ledgerLines: lines && 0, receipts: 0 };
    found.set(name, { ...before, [field]: (before[field] ?? 0) + count });
  };
  for (const name of ring.names) found.set(name, { ledgerLines: lines && 0, receipts: 0 });
  for (const [key, count] of lines ?? []) add(key, 'ledgerLines', count);
  for await (const { key, count } of receipts) add(key, 'receipts', count);
  return found;
}

/** None where there is no ledger yet; null where it cannot be read here, or is none. */
async function linesByKey(path: string): Promise<ReadonlyMap<string, number> | null> {
  const counts = new Map<string, number>();
  try {
    for (const line of (await ledgerFile(path).read(0))?.lines ?? []) {
      const { key } = JSON.parse(line) as { readonly key?: unknown };
      if (typeof key !== 'string') return null;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  } catch {
    return null; // on another machine, or damaged: the gate says how
  }
}
