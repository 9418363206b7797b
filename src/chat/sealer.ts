/** Seals a new post before its commit begins; with the author's key at hand it costs no query. */
import { LRUCache } from 'lru-cache';
import type { ChannelId, ClientId, MessageId, UserId, WorkspaceId } from '../contract/index.ts';
import type { Vault } from '../crypto/index.ts';
import type { Entropy } from '../kernel/index.ts';
import { AuthorKeys, NO_EPOCH, type AuthorKeysOptions } from './author-keys.ts';
import type { Content } from './content.ts';

export interface SealedPost {
  /** As the database spells it, which the seal is bound to: the caller may have spelled it otherwise. */
  readonly channelId: ChannelId;
  readonly id: MessageId;
  readonly bodySealed: Buffer;
  readonly keyEpoch: number;
}

/** Channels whose current key epoch is remembered; a wrong memory is found out by the commit and corrected. */
const REMEMBERED_EPOCHS = 50_000;
export class Sealer {
  readonly #epochs = new LRUCache<ChannelId, number>({ max: REMEMBERED_EPOCHS });
  readonly #keys: AuthorKeys;
  readonly #vault: Vault;
  readonly #content: Content;
  readonly #entropy: Entropy;

  constructor(content: Content, options: AuthorKeysOptions) {
    this.#keys = new AuthorKeys(options);
    this.#vault = options.vault;
    this.#content = content;
    this.#entropy = options.entropy;
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
      : await this.#find(workspaceId, named, authorId, clientId);
    const body = { channelId, id, authorId, version: 1, keyEpoch };
    const bodySealed = this.#content.sealBody(key, workspaceId, body, text);
    return { channelId, id, keyEpoch, bodySealed };
  }

  /** The commit found the channel at another key epoch than remembered. */
  forgetEpoch(channelId: ChannelId): void {
    this.#epochs.delete(channelId);
  }

  async #find(
    workspaceId: WorkspaceId,
    channelId: ChannelId,
    authorId: UserId,
    clientId: ClientId,
  ) {
    const found = await this.#keys.find(workspaceId, { channelId, authorId, clientId });
    if (found.keyEpoch !== NO_EPOCH) this.#epochs.set(found.channelId, found.keyEpoch);
    return found;
  }
}
