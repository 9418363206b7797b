/** Everything that an application sees of the client, and nothing of how it is done. */
import type { Broadcasts } from '../contract/broadcasts.ts';
import type { Closing } from '../contract/closures.ts';
import type {
  ChannelId,
  ClientId,
  MessageId,
  SessionId,
  UserId,
  WorkspaceId,
} from '../contract/ids.ts';
import type { OwnPresence, ShownPresence } from '../contract/presence.ts';
import type { Channel, Member, Message } from '../contract/shapes.ts';
import type {
  CallOutcome,
  InputOf,
  OperationName,
  Outcome,
  OutputOf,
  RefusalOf,
  Refused,
} from './types.ts';

/** Ends what it was returned by. */
export type Unlisten = () => void;

/** A value that changes, and can be watched. */
export interface Watched<T> {
  readonly value: T;
  /** Hears of every later value, not of the present one. */
  watch(listener: (value: T) => void): Unlisten;
}

/** What the server said when it ended the connection, or how it refused. */
export type Because = Closing | Refused;

/**
 * `offline`: not connected and not trying, before `connect` and after `close`, or because the server said `stop`.
 * `connecting`: trying, again and again. `signed-out`: there is no session, or it was ended elsewhere.
 */
export type State =
  | { readonly is: 'offline'; readonly because: Because | null }
  | { readonly is: 'connecting' }
  | { readonly is: 'online' }
  | { readonly is: 'signed-out'; readonly because: Because | null };

/** Who is signed in. */
export interface Me {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly workspaceId: WorkspaceId;
}

export interface Client {
  readonly state: Watched<State>;
  readonly me: Watched<Me | null>;

  /** Asks for an account; the answer does not tell whether the e-mail had one. */
  register(
    application: Omit<InputOf<'account.register'>, 'workspace'>,
  ): Promise<CallOutcome<'account.register'>>;
  /** Asks for a mail with a code for `password.reset`; the answer does not tell whether the e-mail has an account. */
  requestPasswordReset(
    request: Omit<InputOf<'password.request-reset'>, 'workspace'>,
  ): Promise<CallOutcome<'password.request-reset'>>;
  /** Signs in and connects. Whoever was signed in before is forgotten here, not signed out on the server. */
  signIn(
    credentials: Omit<InputOf<'session.open'>, 'workspace'>,
  ): Promise<Outcome<Me, RefusalOf<'session.open'>>>;
  /**
   * Ends the session on the server, if it can be reached, and forgets it here in any case. What was not yet sent
   * is discarded, so that a shared computer keeps nothing, unless `keepDrafts`. A no means that the server was not
   * heard to end it. A cookie is there still then: `connect` tries again, as long as `tokens` are kept, and signs nobody
   * in by it; without such `tokens` the next page does.
   */
  signOut(options?: { readonly keepDrafts?: boolean }): Promise<CallOutcome<'session.close'>>;
  /** Takes up the session kept in `tokens`; without one the state is `signed-out`. Keeps trying by itself. */
  connect(): Promise<State>;
  /** Closes the connection and stops every timer. Tokens and unsent messages are kept; `connect` goes on. */
  close(): void;

  /**
   * Calls an operation by its name: over the socket, or over HTTP where it is on no socket. Waits for the
   * connection for up to 10 s. An expired token is renewed once, and the call made again.
   */
  call<N extends OperationName>(name: N, input: InputOf<N>): Promise<CallOutcome<N>>;
  /** The same, for those who prefer exceptions. Throws RefusedError. */
  callOrThrow<N extends OperationName>(name: N, input: InputOf<N>): Promise<OutputOf<N>>;
  /** Hears what the server sends unasked, on this connection and on all later ones. */
  listen<E extends keyof Broadcasts>(
    event: E,
    listener: (payload: Broadcasts[E]) => void,
  ): Unlisten;

  /** The log of a channel, kept up to date until it is closed. The same one as long as it is open. */
  channel(channelId: ChannelId): ChannelLog;
  readonly outbox: Outbox;
  readonly readMarks: ReadMarks;
  readonly typing: Typing;
  readonly presence: Presence;
  readonly deletions: Deletions;
}

export interface SendOptions {
  /** What it answers: the message is in the thread of that one. */
  readonly replyTo?: MessageId;
  /** Members who are to take note of it, at most 50. */
  readonly mentions?: readonly UserId[];
}

/** Why a log is closed: by the application, because one left or was removed, or because reading was refused. */
export type LogEnd =
  | { readonly code: 'closed' }
  | { readonly code: 'left'; readonly rev: number }
  | { readonly code: 'signed_out' }
  | Refused;

/** `loading`: nothing is there yet. `live`: everything is. `behind`: what is there may be out of date. */
export type LogState =
  | { readonly is: 'loading' | 'live' | 'behind' }
  | { readonly is: 'closed'; readonly because: LogEnd };

export interface ChannelLog {
  readonly id: ChannelId;
  readonly state: LogState;
  /** The channel's settings and one's own role in it, once they were read. */
  readonly channel: Channel | null;
  /** Up to which revision everything is applied. */
  readonly rev: number;
  /**
   * The newest messages without a hole between them, lowest seq first. Tombstones are in it. Each carries its
   * reactions, whom it mentions, whether it is pinned, and the first of a thread how many replies there are.
   */
  readonly messages: readonly Message[];
  /** Who is in the channel, as far as the log told: complete if `membersComplete`. */
  readonly members: ReadonlyMap<UserId, Member>;
  readonly membersComplete: boolean;
  /** Whether there are messages before the first of `messages`. */
  readonly hasOlder: boolean;
  /** One's own messages here that are not known to be stored, in the order in which they were sent. */
  readonly unsent: readonly OutboxEntry[];
  /** Resolves when the log is live for the first time, or closed. */
  ready(): Promise<LogState>;
  /**
   * Keeps the message in `storage` and then sends it, again and again until there is an answer. Resolves when it
   * is kept. Messages of one channel are sent in the order of the calls.
   */
  send(body: string, options?: SendOptions): Promise<OutboxEntry>;
  /** Reads a page of older messages; how many there were. They stay until `trim`, up to ten times the newest. */
  loadOlder(): Promise<Outcome<number>>;
  /** Lets go of what `loadOlder` read. */
  trim(): void;
  /** Hears of every change of the above, once for all that arrived together. */
  on(event: 'changed', listener: () => void): Unlisten;
  /** Stops following the channel; what is unsent is still sent. */
  close(): void;
}

/** What the server answered to a message that it stored. */
export type Sent = OutputOf<'message.send'>;
/** Besides what the server refuses: there is no room for more, or the storage did not take it. */
export type SendRefusal = RefusalOf<'message.send'> | 'outbox_full' | 'storage_failed';

export type OutboxState =
  /** Will be sent, at `retryAt` (milliseconds since the epoch) if an attempt was put off, and `refusal` says why. */
  | {
      readonly is: 'pending';
      readonly retryAt: number | null;
      readonly refusal: Refused<SendRefusal> | null;
    }
  | { readonly is: 'sent'; readonly as: Sent }
  /** Will not be sent unless `retry` is called. */
  | { readonly is: 'failed'; readonly refusal: Refused<SendRefusal> }
  | { readonly is: 'discarded' };

export interface OutboxEntry {
  readonly clientId: ClientId;
  readonly channelId: ChannelId;
  readonly body: string;
  readonly replyTo: MessageId | null;
  readonly mentions: readonly UserId[];
  /** When it was written, milliseconds since the epoch. */
  readonly at: number;
  readonly state: OutboxState;
  /** Resolves when the message is sent, has failed or is discarded. */
  settled(): Promise<OutboxState>;
  /** Tries a failed one again. Where the server no longer takes its clientId, under a new one. */
  retry(): Promise<void>;
  /** Forgets it. What is under way may still arrive. */
  discard(): Promise<void>;
}

export interface Outbox {
  /** What is pending or failed in all channels, in the order of sending. At most 1,000. */
  readonly entries: readonly OutboxEntry[];
  on(event: 'changed', listener: () => void): Unlisten;
}

/** Up to where one has read, as the server keeps it for all of one's devices; it goes forward only. */
export interface ReadMarks {
  /**
   * The place up to which the channel is read; null where no reply has told of it, or one is not in the channel.
   * What the channel has beyond is unread.
   */
  of(channelId: ChannelId): number | null;
  /** It counts at once, and is told to the server soon, with what is marked until then. */
  mark(channelId: ChannelId, seq: number): void;
  /** Tells what is not told yet. Resolves when that was tried. */
  flush(): Promise<void>;
  on(event: 'changed', listener: () => void): Unlisten;
}

/** Who else is writing, in channels whose log is open; what is told of it may be lost. */
export interface Typing {
  /** Those who said so within the last six seconds and posted nothing since, longest first. */
  in(channelId: ChannelId): readonly UserId[];
  /** One is writing there: call it for every key; it is told at most every three seconds. */
  signal(channelId: ChannelId): void;
  on(event: 'changed', listener: () => void): Unlisten;
}

/** How present people are. Nothing is said of oneself before `set`. */
export interface Presence {
  /** What one said last; null before. */
  readonly own: OwnPresence | null;
  /** Of this client; the most present of all one's clients is what others are shown. Said again after a reconnect. */
  set(state: OwnPresence): void;
  /** Asks about people, and is told from then on when they change: of up to 500, those asked about last. */
  read(userIds: readonly UserId[]): Promise<Outcome<ReadonlyMap<UserId, ShownPresence>>>;
  /** As it was told last; null for who was not asked about, or shares no channel with one. */
  of(userId: UserId): ShownPresence | null;
  on(event: 'changed', listener: () => void): Unlisten;
}

/** How far a bulk deletion is, as `moderation.progress` tells it. */
export type DeletionProgress = Broadcasts['moderation.progress'];

/** One's own bulk deletions that were heard of since one came; asked for again after a reconnect. */
export interface Deletions {
  readonly all: readonly DeletionProgress[];
  /** Those that go on although they were begun before, or elsewhere, the oldest first: now they are among `all`. */
  takeUp(): Promise<Outcome<readonly OutputOf<'deletion.list'>['deletions'][number][]>>;
  on(event: 'changed', listener: () => void): Unlisten;
}
