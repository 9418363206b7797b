/** Commits a crowd's reactions together: one lock on each channel, one revision for each message, whoever many react. */
import { mayInChannel, sees, standings, type Standing } from '../access/index.ts';
import {
  REACTION_KINDS,
  type ChannelId,
  type Message,
  type MessageId,
  type UserId,
  type WorkspaceId,
} from '../contract/index.ts';
import { channelStore, type ChannelStore } from './channel-store.ts';
import type { Content } from './content.ts';
import { membershipStore } from './membership-store.ts';
import { messageStore } from './message-store.ts';
import { restraintStore, type Silenced } from './restraint-store.ts';
import {
  reactionStore,
  type ReactionRow,
  type ReactionStore,
  type Recount,
  type Shown,
} from './reaction-store.ts';
import { mayRead, type ChannelRow, type MessageRow, type Readable } from './rows.ts';
import { withAdded, withRemoved } from './shown-reactions.ts';
import type { Transaction } from './transaction-store.ts';

export interface AskedReaction {
  readonly channelId: ChannelId;
  readonly messageId: MessageId;
  readonly userId: UserId;
  readonly emoji: string;
}

export interface ReactionBatch {
  readonly workspaceId: WorkspaceId;
  readonly asked: readonly AskedReaction[];
  /** True: to add them; false: to take them back. */
  readonly adds: boolean;
  readonly at: Date;
  /** Whether it waits for channels that somebody else holds; otherwise these are `busy`. */
  readonly wait: boolean;
}

type No = 'not_found' | 'forbidden' | 'channel_archived' | 'message_deleted' | 'too_many_reactions';

export type ReactionVerdict =
  | { readonly verdict: No | 'busy' }
  | { readonly verdict: 'muted'; readonly until: Date | null }
  | {
      readonly verdict: 'done';
      /** As it is now. */
      readonly message: MessageRow;
      /** True for the first of the batch to whom a message owes a new revision: the others need not tell of it. */
      readonly tells: boolean;
      /** The message with its text, if the key was at hand. */
      readonly shown: Message | null;
    };

/** What was read once the locks were held. */
interface Scene {
  /** Those that are locked. */
  readonly channels: ReadonlyMap<ChannelId, ChannelRow>;
  /** Those that are there: where one is not locked, somebody else holds it. */
  readonly there: ReadonlySet<ChannelId>;
  readonly messages: ReadonlyMap<string, MessageRow>;
  readonly muted: readonly Silenced[];
}

type Accepted = { readonly message: MessageRow };
type Judged = Accepted | Silenced | No | 'busy';

/**
 * See `ChatGrouped.react`. The senders to a channel wait while it is locked, so that what does not build on another
 * answer travels together: four round trips and COMMIT, however many react to however many messages.
 */
export async function commitReactions(
  parts: { readonly transaction: Transaction; readonly content: Content },
  { workspaceId, asked, adds, at, wait }: ReactionBatch,
): Promise<readonly ReactionVerdict[]> {
  const { judged, changed } = await parts.transaction(workspaceId, 'own', async (tx) => {
    const ids = [...new Set(asked.map(({ channelId }) => channelId))];
    const channelRows = channelStore(tx, workspaceId);
    const channels = new Map((await channelRows.lockAll(ids, wait)).map((row) => [row.id, row]));
    const readers = asked.flatMap(({ channelId, userId }) => {
      const channel = channels.get(channelId);
      return channel ? [{ channel, userId }] : [];
    });
    const [standing, found, intervals, muted, known] = await Promise.all([
      standings(tx).each(asked),
      messageStore(tx).findEach(asked),
      membershipStore(tx, workspaceId).readableEach(readers),
      // Whoever is muted takes back what they said, and says nothing more.
      adds ? restraintStore(tx).mutedAmong(asked, at) : [],
      // Asked whether or not some were locked by others: what is not there costs the same as what may not be seen.
      channelRows.findAll(ids),
    ]);
    const readable = intervals.values();
    const messages = new Map(found.map((row) => [`${row.channelId} ${row.id}`, row]));
    const scene = { channels, messages, muted, there: new Set(known.map(({ id }) => id)) };
    const kinds = new Map<string, Set<string>>();
    const judged = asked.map((one, i) => {
      const own = channels.has(one.channelId) ? readable.next().value : undefined;
      const verdict = judge(one, standing[i] ?? null, own ?? [], scene);
      return isAccepted(verdict) && adds && !fits(one, verdict.message, kinds)
        ? 'too_many_reactions'
        : verdict;
    });
    const rows = asked.flatMap(({ channelId, userId, emoji }, i) => {
      const verdict = judged[i];
      if (verdict === undefined || !isAccepted(verdict)) return [];
      return [{ channelId, seq: verdict.message.seq, emoji, userId }];
    });
    const reactions = reactionStore(tx, workspaceId);
    const done =
      rows.length === 0 ? [] : adds ? await reactions.add(rows, at) : await reactions.remove(rows);
    const changed = await advance({ channelRows, reactions }, scene, done, adds);
    return { judged, changed };
  });
  const told = new Set<string>();
  return judged.map((verdict): ReactionVerdict => {
    if (typeof verdict === 'string') return { verdict };
    if (!isAccepted(verdict)) return { verdict: 'muted', until: verdict.until };
    const key = placeKey(verdict.message);
    const change = changed.get(key);
    if (!change) return { verdict: 'done', message: verdict.message, tells: false, shown: null };
    const message = { ...verdict.message, ...change };
    if (told.has(key)) return { verdict: 'done', message, tells: false, shown: null };
    told.add(key);
    const shown = parts.content.messageAtHand(workspaceId, message);
    return { verdict: 'done', message, tells: true, shown };
  });
}

/** In the order of the road's own checks: who may not at all is told so before any message is looked for. */
function judge(
  { channelId, messageId, userId }: AskedReaction,
  standing: Standing | null,
  readable: Readable,
  { channels, there, messages, muted }: Scene,
): Judged {
  const channel = channels.get(channelId);
  if (!channel) return there.has(channelId) ? 'busy' : 'not_found';
  if (!standing || !sees(standing)) return 'not_found';
  if (!mayInChannel(standing, 'message.read') || !mayInChannel(standing, 'message.react'))
    return 'forbidden';
  const message = messages.get(`${channelId} ${messageId}`);
  if (!message || !mayRead(readable, message.seq)) return 'not_found';
  if (channel.archivedAt !== null) return 'channel_archived';
  if (message.deletedAt !== null) return 'message_deleted';
  const mute = muted.find((one) => one.channelId === channelId && one.userId === userId);
  return mute ?? { message };
}

const isAccepted = (verdict: Judged): verdict is Accepted =>
  typeof verdict !== 'string' && 'message' in verdict;

/** Whether the message has that kind already or room for it, with those that were let in before. */
function fits(
  { emoji }: AskedReaction,
  message: MessageRow,
  kinds: Map<string, Set<string>>,
): boolean {
  const key = placeKey(message);
  const known = kinds.get(key) ?? new Set(message.reactions?.map((one) => one.emoji));
  kinds.set(key, known);
  if (!known.has(emoji) && known.size >= REACTION_KINDS) return false;
  known.add(emoji);
  return true;
}

/** Gives each message that changed the next revision of its channel, and shows its reactions as they are now. */
async function advance(
  { channelRows, reactions }: { channelRows: ChannelStore; reactions: ReactionStore },
  { channels, messages }: Scene,
  rows: readonly ReactionRow[],
  adds: boolean,
) {
  const revs = new Map<ChannelId, number>();
  const known = new Map([...messages.values()].map((message) => [placeKey(message), message]));
  const shown: Shown[] = [];
  const unknown: Recount[] = [];
  for (const [key, changes] of byMessage(rows)) {
    const message = known.get(key);
    if (!message) throw new Error('a reaction changed that belongs to no message of the batch');
    const { channelId, seq } = message;
    const rev = (revs.get(channelId) ?? channels.get(channelId)?.lastRev ?? 0) + 1;
    revs.set(channelId, rev);
    const now = (adds ? withAdded : withRemoved)(message.reactions, changes);
    if (now === undefined) unknown.push({ channelId, seq, rev });
    else shown.push({ channelId, seq, rev, reactions: now });
  }
  const advanced = [...revs].map(([id, lastRev]) => ({ id, lastRev }));
  const [counted] = await Promise.all([
    unknown.length > 0 ? reactions.recount(unknown) : [],
    shown.length > 0 ? reactions.show(shown) : null,
    advanced.length > 0 ? channelRows.advanceAll(advanced) : null,
  ]);
  const revOf = new Map(unknown.map((one) => [placeKey(one), one.rev]));
  const all = counted.map((one): Shown => ({ ...one, rev: revOf.get(placeKey(one)) ?? 0 }));
  return new Map(
    [...shown, ...all].map((one) => [placeKey(one), { rev: one.rev, reactions: one.reactions }]),
  );
}

function byMessage(rows: readonly ReactionRow[]): ReadonlyMap<string, readonly ReactionRow[]> {
  const messages = new Map<string, ReactionRow[]>();
  for (const row of rows) {
    const others = messages.get(placeKey(row));
    if (others) others.push(row);
    else messages.set(placeKey(row), [row]);
  }
  return messages;
}

function placeKey({ channelId, seq }: Pick<MessageRow, 'channelId' | 'seq'>): string {
  return `${channelId} ${seq}`;
}
