/** The ledger of erasures: what was destroyed is written down outside of the database before it is destroyed. */
import type { WorkspaceId } from '../../contract/index.ts';
import {
  BEGINNING,
  entryOf,
  hashOf,
  LedgerFault,
  lineOf,
  type LedgerEntry,
  type LedgerSeal,
} from './entry.ts';
import type { LedgerFile } from './file.ts';
import type { HeadFile, Heads } from './head-file.ts';
import type { Head, HeadStore } from './head-store.ts';

export type Erased = Pick<LedgerEntry, 'erasureId' | 'subjectId' | 'channelId' | 'at'>;

/** A line of the file with its hash. */
export interface LedgerLine {
  readonly entry: LedgerEntry;
  readonly hash: string;
}

/** Who knows where it ends, in words for whoever reads that it ends before that. */
export const THE_DATABASE = 'the database';

export class Ledger {
  readonly #file: LedgerFile;
  readonly #seal: LedgerSeal;
  /** Null: the database is the only other place that knows where the ledger ends. */
  readonly #headFile: HeadFile | null;
  /** What was read and proved so far; from there on the file is read again each time. */
  #size = 0;
  #lines = 0;
  readonly #chains = new Map<WorkspaceId, LedgerLine[]>();

  constructor(file: LedgerFile, seal: LedgerSeal, heads: HeadFile | null = null) {
    this.#file = file;
    this.#seal = seal;
    this.#headFile = heads;
  }

  /**
   * Writes that this is erased, and moves the head there with the caller's transaction. What was written before and
   * not committed is not written again; what was committed is, for more of the same was destroyed since. Throws LedgerFault where the file is not the one that the head is of, and as
   * the file system does; then nothing may be destroyed.
   */
  async append(heads: HeadStore, workspaceId: WorkspaceId, erased: Erased): Promise<Head> {
    await heads.exclude();
    const head = await heads.find();
    await this.#readOn();
    this.assertReaches(workspaceId, head, THE_DATABASE);
    const uncommitted = this.#chains.get(workspaceId)?.slice(head?.seq ?? 0) ?? [];
    const written = uncommitted.find(({ entry }) => entry.erasureId === erased.erasureId);
    const { entry, hash } = written ?? (await this.#write(workspaceId, erased));
    await this.#headFile?.write(this.#heads());
    await heads.move({ seq: entry.seq, hash }, this.#headFile !== null);
    return { seq: entry.seq, hash };
  }

  /** Brings the file of heads up to where the ledger ends; for the caller's workspace, the database knows that it is there. */
  async file(heads: HeadStore): Promise<void> {
    await heads.exclude();
    await this.#readOn();
    await this.#headFile?.write(this.#heads());
    await heads.setFiled(this.#headFile !== null);
  }

  /** The line that was committed as that one. Throws LedgerFault where the file does not have it. */
  async committed(heads: HeadStore, workspaceId: WorkspaceId, seq: number): Promise<Head> {
    await heads.exclude();
    await this.#readOn();
    const line = this.#chains.get(workspaceId)?.[seq - 1];
    if (!line) throw new LedgerFault(`entry ${seq} of workspace ${workspaceId} is not there`);
    return { seq, hash: line.hash };
  }

  /** All lines, each proved, by workspace; null where there is no file. Throws LedgerFault. */
  async read(): Promise<ReadonlyMap<WorkspaceId, readonly LedgerLine[]> | null> {
    const exists = await this.#readOn();
    return exists ? this.#chains : null;
  }

  /** Throws LedgerFault where the file has lost what `witness` says was in it, or has something else there. */
  assertReaches(workspaceId: WorkspaceId, head: Head | null, witness: string): void {
    if (!head) return;
    const chain = this.#chains.get(workspaceId) ?? [];
    const there = chain[head.seq - 1];
    const about = `of workspace ${workspaceId}`;
    if (!there)
      throw new LedgerFault(
        `it ends at entry ${chain.length} ${about}, and ${witness} knows of ${head.seq}: lines are missing at its end`,
      );
    if (there.hash !== head.hash)
      throw new LedgerFault(
        `entry ${head.seq} ${about} is another one than ${witness} knows: this is not its ledger`,
      );
  }

  #heads(): Heads {
    const last = [...this.#chains].map(([id, chain]) => [id, chain.at(-1)] as const);
    return new Map(
      last.flatMap(([id, line]) => (line ? [[id, { seq: line.entry.seq, hash: line.hash }]] : [])),
    );
  }

  async #write(workspaceId: WorkspaceId, erased: Erased): Promise<LedgerLine> {
    const last = this.#chains.get(workspaceId)?.at(-1);
    const { erasureId, subjectId, channelId, at } = erased;
    const entry: LedgerEntry = this.#seal.sign({
      ...{ version: 1 as const, workspaceId, seq: (last?.entry.seq ?? 0) + 1, at },
      ...{ erasureId, subjectId, channelId, prev: last?.hash ?? BEGINNING },
    });
    await this.#file.append(lineOf(entry));
    await this.#readOn();
    const line = this.#chains.get(workspaceId)?.at(-1);
    if (line?.entry.erasureId !== erasureId)
      throw new LedgerFault('a line that was just written is not in the file');
    return line;
  }

  /** False where there is no file. */
  async #readOn(): Promise<boolean> {
    const found = await this.#file.read(this.#size);
    const size = found?.size ?? 0;
    if (size < this.#size)
      throw new LedgerFault('it is shorter than it was a while ago: lines were taken away');
    for (const line of found?.lines ?? []) this.#take(line);
    this.#size = size;
    return found !== null;
  }

  #take(text: string): void {
    const number = this.#lines + 1;
    const entry = entryOf(text, number, this.#seal);
    const chain = this.#chains.get(entry.workspaceId) ?? [];
    const last = chain.at(-1);
    if (entry.seq !== chain.length + 1 || entry.prev !== (last?.hash ?? BEGINNING))
      throw new LedgerFault(
        `line ${number} does not follow the entry before it: a line was taken out, put in or moved`,
      );
    const line = { entry, hash: hashOf(text) };
    chain.push(line);
    this.#chains.set(entry.workspaceId, chain);
    this.#lines = number;
  }
}
