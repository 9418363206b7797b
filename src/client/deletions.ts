/** How far one's own bulk deletions are: as it is told, and asked for again where a connection may have missed it. */
import type { Broadcasts } from '../contract/broadcasts.ts';
import type { DeletionId } from '../contract/moderation.ts';
import type { DeletionProgress, Deletions, Unlisten } from './api.ts';
import type { Online } from './online.ts';
import { Changes } from './watched.ts';

/** Deletions that are remembered; beyond, those that were heard of first are forgotten. */
const KEPT = 20;
/** After asking was put off. */
const AGAIN_MS = 2_000;

export class OwnDeletions implements Deletions {
  readonly #parts: Online;
  readonly #changes: Changes;
  readonly #known = new Map<DeletionId, DeletionProgress>();

  constructor(parts: Online) {
    this.#parts = parts;
    this.#changes = new Changes(parts.failed);
  }

  get all(): readonly DeletionProgress[] {
    return [...this.#known.values()];
  }

  on(_event: 'changed', listener: () => void): Unlisten {
    return this.#changes.on(listener);
  }

  async takeUp(): ReturnType<Deletions['takeUp']> {
    const outcome = await this.#parts.calls.call('deletion.list', { limit: KEPT });
    if (!outcome.ok) return outcome;
    const underWay = outcome.data.deletions.filter(({ finished }) => !finished).reverse();
    for (const { id: deletionId, ...deletion } of underWay) this.#put({ deletionId, ...deletion });
    // One that came to its end meanwhile was told before the answer.
    return { ok: true, data: underWay.filter(({ id }) => !this.#known.get(id)?.finished) };
  }

  heard(event: string, payload: unknown): void {
    if (event === 'moderation.progress') this.#put(payload as Broadcasts['moderation.progress']);
  }

  /** There is a connection, on which nothing is told of what was deleted before it. */
  back(): void {
    if (this.all.some(({ finished }) => !finished)) this.#ask().catch(this.#parts.failed);
  }

  clear(): void {
    this.#known.clear();
    this.#changes.changed();
  }

  async #ask(): Promise<void> {
    const { calls, timers, online } = this.#parts;
    const outcome = await calls.call('deletion.list', {});
    if (outcome.ok) {
      const { deletions } = outcome.data;
      for (const { id: deletionId, ...deletion } of deletions)
        if (this.#known.has(deletionId)) this.#put({ deletionId, ...deletion });
    } else if (outcome.refusal.retry === 'later' && online())
      timers.after(outcome.refusal.retryAfterMs ?? AGAIN_MS, () => {
        if (online()) this.back();
      });
  }

  /** What was read may be older than what was told since: a deletion only goes on. */
  #put({ deletionId, channelId, deleted, finished }: DeletionProgress): void {
    const before = this.#known.get(deletionId);
    if (before && (before.finished || before.deleted > deleted)) return;
    this.#known.set(deletionId, { deletionId, channelId, deleted, finished });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KEPT) break;
      this.#known.delete(oldest);
    }
    this.#changes.changed();
  }
}
