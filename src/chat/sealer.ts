/** Seals a new post before its commit begins; with the author's key at hand it costs no query. */
import { LRUCache } from 'lru-cache';
import { mayInChannel, sees, standings } from '../access/index.ts';
import type { ChannelId, MessageId, UserId, WorkspaceId } from '../contract/index.ts';
import { keyRows, type Vault } from '../crypto/index.ts';
import { Refusal, type Entropy } from '../kernel/index.ts';
import { channelStore } from './channel-store.ts';
import type { Content } from './content.ts';
import type { Transaction } from './transaction-store.ts';

export interface SealedPost {
  readonly id: MessageId;
  readonly bodySealed: Buffer;
  readonly keyEpoch: number;
}

/** Channels whose current key epoch is remembered; a wrong memory is found out by the commit and corrected. */
const REMEMBERED_EPOCHS = 50_000;

export class Sealer {
  readonly #epochs = new LRUCache<ChannelId, number>({ max: REMEMBERED_EPOCHS });
  readonly #transaction: Transaction;
  readonly #vault: Vault;
  readonly #content: Content;
  readonly #entropy: Entropy;

  constructor(transaction: Transaction, vault: Vault, content: Content, entropy: Entropy) {
    this.#transaction = transaction;
    this.#vault = vault;
    this.#content = content;
    this.#entropy = entropy;
  }

  /**
   * Seals `text` as a new message of the author. Refuses `not_found` or `forbidden` when the author could not
   * post anyway, so that keys are made for writers only; the commit decides again.
   */
  async seal(
    workspaceId: WorkspaceId,
    channelId: ChannelId,
    authorId: UserId,
    text: string,
  ): Promise<SealedPost> {
    const id = this.#entropy.id() as MessageId;
    const epoch = this.#epochs.get(channelId);
    const held = epoch !== undefined && this.#vault.cachedDataKey(channelId, authorId, epoch);
    const { key, keyEpoch } = held
      ? { key: held, keyEpoch: epoch }
      : await this.#key(workspaceId, channelId, authorId);
    const body = { channelId, id, authorId, version: 1, keyEpoch };
    return { id, keyEpoch, bodySealed: this.#content.sealBody(key, workspaceId, body, text) };
  }

  /** The commit found the channel at another key epoch than remembered. */
  forgetEpoch(channelId: ChannelId): void {
    this.#epochs.delete(channelId);
  }

  async #key(workspaceId: WorkspaceId, channelId: ChannelId, authorId: UserId) {
    const look = () =>
      this.#transaction(workspaceId, 'read', async (tx) => {
        const standing = await standings(tx).inChannel(authorId, channelId);
        const channel = await channelStore(tx, workspaceId).find(channelId);
        if (!standing || !channel || !sees(standing)) throw new Refusal('not_found');
        if (!mayInChannel(standing, 'message.send')) throw new Refusal('forbidden');
        const { keyEpoch } = channel;
        const rows = keyRows(tx, workspaceId);
        return { keyEpoch, key: await this.#vault.dataKey(rows, channelId, authorId, keyEpoch) };
      });
    let found = await look();
    if (!found.key) {
      const { keyEpoch } = found;
      // In a transaction of its own: a key that nobody committed must never seal anything.
      await this.#transaction(workspaceId, 'own', (tx) =>
        this.#vault.ensureDataKey(keyRows(tx, workspaceId), channelId, authorId, keyEpoch),
      );
      found = await look();
    }
    const { key, keyEpoch } = found;
    if (!key) throw new Error('a data key that was just made cannot be read');
    this.#epochs.set(channelId, keyEpoch);
    return { key, keyEpoch };
  }
}
