/** Reads pieces of channels' logs: the current state of everything that changed in them, in order, nothing skipped. */
import { RESUME_REVISIONS, type ChannelEvent, type ChannelId } from '../contract/index.ts';
import type { KeyRows } from '../crypto/index.ts';
import { shownMember, type Content } from './content.ts';
import type { MembershipStore } from './membership-store.ts';
import type { MessageStore } from './message-store.ts';
import type {
  ChannelRow,
  MembershipRow,
  MessageRow,
  Readable,
  SettingsRow,
  TruncationRow,
} from './rows.ts';

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

/** What is to be read of one channel: what changed after `since`, of that at most `limit` changes. */
export interface Wanted {
  readonly channel: ChannelRow;
  readonly readable: Readable;
  readonly since: number;
  readonly limit: number;
}

/** An id in JSON, with what stands around it. */
const ID_BYTES = 39;
/** A kind of reaction in JSON without its users; short names are the longest. */
const REACTION_BYTES = 70;

/**
 * Sealed texts, reactions and mentions in one page, in bytes: far below what may wait for a connection, so that a page of long posts does
 * not pass for a consumer that is too slow. The longest post fits many times.
 */
export const PAGE_BYTES = 256 * 1024;

type Change = MessageRow | MembershipRow | TruncationRow | SettingsRow;

/**
 * False when what changed since the position cannot be told: it is of another incarnation, ahead of the log or
 * behind what is gone for good, or too far back.
 */
export function canBridge(
  { epoch, lastRev, purgedRev }: ChannelRow,
  since: { readonly rev: number; readonly epoch: number },
): boolean {
  if (since.epoch !== epoch || since.rev > lastRev || since.rev < purgedRev) return false;
  return lastRev - since.rev <= RESUME_REVISIONS;
}

/** The slice of one channel; see `readSlices`. */
export async function readSlice(
  reader: LogReader,
  wanted: Wanted,
  bytes = Infinity,
): Promise<Slice> {
  const [slice] = (await readSlices(reader, [wanted], bytes)).values();
  return slice ?? { upTo: wanted.since, events: [] };
}

/**
 * The wanted slices of several channels, in two queries and one more for keys that are not at hand. Their sealed
 * texts, reactions and mentions come to no more than `bytes` together: it is given to the channels in their order, and where it ends, so does
 * that slice, and the later ones are empty. Call it in a transaction with one snapshot: the channel rows must be of
 * the same one as the rows read here. Each channel may be wanted once.
 */
export async function readSlices(
  reader: LogReader,
  wanted: readonly Wanted[],
  bytes = Infinity,
): Promise<ReadonlyMap<ChannelId, Slice>> {
  if (wanted.length === 0) return new Map();
  const stretches = wanted.map(({ channel: { id, lastRev }, since, limit, readable }) => {
    return { channelId: id, since, upTo: lastRev, limit: limit + 1, readable };
  });
  const posts = await reader.messages.changed(stretches);
  const members = await reader.memberships.changed(stretches);
  const budget = { bytes };
  const pages = wanted.map(({ channel, since, limit }) => {
    const { id, lastRev } = channel;
    const told = [...truncation(channel, since), ...settings(channel, since)];
    const rows = [posts.get(id) ?? [], members.get(id) ?? [], told];
    const changes: Change[] = rows.flat();
    changes.sort((a, b) => a.rev - b.rev);
    const page = changes.slice(0, affordable(changes.slice(0, limit), budget));
    const upTo = page.length < changes.length ? (page.at(-1)?.rev ?? since) : lastRev;
    return { id, upTo, page };
  });
  await reader.content.fetchKeys(reader.keys, pages.flatMap(({ page }) => page).filter(isPost));
  const slices = new Map<ChannelId, Slice>();
  for (const { id, upTo, page } of pages) {
    const events: ChannelEvent[] = [];
    for (const change of page) events.push(await shownEvent(reader, change));
    slices.set(id, { upTo, events });
  }
  return slices;
}

/** How many of the changes the budget pays for; what it does not pay for ends it. */
function affordable(changes: readonly Change[], budget: { bytes: number }): number {
  for (const [n, change] of changes.entries()) {
    const size = isPost(change) ? sizeOf(change) : 0;
    if (size > budget.bytes) budget.bytes = -1;
    if (budget.bytes < 0) return n;
    budget.bytes -= size;
  }
  return changes.length;
}

/** About what a message takes on the wire of what has no fixed size, in bytes: its text, its reactions, its mentions. */
function sizeOf({ bodySealed, reactions, mentions }: MessageRow): number {
  let ids = mentions?.length ?? 0;
  for (const { users } of reactions ?? []) ids += users.length;
  return (bodySealed?.length ?? 0) + ids * ID_BYTES + (reactions?.length ?? 0) * REACTION_BYTES;
}

/** The channel's truncation if it was after that revision; what earlier ones said, the last one says as well. */
function truncation({ truncatedRev: rev, purgedSeq }: ChannelRow, since: number): TruncationRow[] {
  return rev > since ? [{ rev, belowSeq: purgedSeq + 1 }] : [];
}

/** What the channel is, if that changed after the revision. */
function settings(channel: ChannelRow, since: number): SettingsRow[] {
  return channel.settingsRev > since ? [{ rev: channel.settingsRev, channel }] : [];
}

function isPost(change: Change): change is MessageRow {
  return 'seq' in change;
}

async function shownEvent({ keys, content }: LogReader, change: Change): Promise<ChannelEvent> {
  if (isPost(change))
    return { kind: 'message', rev: change.rev, message: await content.message(keys, change) };
  if ('channel' in change)
    return {
      kind: 'channel',
      rev: change.rev,
      channel: await content.settings(keys, change.channel),
    };
  if ('belowSeq' in change) return { kind: 'truncated', ...change };
  return { kind: 'member', rev: change.rev, member: shownMember(change) };
}
