/** Before a server serves, its database holds nothing that the ledger says was destroyed, or it does not serve. */
import type { WorkspaceId } from '../../contract/index.ts';
import { LedgerFault, type LedgerEntry } from './entry.ts';
import type { AllHeads } from './head-store.ts';
import type { Ledger } from './ledger.ts';

/** What became of a line that the database had not heard of. */
export type Replayed = 'destroyed' | 'held' | 'nobody' | 'known' | 'elsewhere';

export interface GateOptions {
  readonly ledger: Ledger;
  readonly path: string;
  readonly allHeads: AllHeads;
  /** Destroys the keys that the entry names, in a transaction of its own, and has the rest done by a job. */
  readonly replay: (workspaceId: WorkspaceId, entry: LedgerEntry) => Promise<Replayed>;
  readonly notice: (what: string, detail: object) => void;
}

/** Throws LedgerFault, in a sentence for the person who runs the server; then nothing may be served. */
export async function passGate(options: GateOptions): Promise<void> {
  const { ledger, path, allHeads, replay, notice } = options;
  const heads = await allHeads();
  const name = (error: unknown) =>
    error instanceof LedgerFault
      ? new LedgerFault(
          `The ledger of erasures (ERASURE_LEDGER_FILE, ${path}) cannot be relied on: ${error.message}. ` +
            'The server does not serve without it: whoever was erased might come back. Put the true file in its place.',
        )
      : error;
  const chains = await ledger.read().catch((error: unknown) => {
    throw name(error);
  });
  if (chains === null && heads.size > 0)
    throw name(new LedgerFault('it is missing, and the database knows of entries in it'));
  try {
    for (const [workspaceId, head] of heads) ledger.assertReaches(workspaceId, head);
  } catch (error) {
    throw name(error);
  }
  const replayed: Record<Replayed, number> = {
    ...{ destroyed: 0, held: 0, nobody: 0, known: 0, elsewhere: 0 },
  };
  for (const [workspaceId, chain] of chains ?? []) {
    const known = heads.get(workspaceId)?.seq ?? 0;
    for (const { entry } of chain.slice(known)) replayed[await replay(workspaceId, entry)] += 1;
  }
  if (replayed.held > 0)
    notice('erasures in the ledger were not done again: legal holds keep them', replayed);
  if (replayed.destroyed + replayed.nobody > 0)
    notice('erasures were done again: the database was older than the ledger', replayed);
}
