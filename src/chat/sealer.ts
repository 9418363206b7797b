/** Seals a new post before its commit begins; with the author's key at hand it costs no query. */
import { LRUCache } from 'lru-cache';
import { mayInChannel, sees, standings } from '../access/index.ts';
import type { ChannelId, ClientId, MessageId, UserId, WorkspaceId } from '../contract/index.ts';
import { KEY_BYTES, keyRows, type Vault } from '../crypto/index.ts';
import { Refusal, type Entropy } from '../kernel/index.ts';
import { channelStore } from './channel-store.ts';
import type { Content } from './content.ts';
import { messageStore } from './message-store.ts';
import type { Transaction } from './transaction-store.ts';

export interface SealedPost {
  /** As the database spells it, which the seal is bound to: the caller may have spelled it otherwise. */
  readonly channelId: ChannelId;
  readonly id: MessageId;
  readonly bodySealed: Buffer;
  readonly keyEpoch: number;
}

/** Channels whose current key epoch is remembered; a wrong memory is found out by the commit and corrected. */
const REMEMBERED_EPOCHS = 50_000;
/** No channel has it: what is sealed under it is refused by the commit, unless it is a retry and not stored at all. */
const NO_EPOCH = 0;

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
   * Seals `text` as a new message of the author in the channel that was `named`. Refuses `not_found` or `forbidden`
   * when the author could not post anyway, so that keys are made for writers only; the commit decides again. Whoever
   * posted under the same `clientId` before is let through to be given that answer, whatever they may do by now.
   */
  async seal(
    workspaceId: WorkspaceId,
    named: ChannelId,
    authorId: UserId,
    clientId: ClientId,
    text: string,
  ): Promise<SealedPost> {
    const id = this.#entropy.id() as MessageId;
    const epoch = this.#epochs.get(named);
    const held = epoch !== undefined && this.#vault.cachedDataKey(named, authorId, epoch);
    const { channelId, key, keyEpoch } = held
      ? { channelId: named, key: held, keyEpoch: epoch }
      : await this.#key(workspaceId, named, authorId, clientId);
    const body = { channelId, id, authorId, version: 1, keyEpoch };
    const bodySealed = this.#content.sealBody(key, workspaceId, body, text);
    return { channelId, id, keyEpoch, bodySealed };
  }

  /** The commit found the channel at another key epoch than remembered. */
  forgetEpoch(channelId: ChannelId): void {
    this.#epochs.delete(channelId);
  }

  async #key(workspaceId: WorkspaceId, named: ChannelId, authorId: UserId, clientId: ClientId) {
    const look = () =>
      this.#transaction(workspaceId, 'read', async (tx) => {
        const standing = await standings(tx).inChannel(authorId, named);
        const channel = await channelStore(tx, workspaceId).find(named);
        const seen = standing && channel && sees(standing);
        if (!seen || !mayInChannel(standing, 'message.send')) {
          if (await messageStore(tx).sentBefore(named, authorId, clientId))
            return { channelId: named, keyEpoch: NO_EPOCH, key: this.#entropy.bytes(KEY_BYTES) };
          throw new Refusal(seen ? 'forbidden' : 'not_found');
        }
        const { id: channelId, keyEpoch } = channel;
        const rows = keyRows(tx, workspaceId);
        const key = await this.#vault.dataKey(rows, channelId, authorId, keyEpoch);
        return { channelId, keyEpoch, key };
      });
    let found = await look();
    if (!found.key) {
      const { channelId, keyEpoch } = found;
      // In a transaction of its own: a key that nobody committed must never seal anything.
      await this.#transaction(workspaceId, 'own', (tx) =>
        this.#vault.ensureDataKey(keyRows(tx, workspaceId), channelId, authorId, keyEpoch),
      );
      found = await look();
    }
    const { channelId, key, keyEpoch } = found;
    if (!key) throw new Error('a data key that was just made cannot be read');
    if (keyEpoch !== NO_EPOCH) this.#epochs.set(channelId, keyEpoch);
    return { channelId, key, keyEpoch };
  }
}
