/** Seals a new post before its commit begins; with the author's key at hand it costs no query. */
import type { ChannelId, ClientId, MessageId, UserId, WorkspaceId } from '../contract/index.ts';
import type { Vault } from '../crypto/index.ts';
import type { Clock, Entropy } from '../kernel/index.ts';
import type { Append, AppendVerdict } from './append-store.ts';
import { AuthorKeys, type AuthorKeysOptions } from './author-keys.ts';
import type { Content } from './content.ts';
import { rollKeyEpoch, type KeyEpoch } from './key-epoch-store.ts';
import { RememberedEpochs, type EpochLimits } from './remembered-epochs.ts';

export interface SealedPost {
  /** As the database spells it, which the seal is bound to: the caller may have spelled it otherwise. */
  readonly channelId: ChannelId;
  readonly id: MessageId;
  readonly bodySealed: Buffer;
  readonly keyEpoch: number;
}

export interface SealerOptions extends AuthorKeysOptions {
  readonly clock: Clock;
  readonly epochs: EpochLimits;
}

export class Sealer {
  readonly #options: SealerOptions;
  readonly #epochs: RememberedEpochs;
  readonly #rolling = new Map<ChannelId, Promise<void>>();
  readonly #keys: AuthorKeys;
  readonly #vault: Vault;
  readonly #content: Content;
  readonly #entropy: Entropy;

  constructor(content: Content, options: SealerOptions) {
    this.#options = options;
    this.#epochs = new RememberedEpochs(options.epochs, options.clock);
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
    const held = epoch && this.#vault.cachedDataKey(named, authorId, epoch.keyEpoch);
    if (held && this.#epochs.isOver(epoch)) await this.#roll(workspaceId, epoch);
    const { channelId, key, keyEpoch } =
      held && this.#epochs.get(named) === epoch
        ? { channelId: named, key: held, keyEpoch: epoch.keyEpoch }
        : await this.#find(workspaceId, named, authorId, clientId);
    const body = { channelId, id, authorId, version: 1, keyEpoch };
    const bodySealed = this.#content.sealBody(key, workspaceId, body, text);
    return { channelId, id, keyEpoch, bodySealed };
  }

  /** The commit found the channel at another key epoch than remembered. */
  forgetEpoch(channelId: ChannelId): void {
    this.#epochs.forget(channelId);
  }

  /** What was committed counts towards the end of the key epoch. */
  stored(appends: readonly Append[], verdicts: readonly AppendVerdict[]): void {
    for (const [i, verdict] of verdicts.entries()) {
      const append = appends[i];
      if (append && verdict.verdict === 'sent') this.#epochs.reached(append.channelId, verdict.seq);
    }
  }

  /** Begins the next key epoch: once, whoever asks meanwhile. A key that has served long enough is still a good one. */
  async #roll(workspaceId: WorkspaceId, epoch: KeyEpoch): Promise<void> {
    const { channelId } = epoch;
    let rolling = this.#rolling.get(channelId);
    if (!rolling) {
      const { transaction, clock } = this.#options;
      rolling = transaction(workspaceId, 'own', (tx) => rollKeyEpoch(tx, epoch, clock.now()))
        .then(
          () => this.#epochs.forget(channelId),
          () => undefined, // the post says whether the database is there, and the next one tries again
        )
        .finally(() => this.#rolling.delete(channelId));
      this.#rolling.set(channelId, rolling);
    }
    await rolling;
  }

  async #find(
    workspaceId: WorkspaceId,
    channelId: ChannelId,
    authorId: UserId,
    clientId: ClientId,
  ) {
    const found = await this.#keys.find(workspaceId, { channelId, authorId, clientId });
    if (found.epoch) this.#epochs.set(found.epoch);
    return found;
  }
}
