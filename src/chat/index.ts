/** The chat domain: channels, members and messages, and the log that brings them to every connection. */
import { standings } from '../access/index.ts';
import { envelope, keyRows, type Vault } from '../crypto/index.ts';
import type { WorkspaceId } from '../contract/index.ts';
import type { Caller, Clock, Entropy, ExportContributor, Module } from '../kernel/index.ts';
import type { Glances, Statements, Tx } from '../platform/postgres/index.ts';
import { appendMessages } from './append-store.ts';
import { channelStore } from './channel-store.ts';
import { Content, type IntegrityAlert } from './content.ts';
import { chatExports } from './exports.ts';
import { directory } from './directory-store.ts';
import { Followers, type FollowersOptions } from './followers.ts';
import { headStore } from './head-store.ts';
import { moveMarks } from './mark-store.ts';
import { membershipStore } from './membership-store.ts';
import { mentionStore } from './mention-store.ts';
import { messageStore } from './message-store.ts';
import * as operations from './operations/index.ts';
import { openMessages } from './open-messages.ts';
import { overrideStore } from './override-store.ts';
import { channelPage } from './page-store.ts';
import { pinStore } from './pin-store.ts';
import { Presence, type PresenceOptions } from './presence.ts';
import { commitReactions } from './reaction-commit.ts';
import { reactionStore } from './reaction-store.ts';
import type { EpochLimits } from './remembered-epochs.ts';
import { restraintStore } from './restraint-store.ts';
import { Sealer } from './sealer.ts';
import type {
  Acts,
  ChatDomain,
  ChatGlances,
  ChatGrouped,
  ChatServices,
  ProfileNames,
  Screen,
} from './services.ts';
import { tombstoneStore } from './tombstone-store.ts';
import type { Transaction } from './transaction-store.ts';
import { truncate, type Truncated, type Truncation } from './truncate.ts';
import { Typists, type TypistsOptions } from './typists.ts';
import { versionStore } from './version-store.ts';

export type { Audience } from './follower.ts';
export { onChannel, type InChannel, type OnMessage } from './access.ts';
export { onReadableMessage } from './readable-access.ts';
export { messagesChanged, settingsChanged } from './changes.ts';
export { Content, shown } from './content.ts';
export { Followers } from './followers.ts';
export { chatErasure } from './erasure-store.ts';
export { chatRetention } from './retention-store.ts';
export { keyRetention } from './spent-keys-store.ts';
export { endMembership } from './end-membership.ts';
export type { MessageRow } from './rows.ts';
export type { Acts, ChatServices, Screen, Screened } from './services.ts';
export { plainText } from './text.ts';
export { unreadMentions } from './unread-mentions.ts';
export type { Presence } from './presence.ts';
export {
  TRUNCATION_POSTS,
  YOUNGEST_TRUNCATED_MS,
  type Truncated,
  type Truncation,
} from './truncate.ts';

export interface ChatOptions {
  readonly clock: Clock;
  /** What is kept for seconds only, and may be lost. */
  readonly ephemera: Pick<TypistsOptions, 'claim' | 'digest'> &
    Pick<PresenceOptions, 'rows' | 'heartbeatMs'>;
  readonly entropy: Entropy;
  readonly vault: Vault;
  readonly transaction: Transaction;
  readonly statements: Statements & Glances;
  /** The names of people, read in the transaction of the call: a connection of its own would wait for that one. */
  readonly profileNames: (tx: Tx, workspaceId: WorkspaceId) => ProfileNames;
  /** What moderators did, in the transaction of the call. */
  readonly acts: (tx: Tx, workspaceId: WorkspaceId) => Acts;
  /** Holds texts against the filters, before they are stored. */
  readonly screen: Screen;
  /** Hears of rows that do not open under their key. */
  readonly alert: IntegrityAlert;
  /** Runs `task` after that many milliseconds; returns how to call it off. */
  readonly later: (milliseconds: number, task: () => void) => () => void;
  /** Milliseconds after posting in which an author may edit a message; 0: never. */
  readonly editWindowMs: number;
  /** How long one data key of an author in a channel is used. */
  readonly keyEpochs: EpochLimits;
}

export interface Chat {
  readonly module: Module<Tx>;
  /** What this domain works with in a transaction, for a domain that acts on channels with it. */
  readonly services: (tx: Tx, workspaceId: WorkspaceId) => ChatServices;
  readonly presence: Presence;
  /** What this domain gives to an export of somebody's data. */
  readonly exports: readonly ExportContributor[];
  /** The followers of one node; `audience` is that node's connections. */
  followers(
    options: Pick<FollowersOptions, 'audience' | 'later' | 'failed' | 'mayDeliver'>,
  ): Followers;
}

/** Builds the domain; nothing runs until followers are asked for. */
export function chatDomain(options: ChatOptions): Chat {
  const { entropy, vault, transaction, statements, alert, editWindowMs, profileNames } = options;
  const content = new Content(vault, envelope(entropy), alert);
  const { later, clock, keyEpochs: epochs } = options;
  const sealer = new Sealer(content, { transaction, vault, entropy, later, clock, epochs });
  const typists = new Typists({ ...options.ephemera, clock: options.clock, transaction });
  const presence = new Presence({
    ...options.ephemera,
    clock: options.clock,
    later: options.later,
    sharing: (workspaceId, pairs) =>
      transaction(workspaceId, 'read', (tx) => membershipStore(tx, workspaceId).sharing(pairs)),
  });
  const domain: ChatDomain = { sealer, presence, screen: options.screen };
  const grouped: ChatGrouped = {
    sealer,
    react: (batch) => commitReactions({ transaction, content }, batch),
    async append(workspaceId, appends, ...demanded) {
      const verdicts = await appendMessages(statements, workspaceId, appends, ...demanded);
      sealer.stored(appends, verdicts);
      return verdicts;
    },
    typing: (...asked) => typists.judge(...asked),
    mark: (workspaceId, marks, demand) => moveMarks(statements, workspaceId, marks, demand),
  };
  const glances = ({ workspaceId }: Caller): ChatGlances => ({
    page: (wanted) => channelPage(statements, workspaceId, wanted),
    open: (rows) => openMessages({ transaction, content }, workspaceId, rows),
  });
  const services: Chat['services'] = (tx, workspaceId) => {
    const keys = keyRows(tx, workspaceId);
    const channels = channelStore(tx, workspaceId);
    return {
      workspaceId,
      standings: standings(tx),
      channels,
      memberships: membershipStore(tx, workspaceId),
      restraints: restraintStore(tx),
      directory: directory(tx, channels),
      messages: messageStore(tx),
      tombstones: tombstoneStore(tx),
      mentions: mentionStore(tx, workspaceId),
      overrides: overrideStore(tx, workspaceId),
      pins: pinStore(tx),
      reactions: reactionStore(tx, workspaceId),
      versions: versionStore(tx, workspaceId),
      names: profileNames(tx, workspaceId),
      acts: options.acts(tx, workspaceId),
      keys,
      content,
      entropy,
      editWindowMs,
      dataKey: (channelId, authorId, epoch) => vault.dataKey(keys, channelId, authorId, epoch),
    };
  };
  return {
    presence,
    exports: chatExports({ transaction, content, profileNames }),
    module: {
      name: 'chat',
      operations: Object.values(operations),
      domain,
      grouped,
      glances,
      services: (tx, { workspaceId }) => services(tx, workspaceId),
    },
    services,
    followers: (ports) =>
      new Followers({
        ...ports,
        transaction,
        content,
        heads: headStore(statements),
        heard: (change) => typists.changed(change),
      }),
  };
}

/**
 * Deletes posts below `belowSeq`, the oldest first and `TRUNCATION_POSTS` at most, and tells the log so; a post that
 * is younger than `YOUNGEST_TRUNCATED_MS` stays, and all after it. Runs in the caller's transaction, which should do
 * little else: the channel is locked until its end. Whoever calls it records it. Null where there is no such channel.
 */
export function truncateChannel(
  tx: Tx,
  workspaceId: WorkspaceId,
  truncation: Truncation,
): Promise<Truncated | null> {
  const stores = { channels: channelStore(tx, workspaceId), messages: messageStore(tx) };
  return truncate({ workspaceId, ...stores }, truncation);
}
