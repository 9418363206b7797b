/** What an erasure takes from channels: texts become tombstones in the log, so that every client takes them away too. */
import type { ChannelId, UserId, WorkspaceId } from '../contract/index.ts';
import type { ErasedPiece, ErasureCursor, ErasureScope, ErasureStep } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { lookUpTo, memberChanged, messagesChanged } from './changes.ts';
import { channelStore } from './channel-store.ts';
import { shown } from './content.ts';
import { membershipStore } from './membership-store.ts';
import { COLUMNS, fromRaw } from './message-store.ts';
import { reactionStore } from './reaction-store.ts';
import type { ChannelRow, MessageRow } from './rows.ts';
import { tombstoneStore } from './tombstone-store.ts';

/**
 * Posts that a piece looks at at most while it holds the channel, those that are gone already among them: as many as take
 * some ten milliseconds, as a step of a deletion of many does. With 150 those who write there waited 2.4 times as long at
 * the 99th percentile as without (docs/performance.md, npm run bench:privacy).
 */
const LOOKED_AT = 60;
/** Tombstones in one notice between nodes: they fit into one packet. */
const NOTICE_MESSAGES = 50;
/** Reactions of the person that a piece takes away at most. */
const OWN_REACTIONS = 50;
/** Reactions of others that go with them at most, one message excepted. */
const REACTIONS = 10_000;
/** Places that a piece looks for reactions in. */
const PLACES = 2_000;
/** Rows that nobody is told of. */
const ROWS = 1_000;

export const chatErasure: readonly ErasureStep<Tx>[] = [
  {
    name: 'chat.key-epoch',
    phase: 'keys',
    answersFor: [],
    ofChannel: true,
    /** Whoever may go on writing in the channel does so under a new key, which this erasure never destroys. */
    async run(tx, { workspaceId, channelId }) {
      if (channelId === null) return nothing;
      await tx.channel.updateMany({
        where: { workspaceId, id: channelId },
        data: { keyEpoch: { increment: 1 } },
      });
      return nothing;
    },
  },
  {
    name: 'chat.messages',
    phase: 'rows',
    answersFor: ['message.author_id', 'message.body_sealed', 'message_version.body_sealed'],
    ofChannel: true,
    run: (tx, scope, cursor) => inNextChannel(tx, scope, cursor, tombstones),
  },
  {
    name: 'chat.reactions',
    phase: 'rows',
    answersFor: ['reaction.user_id'],
    ofChannel: false,
    run: (tx, scope, cursor) => inNextChannel(tx, scope, cursor, reactions),
  },
  {
    name: 'chat.mentions',
    phase: 'rows',
    answersFor: ['mention.user_id', 'channel_override.user_id'],
    ofChannel: false,
    async run(tx, { workspaceId, subjectId }) {
      const gone = await tx.$executeRaw`DELETE FROM mention WHERE (channel_id, seq, user_id) IN (
        SELECT channel_id, seq, user_id FROM mention
        WHERE workspace_id = ${workspaceId}::uuid AND user_id = ${subjectId}::uuid LIMIT ${ROWS})`;
      const { count } = await tx.channelOverride.deleteMany({
        where: { workspaceId, userId: subjectId },
      });
      const counts = { mention: gone, channel_override: count };
      return { next: gone === ROWS ? {} : null, counts };
    },
  },
  {
    name: 'chat.memberships',
    phase: 'rows',
    answersFor: ['membership.user_id'],
    ofChannel: false,
    run: (tx, scope, cursor) => inNextChannel(tx, scope, cursor, leave),
  },
];

const nothing: ErasedPiece = { next: null, counts: {} };

type InChannel = (
  tx: Tx,
  scope: ErasureScope,
  channel: ChannelRow,
  cursor: ErasureCursor,
) => Promise<ErasedPiece>;

/**
 * One piece in the channel that the cursor names, or in the next one that the person ever was in: nobody wrote or
 * reacted anywhere else. The channel is held: what a send that began before the keys went has stored is seen.
 */
async function inNextChannel(
  tx: Tx,
  scope: ErasureScope,
  cursor: ErasureCursor | null,
  work: InChannel,
): Promise<ErasedPiece> {
  const { workspaceId, subjectId } = scope;
  const within = typeof cursor?.['channel'] === 'string' ? cursor['channel'] : null;
  const after = typeof cursor?.['after'] === 'string' ? cursor['after'] : null;
  const found = await tx.membership.findFirst({
    where: {
      ...{ workspaceId, userId: subjectId },
      channelId: scope.channelId ?? within ?? (after === null ? {} : { gt: after }),
    },
    orderBy: { channelId: 'asc' },
    select: { channelId: true },
  });
  const isDone = scope.channelId !== null && after === scope.channelId;
  if (!found || isDone) return nothing;
  const id = found.channelId as ChannelId;
  const channel = await channelStore(tx, workspaceId).lock(id);
  const piece = channel ? await work(tx, scope, channel, cursor ?? {}) : nothing;
  return { ...piece, next: piece.next ? { ...piece.next, channel: id } : { after: id } };
}

/** In the order of the index over author and clientId: however many others wrote in between costs nothing. */
const tombstones: InChannel = async (tx, scope, channel, { client = '' }) => {
  const { workspaceId, subjectId, now, upTo, kept } = scope;
  const held = kept.get(channel.id);
  if (held === 'all') return nothing;
  const rows = await tx.message.findMany({
    where: {
      ...{ channelId: channel.id, authorId: subjectId },
      ...(client !== '' && { clientId: { gt: String(client) } }),
      ...(upTo && { OR: [{ at: { lt: upTo.at } }, { keyEpoch: { lte: upTo.keyEpoch } }] }),
    },
    orderBy: { clientId: 'asc' },
    take: LOOKED_AT,
    select: { ...COLUMNS, clientId: true },
  });
  const last = { at: rows.length < LOOKED_AT ? null : (rows.at(-1)?.clientId ?? null) };
  const found: MessageRow[] = [];
  let reacted = 0;
  for (const [i, row] of rows.entries()) {
    const message = fromRaw(row);
    const isHeld = held?.some(({ from, to }) => {
      return (from === null || message.at >= from) && (to === null || message.at < to);
    });
    if (message.deletedAt !== null || isHeld) continue;
    for (const { count } of message.reactions ?? []) reacted += count;
    const isFull = found.length > 0 && reacted > REACTIONS;
    if (isFull) last.at = rows[i - 1]?.clientId ?? null;
    if (isFull) break;
    found.push(message);
  }
  const rev = await channelStore(tx, workspaceId).advanceBy(channel, found.length);
  const deletion = { by: subjectId, rev: rev - found.length + 1, at: now };
  const gone = await tombstoneStore(tx).put(found, deletion);
  const versions = found.reduce((sum, { version }) => sum + version - 1, 0);
  return {
    next: last.at === null ? null : { client: last.at },
    counts: { message: gone.length, message_version: versions },
    effects: told(workspaceId, channel.id, gone),
  };
};

function told(workspaceId: WorkspaceId, channelId: ChannelId, gone: readonly MessageRow[]) {
  const messages = gone.map((row) => shown(row, 'deleted', null));
  const notices: ReturnType<typeof messagesChanged>[] = [];
  for (let from = 0; from < messages.length; from += NOTICE_MESSAGES)
    notices.push(
      messagesChanged(workspaceId, channelId, messages.slice(from, from + NOTICE_MESSAGES)),
    );
  return notices;
}

/** The person's reactions to what others wrote; each message is counted anew, at a revision of its own. */
const reactions: InChannel = async (tx, scope, channel, { seq = 0 }) => {
  const { workspaceId, subjectId: userId } = scope;
  const { id: channelId } = channel;
  const upTo = Math.min(Number(seq) + PLACES, channel.lastSeq);
  const found = await tx.reaction.findMany({
    where: { channelId, userId, seq: { gt: BigInt(seq as number), lte: BigInt(upTo) } },
    orderBy: { seq: 'asc' },
    take: OWN_REACTIONS,
    select: { seq: true, emoji: true },
  });
  const rows = found.map((row) => ({ ...row, seq: Number(row.seq), channelId, userId }));
  const store = reactionStore(tx, workspaceId);
  await store.remove(rows);
  const places = [...new Set(rows.map((row) => row.seq))];
  const last = await channelStore(tx, workspaceId).advanceBy(channel, places.length);
  const first = last - places.length + 1;
  await store.recount(places.map((place, i) => ({ channelId, seq: place, rev: first + i })));
  // A message with more of them than fit is looked at again: what was removed is not found twice.
  const reached = rows.length < OWN_REACTIONS ? upTo : (rows.at(-1)?.seq ?? upTo) - 1;
  return {
    next: reached < channel.lastSeq ? { seq: reached } : null,
    counts: { reaction: rows.length },
    effects: rows.length > 0 ? [lookUpTo(workspaceId, channelId, last)] : [],
  };
};

/** Leaves the channel as anybody does; where nobody else owns it, who has been there longest of its keepers does now. */
const leave: InChannel = async (tx, { workspaceId, subjectId, now }, channel) => {
  const members = membershipStore(tx, workspaceId);
  const channels = channelStore(tx, workspaceId);
  const member = await members.current(channel.id, subjectId);
  await tx.membership.updateMany({
    where: { channelId: channel.id, userId: subjectId },
    data: { lastPostAt: null, readSeq: 0n },
  });
  if (!member) return nothing;
  const isLastOwner = member.role === 'owner' && (await members.owners(channel.id)) === 1;
  const heirId = isLastOwner ? await heirOf(tx, channel.id, subjectId) : null;
  const heir = heirId && (await members.current(channel.id, heirId));
  let rev = await channels.advanceBy(channel, heir ? 2 : 1);
  const left = await members.close(channel, member, rev, now);
  const effects = [memberChanged(workspaceId, channel.id, left)];
  if (heir) {
    const owner = await members.setRole(channel.id, heir, 'owner', (rev -= 1));
    effects.unshift(memberChanged(workspaceId, channel.id, owner));
  }
  return { next: null, counts: { membership: 1 }, effects };
};

async function heirOf(tx: Tx, channelId: ChannelId, leaving: UserId): Promise<UserId | null> {
  const [heir] = await tx.$queryRaw<{ userId: UserId }[]>`
    SELECT b.user_id AS "userId" FROM membership b
    JOIN account a ON a.workspace_id = b.workspace_id AND a.id = b.user_id AND a.status = 'active'
    WHERE b.channel_id = ${channelId}::uuid AND b.left_rev IS NULL AND b.user_id <> ${leaving}::uuid
      AND b.role IN ('moderator', 'member')
    ORDER BY b.role = 'moderator' DESC, b.joined_rev LIMIT 1`;
  return heir?.userId ?? null;
}
