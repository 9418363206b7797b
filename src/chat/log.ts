/** Reads a piece of a channel's log: the current state of everything that changed in it, in order, nothing skipped. */
import type { ChannelEvent } from '../contract/index.ts';
import type { KeyRows } from '../crypto/index.ts';
import { shownMember, type Content } from './content.ts';
import type { MembershipStore } from './membership-store.ts';
import type { MessageStore } from './message-store.ts';
import type { ChannelRow, MembershipRow, MessageRow, Readable } from './rows.ts';

export interface LogReader {
  readonly keys: KeyRows;
  readonly messages: MessageStore;
  readonly memberships: MembershipStore;
  readonly content: Content;
}

export interface Slice {
  /** The log is complete up to here; below the channel's own revision when the page was full. */
  readonly upTo: number;
  readonly events: readonly ChannelEvent[];
}

/**
 * Everything with a revision in (since, upTo], at most `limit` changes. Call it in a transaction with one
 * snapshot: the channel row must be of the same one as the rows read here.
 */
export async function readSlice(
  reader: LogReader,
  channel: ChannelRow,
  readable: Readable,
  since: number,
  limit: number,
): Promise<Slice> {
  const { id, lastRev } = channel;
  const posts = await reader.messages.changed(id, readable, since, lastRev, limit + 1);
  const members = await reader.memberships.changed(id, since, lastRev, limit + 1);
  const changes = [...posts, ...members].sort((a, b) => a.rev - b.rev);
  const page = changes.slice(0, limit);
  const upTo = changes.length > limit ? (page.at(-1)?.rev ?? since) : lastRev;
  const events: ChannelEvent[] = [];
  for (const change of page) events.push(await shownEvent(reader, change));
  return { upTo, events };
}

async function shownEvent(
  { keys, content }: LogReader,
  change: MessageRow | MembershipRow,
): Promise<ChannelEvent> {
  if ('seq' in change)
    return { kind: 'message', rev: change.rev, message: await content.message(keys, change) };
  return { kind: 'member', rev: change.rev, member: shownMember(change) };
}
