/** Unsent messages in the storage port, in the order in which they were written, each under its author. */
import type { ChannelId, ClientId, MessageId, UserId } from '../contract/ids.ts';
import type { SendRefusal } from './api.ts';
import type { Storage } from './ports.ts';
import type { Refused } from './types.ts';

export interface Draft {
  readonly clientId: ClientId;
  readonly channelId: ChannelId;
  readonly body: string;
  readonly replyTo: MessageId | null;
  /** Left out where nobody is mentioned. */
  readonly mentions?: readonly UserId[];
  readonly at: number;
  /** Its place among the author's drafts. */
  readonly order: number;
  /** Why it will not be sent by itself. */
  readonly failed: Refused<SendRefusal> | null;
}

export class OutboxStore {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** At most `most` drafts, the oldest first. A text that is no draft is left where it is. */
  async load(author: UserId, most: number): Promise<Draft[]> {
    const keys = [...(await this.#storage.keys(prefix(author)))].sort();
    const drafts: Draft[] = [];
    for (const key of keys.slice(0, most)) {
      const draft = parsed(await this.#storage.read(key));
      if (draft) drafts.push(draft);
    }
    return drafts;
  }

  write(author: UserId, draft: Draft): Promise<void> {
    return this.#storage.write(keyOf(author, draft), JSON.stringify(draft));
  }

  remove(author: UserId, draft: Draft): Promise<void> {
    return this.#storage.remove(keyOf(author, draft));
  }

  async clear(author: UserId): Promise<void> {
    for (const key of await this.#storage.keys(prefix(author))) await this.#storage.remove(key);
  }
}

const prefix = (author: UserId) => `outbox/${author}/`;

function keyOf(author: UserId, { order, clientId }: Draft): string {
  return `${prefix(author)}${String(order).padStart(16, '0')}-${clientId}`;
}

function parsed(text: string | null): Draft | null {
  try {
    const draft = JSON.parse(text ?? 'null') as Partial<Draft> | null;
    return typeof draft?.clientId === 'string' ? (draft as Draft) : null;
  } catch {
    return null;
  }
}
