/** Records security-relevant refusals in transactions of their own, from a bounded queue whose drops are counted. */
import type { AuditDetail, Refusal } from '../kernel/index.ts';
import type { RefusalCode, WorkspaceId } from '../contract/index.ts';
import { typeOfRefusal } from './catalogue.ts';
import type { Entry, Recorder } from './recorder.ts';
import type { Tx } from './store.ts';

type Transaction = <T>(
  workspaceId: WorkspaceId,
  mode: 'own',
  work: (tx: Tx) => Promise<T>,
) => Promise<T>;

/** Different refusals that may wait; the same one again only raises its count. */
const WAITING = 1_000;
/** Rows written in one transaction at most. */
const TOGETHER = 50;

interface Waiting {
  readonly entry: Omit<Entry, 'outcome' | 'type'> & { readonly code: RefusalCode };
  count: number;
}

export class RefusalLog {
  readonly #recorder: Recorder;
  readonly #transaction: Transaction;
  readonly #failed: (error: unknown, lost: number) => void;
  readonly #waiting = new Map<string, Waiting>();
  #writing: Promise<void> | null = null;
  #dropped = 0;

  constructor(
    recorder: Recorder,
    transaction: Transaction,
    failed: (error: unknown, lost: number) => void,
  ) {
    this.#recorder = recorder;
    this.#transaction = transaction;
    this.#failed = failed;
  }

  /** Refusals that were not recorded because too many waited. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes note and returns at once. Identical refusals that wait together become one row with their count. */
  note(entry: Omit<Entry, 'outcome' | 'type' | 'facts'>, refusal: Refusal): void {
    const { code } = refusal;
    if (typeOfRefusal(code) === null) return;
    const { caller, action, traceId } = entry;
    const who = caller.kind === 'actor' ? caller.userId : caller.origin.address;
    const key = `${caller.workspaceId}|${who}|${action}|${code}`;
    const same = this.#waiting.get(key);
    if (same) same.count += 1;
    else if (this.#waiting.size >= WAITING) this.#dropped += 1;
    else {
      const facts = { resource: { kind: 'operation', id: null } };
      this.#waiting.set(key, { entry: { action, caller, traceId, facts, code }, count: 1 });
    }
    this.#writing ??= this.#write().finally(() => (this.#writing = null));
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #write(): Promise<void> {
    await Promise.resolve(); // let the calls of this turn gather
    while (this.#waiting.size > 0) {
      const first = this.#waiting.values().next().value;
      if (!first) return;
      const { workspaceId } = first.entry.caller;
      const batch = [...this.#waiting]
        .filter(([, { entry }]) => entry.caller.workspaceId === workspaceId)
        .slice(0, TOGETHER);
      for (const [key] of batch) this.#waiting.delete(key);
      const work = async (tx: Tx) => {
        for (const [, waiting] of batch) await this.#record(tx, waiting);
      };
      await this.#transaction(workspaceId, 'own', work).catch((error: unknown) => {
        const lost = batch.reduce((sum, [, { count }]) => sum + count, 0);
        this.#dropped += lost;
        this.#failed(error, lost);
      });
    }
  }

  async #record(tx: Tx, { entry, count }: Waiting): Promise<void> {
    const { code, facts, ...rest } = entry;
    const type = typeOfRefusal(code);
    if (!type) return;
    const details: Record<string, AuditDetail> = { count };
    await this.#recorder.record(tx, { ...rest, type, outcome: code, facts: { ...facts, details } });
  }
}
