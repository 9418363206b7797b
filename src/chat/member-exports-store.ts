/** Where one person was, what they may do there and where they were mentioned: as rows, page by page. */
import type { ChannelId, UserId } from '../contract/index.ts';
import type { DataSubject, ExportCursor } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

const PAGE = 500;

export interface ExportedMembership {
  readonly channelId: ChannelId;
  readonly role: string;
  readonly joinedRev: bigint;
  readonly joinedSeq: bigint;
  readonly leftSeq: bigint | null;
  readonly readSeq: bigint;
  readonly joinedAt: Date;
  readonly leftAt: Date | null;
  readonly mutedAt: Date | null;
  readonly mutedUntil: Date | null;
  readonly lastPostAt: Date | null;
  readonly createdBy: UserId;
}

/** Each interval of each membership, in the order of channels. */
export async function membershipsPage(
  tx: Tx,
  { workspaceId, userId }: DataSubject,
  cursor: ExportCursor | null,
) {
  const [channel = null, rev = 0] = cursor ?? [];
  const rows = await tx.$queryRaw<ExportedMembership[]>`
    SELECT m.channel_id AS "channelId", m.role, m.joined_rev AS "joinedRev", m.joined_seq AS "joinedSeq",
      m.left_seq AS "leftSeq", m.read_seq AS "readSeq", m.joined_at AS "joinedAt", m.left_at AS "leftAt",
      m.muted_at AS "mutedAt", m.muted_until AS "mutedUntil", m.last_post_at AS "lastPostAt",
      c.created_by AS "createdBy"
    FROM membership m JOIN channel c ON c.id = m.channel_id
    WHERE m.workspace_id = ${workspaceId}::uuid AND m.user_id = ${userId}::uuid
      AND (${channel}::uuid IS NULL OR m.channel_id >= ${channel}::uuid
        AND (m.channel_id, m.joined_rev) > (${channel}::uuid, ${rev}::bigint))
    ORDER BY m.channel_id, m.joined_rev LIMIT ${PAGE}`;
  const last = rows.at(-1);
  const next: ExportCursor | null =
    last && rows.length === PAGE ? [last.channelId, Number(last.joinedRev)] : null;
  return { rows, next };
}

/** The same people and permissions as in `channel_override`; those of whole roles are not about anybody. */
export async function overridesPage(tx: Tx, { userId }: DataSubject, cursor: ExportCursor | null) {
  const rows = await tx.channelOverride.findMany({
    where: { userId, ...(cursor && { id: { gt: String(cursor[0]) } }) },
    orderBy: { id: 'asc' },
    take: PAGE,
    select: { id: true, channelId: true, permission: true, effect: true },
  });
  const last = rows.at(-1);
  const next: ExportCursor | null = last && rows.length === PAGE ? [last.id] : null;
  return { rows, next };
}

/** In the order of the messages, which rises with time. */
export async function mentionsPage(
  tx: Tx,
  { workspaceId, userId }: DataSubject,
  cursor: ExportCursor | null,
) {
  const rows = await tx.mention.findMany({
    where: { workspaceId, userId, ...(cursor && { messageId: { gt: String(cursor[0]) } }) },
    orderBy: { messageId: 'asc' },
    take: PAGE,
    select: { channelId: true, seq: true, messageId: true },
  });
  const last = rows.at(-1);
  const next: ExportCursor | null = last && rows.length === PAGE ? [last.messageId] : null;
  return { rows, next };
}
