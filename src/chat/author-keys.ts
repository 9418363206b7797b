/** The key that an author's next post is sealed under; whoever asks while a look is under way shares the next one. */
import { mayInChannel, sees, standings, type Standings } from '../access/index.ts';
import type { ChannelId, ClientId, UserId, WorkspaceId } from '../contract/index.ts';
import { BrokenKey, KEY_BYTES, keyRows, type KeyRows, type Vault } from '../crypto/index.ts';
import { Grouping, Refusal, type Entropy } from '../kernel/index.ts';
import { keyEpochs, type KeyEpoch } from './key-epoch-store.ts';
import { messageStore, type MessageStore } from './message-store.ts';
import type { Transaction } from './transaction-store.ts';

export interface Asked {
  /** As the caller spelled it. */
  readonly channelId: ChannelId;
  readonly authorId: UserId;
  readonly clientId: ClientId;
}

export interface AuthorKey {
  /** As the database spells it. */
  readonly channelId: ChannelId;
  readonly keyEpoch: number;
  readonly key: Buffer;
  /** That of the channel; none where nothing is stored. */
  readonly epoch?: KeyEpoch;
}

export interface AuthorKeysOptions {
  readonly transaction: Transaction;
  readonly vault: Vault;
  readonly entropy: Entropy;
  readonly later: (milliseconds: number, task: () => void) => () => void;
}

/** No channel has it: what is sealed under it is refused by the commit, unless it is a retry and not stored at all. */
export const NO_EPOCH = 0;
/** Epochs that may end one after the other while somebody waits for a key. */
const MAKINGS = 3;

/** Where the post would go, without a key while there is none; or why this author may not send it. */
type Found = (Omit<AuthorKey, 'key'> & { readonly key: Buffer | null }) | Error;

/** What one look reads from, all of one snapshot. */
interface Snapshot {
  readonly standings: Standings;
  readonly epochs: (ids: readonly ChannelId[]) => Promise<readonly KeyEpoch[]>;
  readonly messages: MessageStore;
  readonly keys: KeyRows;
}

export class AuthorKeys {
  readonly #options: AuthorKeysOptions;
  readonly #lookups = new Map<WorkspaceId, Grouping<Asked, AuthorKey | Error>>();

  constructor(options: AuthorKeysOptions) {
    this.#options = options;
  }

  /**
   * The key, made if there is none. Refuses `not_found` or `forbidden` when the author could not post anyway, so that
   * keys are made for writers only. Whoever posted under the same `clientId` before is given a key of no epoch. A
   * crowd of first messages costs a few transactions, not three for each.
   */
  async find(workspaceId: WorkspaceId, asked: Asked): Promise<AuthorKey> {
    let lookup = this.#lookups.get(workspaceId);
    if (!lookup) {
      lookup = new Grouping({
        decide: (calls) => this.#findAll(workspaceId, calls),
        heldBy: () => '', // nothing is put off
        later: this.#options.later,
      });
      this.#lookups.set(workspaceId, lookup);
    }
    try {
      const found = await lookup.add(asked);
      if (found instanceof Error) throw found;
      return found;
    } finally {
      if (lookup.idle && this.#lookups.get(workspaceId) === lookup)
        this.#lookups.delete(workspaceId);
    }
  }

  async #findAll(
    workspaceId: WorkspaceId,
    calls: readonly Asked[],
  ): Promise<readonly (AuthorKey | Error)[]> {
    const { transaction, vault } = this.#options;
    const look = (last: boolean) =>
      transaction(workspaceId, 'read', (tx) => {
        const epochs: Snapshot['epochs'] = (ids) => keyEpochs(tx, ids);
        const keys = keyRows(tx, workspaceId);
        const snapshot = { standings: standings(tx), epochs, messages: messageStore(tx), keys };
        return this.#look(snapshot, calls, last);
      });
    const keyed = (all: readonly Found[]) =>
      all.every((found) => found instanceof Error || found.key !== null);
    let all = await look(false);
    // Where the key epoch ends between making and looking, another key is wanted, and made.
    for (let made = 1; made <= MAKINGS && !keyed(all); made += 1) {
      const missing = named(calls, all).filter(({ key }) => key === null);
      // In a transaction of its own: a key that nobody committed must never seal anything.
      await transaction(workspaceId, 'own', (tx) =>
        vault.ensureDataKeys(keyRows(tx, workspaceId), missing),
      );
      all = await look(true);
    }
    return all.map((found) => {
      if (found instanceof Error) return found;
      const { key, ...place } = found;
      return key ? { ...place, key } : new Error('a data key that was just made cannot be read');
    });
  }

  /** One look for all of them. A key that is there and cannot be read is told in the `last` look only. */
  async #look(
    { standings: people, epochs: epochsOf, messages, keys }: Snapshot,
    calls: readonly Asked[],
    last: boolean,
  ): Promise<readonly Found[]> {
    const { vault } = this.#options;
    const known = await people.each(
      calls.map(({ channelId, authorId: userId }) => ({ channelId, userId })),
    );
    // Of a channel that one may not write in, as little is asked as of one that there is not.
    const mayWrite = known.map((each) => each !== null && mayInChannel(each, 'message.send'));
    const ids = new Set(known.flatMap((each, i) => (each && mayWrite[i] ? each.channelId : [])));
    const rows = await epochsOf([...ids]);
    const epochs = new Map(rows.map((epoch) => [epoch.channelId, epoch]));
    const all: Found[] = [];
    for (const [i, call] of calls.entries()) {
      const standing = known[i] ?? null;
      const epoch = standing && epochs.get(standing.channelId);
      if (epoch && mayWrite[i]) {
        const { channelId, keyEpoch } = epoch;
        all.push({ channelId, keyEpoch, epoch, key: null });
      } else all.push(await this.#unlessSent(messages, call, standing !== null && sees(standing)));
    }
    await vault.fetchDataKeys(
      keys,
      named(calls, all).filter(({ keyEpoch }) => keyEpoch !== NO_EPOCH),
    );
    const key = async (found: Found, i: number): Promise<Found> => {
      const authorId = calls[i]?.authorId;
      if (found instanceof Error || found.key !== null || authorId === undefined) return found;
      const { channelId, keyEpoch } = found;
      const held = vault.cachedDataKey(channelId, authorId, keyEpoch);
      if (held || !last) return { ...found, key: held };
      return { ...found, key: await vault.dataKey(keys, channelId, authorId, keyEpoch) };
    };
    return Promise.all(
      all.map((found, i) => key(found, i).catch((error: unknown) => broken(error))),
    );
  }

  async #unlessSent(
    messages: MessageStore,
    { channelId, authorId, clientId }: Asked,
    seen: boolean,
  ) {
    if (!(await messages.sentBefore(channelId, authorId, clientId)))
      return new Refusal(seen ? 'forbidden' : 'not_found');
    return { channelId, keyEpoch: NO_EPOCH, key: this.#options.entropy.bytes(KEY_BYTES) };
  }
}

/** Those that are no refusals, with whose key it is. */
function named(calls: readonly Asked[], all: readonly Found[]) {
  return calls.flatMap(({ authorId }, i) => {
    const found = all[i];
    return !found || found instanceof Error ? [] : [{ ...found, authorId }];
  });
}

/** A row that was changed is told to its own author; whatever else went wrong is told to all. */
function broken(error: unknown): BrokenKey {
  if (error instanceof BrokenKey) return error;
  throw error;
}
