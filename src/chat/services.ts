/** What this domain's operations work with: bound to one transaction, or living as long as the server. */
import type { Standings } from '../access/index.ts';
import type {
  ChannelId,
  ClientId,
  Message,
  MessageId,
  UserId,
  WorkspaceId,
} from '../contract/index.ts';
import type { KeyRows } from '../crypto/index.ts';
import type { Entropy } from '../kernel/index.ts';
import type { Append, AppendDemand, AppendVerdict } from './append-store.ts';
import type { ChannelStore } from './channel-store.ts';
import type { Content } from './content.ts';
import type { Directory } from './directory-store.ts';
import type { Mark, Marked } from './mark-store.ts';
import type { MembershipStore } from './membership-store.ts';
import type { MentionStore } from './mention-store.ts';
import type { MessageStore } from './message-store.ts';
import type { MessageRow } from './rows.ts';
import type { OverrideStore } from './override-store.ts';
import type { ChannelPage, WantedPage } from './page-store.ts';
import type { PinStore } from './pin-store.ts';
import type { Presence } from './presence.ts';
import type { ReactionBatch, ReactionVerdict } from './reaction-commit.ts';
import type { ReactionStore } from './reaction-store.ts';
import type { RestraintStore } from './restraint-store.ts';
import type { Sealer } from './sealer.ts';
import type { TombstoneStore } from './tombstone-store.ts';
import type { Typists } from './typists.ts';
import type { VersionStore } from './version-store.ts';

/** What people are called. Who they are is the matter of another domain, which provides this. */
export interface ProfileNames {
  /** One query for all of them. Null, with an alarm, where a profile does not open; erased ones are null without. */
  open(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, string | null>>;
}

/** What is done to people and what they wrote, kept by another domain, which provides this. */
export interface Acts {
  /** The ban that keeps somebody out of the channel at that time; null without one. */
  ban(
    channelId: ChannelId,
    userId: UserId,
    at: Date,
  ): Promise<{ readonly until: Date | null } | null>;
  /** Keeps the act for whom it was done to. */
  note(act: {
    readonly kind: 'kick' | 'delete';
    readonly channelId: ChannelId;
    readonly subjectId: UserId;
    readonly actorId: UserId;
    readonly at: Date;
    readonly messageId?: MessageId;
    readonly reason?: string | undefined;
  }): Promise<unknown>;
}

export interface ChatServices {
  readonly workspaceId: WorkspaceId;
  readonly standings: Standings;
  readonly channels: ChannelStore;
  readonly memberships: MembershipStore;
  readonly restraints: RestraintStore;
  readonly directory: Directory;
  readonly messages: MessageStore;
  readonly tombstones: TombstoneStore;
  readonly versions: VersionStore;
  readonly reactions: ReactionStore;
  readonly mentions: MentionStore;
  readonly pins: PinStore;
  readonly overrides: OverrideStore;
  readonly names: ProfileNames;
  readonly acts: Acts;
  readonly keys: KeyRows;
  readonly content: Content;
  readonly entropy: Entropy;
  /** Milliseconds after posting in which an author may edit; 0: never. */
  readonly editWindowMs: number;
  /** The key under which an author's messages of that epoch are sealed; null once it was destroyed. */
  readonly dataKey: (
    channelId: Parameters<KeyRows['dataKey']>[0],
    authorId: UserId,
    epoch: number,
  ) => Promise<Buffer | null>;
}

/** Handed to what commits as a glance: everything that it asks is one round trip. */
export interface ChatGlances {
  /** Null where there is no such channel, or the account is not active. */
  readonly page: (wanted: WantedPage) => Promise<ChannelPage | null>;
  /** In their order. Without a query where the keys are at hand. */
  readonly open: (rows: readonly MessageRow[]) => Promise<readonly Message[]>;
}

/** Handed to `decide`: the batch is one statement, so there is no transaction to be bound to. */
export interface ChatGrouped {
  readonly append: (
    workspaceId: WorkspaceId,
    appends: readonly Append[],
    demand: AppendDemand,
    at: Date,
    wait: boolean,
  ) => Promise<readonly AppendVerdict[]>;
  readonly mark: (
    workspaceId: WorkspaceId,
    marks: readonly Mark[],
    demand: AppendDemand,
  ) => Promise<readonly Marked[]>;
  readonly typing: Typists['judge'];
  readonly sealer: Sealer;
  /** One verdict per reaction, in their order; resolves after COMMIT. */
  readonly react: (batch: ReactionBatch) => Promise<readonly ReactionVerdict[]>;
}

/** A text that is about to be stored. */
export interface Screened {
  readonly workspaceId: WorkspaceId;
  readonly channelId: ChannelId;
  readonly userId: UserId;
  readonly messageId: MessageId;
  /** Null for a new text of a message that is there. */
  readonly clientId: ClientId | null;
  readonly text: string;
}

/** Refuses `filtered`. */
export type Screen = (message: Screened) => Promise<void>;

export interface ChatDomain {
  readonly screen: Screen;
  readonly sealer: Sealer;
  readonly presence: Pick<Presence, 'states'>;
}
