/** Tells of everything sealed that did not open: at once in the log, and once for all nodes on record. */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { WorkspaceId } from '../contract/index.ts';
import type { Clock, Entropy } from '../kernel/index.ts';
import { addDamage, type Damage, type FoundDamage } from './integrity-store.ts';
import type { Tx } from './store.ts';

export interface IntegrityOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'own',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
  /** Hears of each damage once on this node. */
  readonly alarmed: (damage: Damage) => void;
  /** Hears of what could not be written, or found no place to wait for it; whoever reads it again tries again. */
  readonly failed: (error: unknown, lost: number) => void;
}

/** Damages that a node remembers to have told of. */
const REMEMBERED = 10_000;
/** Damages that may wait to be written: a table that was overwritten must not fill the memory. */
const WAITING = 1_000;

export class IntegrityLog {
  readonly #options: IntegrityOptions;
  readonly #told = new LRUCache<string, true>({ max: REMEMBERED });
  readonly #waiting: { readonly name: string; readonly damage: FoundDamage }[] = [];
  #writing: Promise<void> | null = null;

  constructor(options: IntegrityOptions) {
    this.#options = options;
  }

  /** Takes note and returns at once. `sealed` is what stood there; null where nothing did that should. */
  note(damage: Damage, sealed: Uint8Array | null): void {
    const { workspaceId, kind, id } = damage;
    const found = createHash('sha256')
      .update(sealed ?? '')
      .digest();
    const name = `${workspaceId} ${kind} ${id} ${found.toString('base64')}`;
    if (this.#told.has(name)) return;
    this.#told.set(name, true);
    this.#options.alarmed({ workspaceId, kind, id });
    if (this.#waiting.length >= WAITING) {
      this.#told.delete(name);
      this.#options.failed(new Error('too many damages wait to be recorded'), 1);
      return;
    }
    this.#waiting.push({ name, damage: { workspaceId, kind, id, found } });
    this.#writing ??= this.#write().finally(() => (this.#writing = null));
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #write(): Promise<void> {
    const { transaction, entropy, clock, failed } = this.#options;
    await Promise.resolve(); // the transaction in which it was found goes on first
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const { name, damage } = next;
      const event = { id: entropy.id(), at: clock.now(), traceId: entropy.id() };
      try {
        await transaction(damage.workspaceId, 'own', (tx) => addDamage(tx, damage, event));
      } catch (error) {
        this.#told.delete(name);
        failed(error, 1);
      }
    }
  }
}
