/** One message on its way: what was written, and how far it has come. */
import type { OutboxEntry, OutboxState } from './api.ts';
import type { Draft } from './outbox-store.ts';

/** What an entry asks of its outbox. */
export interface EntryOwner {
  retry(entry: Entry): Promise<void>;
  discard(entry: Entry): Promise<void>;
  changed(): void;
}

export const PENDING: OutboxState = { is: 'pending', retryAt: null, refusal: null };

export class Entry implements OutboxEntry {
  readonly #owner: EntryOwner;
  readonly #waiting = new Set<(state: OutboxState) => void>();
  #state: OutboxState;
  draft: Draft;
  /** Whether the storage has it: nothing is sent before. */
  stored = false;
  /** Attempts since it was written or tried again. */
  attempts = 0;

  constructor(owner: EntryOwner, draft: Draft) {
    this.#owner = owner;
    this.draft = draft;
    this.#state = draft.failed ? { is: 'failed', refusal: draft.failed } : PENDING;
  }

  get clientId() {
    return this.draft.clientId;
  }

  get channelId() {
    return this.draft.channelId;
  }

  get body() {
    return this.draft.body;
  }

  get replyTo() {
    return this.draft.replyTo;
  }

  get mentions() {
    return this.draft.mentions ?? [];
  }

  get at() {
    return this.draft.at;
  }

  get state(): OutboxState {
    return this.#state;
  }

  become(state: OutboxState): void {
    this.#state = state;
    if (state.is !== 'pending') {
      for (const resolve of this.#waiting) resolve(state);
      this.#waiting.clear();
    }
    this.#owner.changed();
  }

  settled(): Promise<OutboxState> {
    if (this.#state.is !== 'pending') return Promise.resolve(this.#state);
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  retry(): Promise<void> {
    return this.#owner.retry(this);
  }

  discard(): Promise<void> {
    return this.#owner.discard(this);
  }
}
