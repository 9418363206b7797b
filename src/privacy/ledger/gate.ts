/** Before a server serves, its database holds nothing that the ledger says was destroyed, or it does not serve. */
import type { WorkspaceId } from '../../contract/index.ts';
import { LedgerFault, type LedgerEntry } from './entry.ts';
import type { HeadFile, Heads } from './head-file.ts';
import type { KnownHead, KnownHeads } from './head-store.ts';
import { THE_DATABASE, type Ledger, type LedgerLine } from './ledger.ts';

/** What became of a line that the database had not heard of. */
export type Replayed = 'destroyed' | 'held' | 'nobody' | 'known' | 'elsewhere';

export interface GateOptions {
  readonly ledger: Ledger;
  readonly path: string;
  readonly knownHeads: KnownHeads;
  /** Null: none is set. */
  readonly headFile: HeadFile | null;
  /** Destroys the keys that the entry names, in a transaction of its own, and has the rest done by a job. */
  readonly replay: (workspaceId: WorkspaceId, entry: LedgerEntry) => Promise<Replayed>;
  /** Brings the file of heads up to the ledger, and notes for the workspace whether there is one. */
  readonly file: (workspaceId: WorkspaceId) => Promise<void>;
  readonly notice: (what: string, detail: object) => void;
}

type Chains = ReadonlyMap<WorkspaceId, readonly LedgerLine[]>;

/** Throws LedgerFault, in a sentence for the person who runs the server; then nothing may be served. */
export async function passGate(options: GateOptions): Promise<void> {
  const { path, knownHeads } = options;
  const heads = await knownHeads.heads();
  const { chains, filed } = await proved(options, heads).catch((error: unknown) => {
    if (!(error instanceof LedgerFault)) throw error;
    throw new LedgerFault(
      `The ledger of erasures (ERASURE_LEDGER_FILE, ${path}) cannot be relied on: ${error.message}. ` +
        'The server does not serve without it: whoever was erased might come back. Put the true file in its place.',
    );
  });
  const followed = await replayed(options, chains, heads);
  await file(options, { chains, heads, filed, followed });
}

/**
 * What there is, once every line is proved and it ends nowhere before where somebody knows that it did. Who else knows
 * is asked first: what nodes that run add meanwhile is in the ledger before it is anywhere else.
 */
export async function proved(
  { ledger, knownHeads, headFile }: Pick<GateOptions, 'ledger' | 'knownHeads' | 'headFile'>,
  heads: ReadonlyMap<WorkspaceId, KnownHead>,
): Promise<{ readonly chains: Chains; readonly filed: Heads | null }> {
  const floors = await knownHeads.floors();
  const ofFile = headFile?.name ?? '';
  const filed = (await headFile?.read()) ?? null;
  if (headFile && !filed && [...heads.values()].some((head) => head.filed))
    throw new LedgerFault(
      `${ofFile} is missing, and the database knows that there was one (if it is lost for good, and the ledger is known to be the newest, start once without ERASURE_HEAD_FILE)`,
    );
  const chains = await ledger.read();
  for (const [witness, known] of [
    [THE_DATABASE, heads],
    ['the newest backup that was there when this database was restored', floors],
    [ofFile, filed ?? new Map<WorkspaceId, never>()],
  ] as const) {
    if (chains === null && known.size > 0)
      throw new LedgerFault(`it is missing, and ${witness} knows of entries in it`);
    for (const [workspaceId, head] of known) ledger.assertReaches(workspaceId, head, witness);
  }
  return { chains: chains ?? new Map<WorkspaceId, never>(), filed };
}

/** The workspaces of this database in which something was done again. */
async function replayed(
  { replay, notice }: GateOptions,
  chains: Chains,
  heads: ReadonlyMap<WorkspaceId, KnownHead>,
): Promise<ReadonlySet<WorkspaceId>> {
  const counts: Record<Replayed, number> = {
    ...{ destroyed: 0, held: 0, nobody: 0, known: 0, elsewhere: 0 },
  };
  const followed = new Set<WorkspaceId>();
  for (const [workspaceId, chain] of chains) {
    const known = heads.get(workspaceId)?.seq ?? 0;
    for (const { entry } of chain.slice(known)) {
      const what = await replay(workspaceId, entry);
      counts[what] += 1;
      if (what !== 'elsewhere') followed.add(workspaceId);
    }
  }
  if (counts.held > 0)
    notice('erasures in the ledger were not done again: legal holds keep them', counts);
  if (counts.destroyed + counts.nobody > 0)
    notice('erasures were done again: the database was older than the ledger', counts);
  return followed;
}

/** Where the setting is new, was taken out, or a node died between the ledger and its file of heads. */
async function file(
  options: GateOptions,
  found: {
    readonly chains: Chains;
    readonly heads: ReadonlyMap<WorkspaceId, KnownHead>;
    readonly filed: Heads | null;
    readonly followed: ReadonlySet<WorkspaceId>;
  },
): Promise<void> {
  const { chains, heads, filed, followed } = found;
  const isSet = options.headFile !== null;
  const behind = (id: WorkspaceId) => isSet && filed?.get(id)?.seq !== chains.get(id)?.length;
  const stale = [...heads].filter(([id, head]) => head.filed !== isSet || behind(id));
  for (const id of new Set([...stale.map(([one]) => one), ...followed])) await options.file(id);
  if (!isSet && stale.length > 0)
    options.notice('ERASURE_HEAD_FILE is not set any more: its file is not asked for from now on', {
      workspaces: stale.length,
    });
}
