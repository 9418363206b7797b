/** What a handler gives back: the reply, and effects as values, which the road sends only after COMMIT. */
import type {
  Broadcasts,
  ChannelEvent,
  ChannelId,
  ChannelRole,
  ClosureCode,
  Jti,
  OwnPresence,
  RoleId,
  SessionId,
  ShownPresence,
  UserId,
  WorkspaceId,
} from '../contract/index.ts';
import type { Resource } from './audit.ts';
import type { ProvedClaims } from './caller.ts';
import type { Refusal } from './refusal.ts';

/**
 * A commit notice: the channel's log reaches `last`, and these are the changes of one commit, in order of
 * revision without gaps. Without events it only says that there is something to read up to `last`.
 */
export interface ChannelChanged {
  readonly effect: 'channel-changed';
  readonly workspaceId: WorkspaceId;
  readonly channelId: ChannelId;
  readonly last: number;
  readonly events: readonly ChannelEvent[];
}

/** The connection that asked wants the channel's frames from now on. */
export interface Subscription {
  readonly effect: 'subscribe';
  readonly workspaceId: WorkspaceId;
  readonly channelId: ChannelId;
  /**
   * How far the reply itself tells of the channel, where it does: if the log is further on when the connection is
   * let in, the connection is told where it stands, and sees a gap.
   */
  readonly covered?: { readonly rev: number; readonly epoch: number };
}

/** The session is over: its connections are closed and no node may trust it any longer. */
export interface SessionEnded {
  readonly effect: 'session-ended';
  readonly sessionId: SessionId;
  readonly closure: ClosureCode;
}

/** One access token of a session is void: connections that rest on it are closed, and no node may trust it any longer. */
export interface TokenRevoked {
  readonly effect: 'token-revoked';
  readonly sessionId: SessionId;
  readonly jti: Jti;
}

/** The connection that asked has proved a newer token of its own session, and may go on until that one expires. */
export interface Reauthorised {
  readonly effect: 'reauthorised';
  readonly claims: ProvedClaims;
}

/** The control feed has something new, which every node acts on: they read it at once rather than soon. */
export interface ControlRecorded {
  readonly effect: 'control-recorded';
}

/** Something for every connection of one user. */
export interface Told<E extends keyof Broadcasts = keyof Broadcasts> {
  readonly effect: 'tell';
  readonly userId: UserId;
  readonly event: E;
  readonly payload: Broadcasts[E];
}

/** Somebody is writing in a channel: for who listens there at this moment, or for nobody. */
export interface Typing {
  readonly effect: 'typing';
  readonly channelId: ChannelId;
  readonly userId: UserId;
}

/** The connection that asked says how present its person is. */
export interface PresenceSet {
  readonly effect: 'presence-set';
  readonly workspaceId: WorkspaceId;
  readonly userId: UserId;
  readonly state: OwnPresence;
}

/** The connection that asked was told how present these people are, and wants to hear of changes. */
export interface PresenceWatched {
  readonly effect: 'presence-watched';
  readonly workspaceId: WorkspaceId;
  readonly userId: UserId;
  readonly shown: ReadonlyMap<UserId, ShownPresence>;
}

/** How present these people are may be different: whoever watches them looks. */
export interface PresenceStirred {
  readonly effect: 'presence-stirred';
  readonly workspaceId: WorkspaceId;
  readonly userIds: readonly UserId[];
}

/**
 * A role may have begun to let whoever holds it read these channels: each node tells those of its people who hold it
 * and may read there now, and nobody else.
 */
export interface ReadingOpened {
  readonly effect: 'reading-opened';
  readonly workspaceId: WorkspaceId;
  readonly channelIds: readonly ChannelId[];
  /** A role in these channels, one of the workspace's own making, or any of those that reach them. */
  readonly to: { readonly channelRole: ChannelRole } | { readonly roleId: RoleId } | 'named';
}

export type Effect =
  | ChannelChanged
  | Subscription
  | Reauthorised
  | SessionEnded
  | TokenRevoked
  | ControlRecorded
  | Told
  | Typing
  | PresenceSet
  | PresenceWatched
  | PresenceStirred
  | ReadingOpened;

export interface Outcome<O> {
  readonly reply: O;
  readonly effects: readonly Effect[];
  /** What was refused of a call that was accepted as a whole: noted as the refusals of whole calls are. */
  readonly refused?: readonly PartlyRefused[];
}

/** A no within a yes, with what it was said about. */
export interface PartlyRefused {
  readonly refusal: Refusal;
  readonly about: Resource | null;
}

/** A reply, with the effects that follow it once it is committed. */
export function reply<O>(value: O, ...effects: readonly Effect[]): Outcome<O> {
  return { reply: value, effects };
}

/** Tells all connections of a user something; the event's name decides the payload's type. */
export function tell<E extends keyof Broadcasts>(
  userId: UserId,
  event: E,
  payload: Broadcasts[E],
): Effect {
  return { effect: 'tell', userId, event, payload };
}
