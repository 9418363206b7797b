/** The commit notices of this domain: each change as the effect that its channel's follower takes. */
import type {
  ChannelId,
  ChannelSettings,
  Member,
  Message,
  WorkspaceId,
} from '../contract/index.ts';
import type { ChannelChanged, Effect } from '../kernel/index.ts';
import { shownMember } from './content.ts';
import type { ChannelRow, MembershipRow, TruncationRow } from './rows.ts';

export function memberChanged(
  workspaceId: WorkspaceId,
  channelId: ChannelId,
  row: MembershipRow,
): ChannelChanged {
  const member = shownMember(row);
  const event = { kind: 'member', rev: row.rev, member } as const;
  return { effect: 'channel-changed', workspaceId, channelId, last: row.rev, events: [event] };
}

/** Several came at once, each at a revision of their own, in that order. */
export function membersCame(
  workspaceId: WorkspaceId,
  channelId: ChannelId,
  rows: readonly MembershipRow[],
): Effect {
  const events = rows.map((row) => {
    return { kind: 'member', rev: row.rev, member: shownMember(row) } as const;
  });
  return { effect: 'channel-changed', workspaceId, channelId, last: rows.length, events };
}

export function messageChanged(workspaceId: WorkspaceId, message: Message): Effect {
  const { channelId, rev } = message;
  const event = { kind: 'message', rev, message } as const;
  return { effect: 'channel-changed', workspaceId, channelId, last: rev, events: [event] };
}

/** The channel is now that, as of its last revision. */
export function settingsChanged(
  workspaceId: WorkspaceId,
  { id: channelId, lastRev: rev }: ChannelRow,
  channel: ChannelSettings,
): Effect {
  const event = { kind: 'channel', rev, channel } as const;
  return { effect: 'channel-changed', workspaceId, channelId, last: rev, events: [event] };
}

/** Several at consecutive revisions, in their order. */
export function messagesChanged(
  workspaceId: WorkspaceId,
  channelId: ChannelId,
  messages: readonly Message[],
): ChannelChanged {
  const events = messages.map(
    (message) => ({ kind: 'message', rev: message.rev, message }) as const,
  );
  return {
    effect: 'channel-changed',
    workspaceId,
    channelId,
    last: messages.at(-1)?.rev ?? 0,
    events,
  };
}

/** Every post below that place went, at revision `rev`. */
export function truncated(
  workspaceId: WorkspaceId,
  channelId: ChannelId,
  { rev, belowSeq }: TruncationRow,
): Effect {
  const event = { kind: 'truncated', rev, belowSeq } as const;
  return { effect: 'channel-changed', workspaceId, channelId, last: rev, events: [event] };
}

/**
 * True when the call left the member as it was: the channel, as it was locked before, had that revision already.
 * Its audit row says so, since a trail that tells of changes which never were misleads who counts them.
 */
export function wasSoAlready({ lastRev }: ChannelRow, { rev }: Member): boolean {
  return rev <= lastRev;
}

/** Something up to `last` is committed, and this node may not have heard of it. */
export function lookUpTo(
  workspaceId: WorkspaceId,
  channelId: ChannelId,
  last: number,
): ChannelChanged {
  return { effect: 'channel-changed', workspaceId, channelId, last, events: [] };
}
