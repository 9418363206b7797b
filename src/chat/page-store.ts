/** A page of a channel with all that decides who may read it, of one snapshot and in one round trip. */
import {
  asStandings,
  standingsQuestion,
  WORKSPACE_POLICY,
  type Standing,
} from '../access/index.ts';
import { WorkspaceRole, type ChannelId, type UserId, type WorkspaceId } from '../contract/index.ts';
import type { Glances, Question } from '../platform/postgres/index.ts';
import { fromRaw, type RawMessage } from './message-store.ts';
import type { MessageRow } from './rows.ts';

export interface WantedPage {
  readonly channelId: ChannelId;
  readonly userId: UserId;
  /** Only posts with a lower place; the newest where it is null. */
  readonly before: number | null;
  readonly limit: number;
}

export interface ChannelPage {
  readonly standing: Standing;
  /** Where the channel's log ends. */
  readonly rev: number;
  readonly epoch: number;
  /** The newest that the reader was there for, or all where the channel's policy is so; newest first. */
  readonly rows: readonly MessageRow[];
}

/** Null where there is no such channel, or the account is not active. The same three questions in any case. */
export async function channelPage(
  statements: Glances,
  workspaceId: WorkspaceId,
  wanted: WantedPage,
): Promise<ChannelPage | null> {
  const { channelId, userId } = wanted;
  const [standings = [], heads = [], rows = []] = await statements.glance(workspaceId, [
    standingsQuestion(userId, [channelId]),
    { name: 'channel-head', text: HEAD, values: [channelId] },
    pageQuestion(wanted),
  ]);
  const [standing] = asStandings(standings).values();
  const [head] = heads;
  if (!standing || !head) return null;
  const messages = rows.map((row) => fromRaw(row as RawMessage));
  return { standing, rev: Number(head['rev']), epoch: Number(head['epoch']), rows: messages };
}

const HEAD = 'SELECT last_rev AS rev, epoch FROM channel WHERE id = $1::uuid';

/** Who sees public channels without being in them. */
const PASSERS_BY = WorkspaceRole.options.filter((role) =>
  (WORKSPACE_POLICY[role] as readonly string[]).includes('channel.read'),
);

/**
 * Who may read is decided by the standing. Here nothing is read of a channel that is not there for the reader, so that
 * not even the time tells how much is in it. Each time in which the reader was there is a range of the key, read
 * backwards, as is the one range of those who may read all: never a row that is not shown, however much is in the
 * channel.
 */
const PAGE = `
  SELECT m.* FROM (
    SELECT 0 AS after, NULL AS up_to FROM channel c JOIN account a ON a.id = $2::uuid
    WHERE c.id = $1::uuid AND c.history_policy = 'all' AND (
      EXISTS (SELECT FROM membership b WHERE b.channel_id = c.id AND b.user_id = a.id AND b.left_rev IS NULL)
      OR (c.kind = 'public' AND a.role = ANY ($5::text[]))
      OR (a.has_roles AND roles_reaching(a.id, c.id) IS NOT NULL))
    UNION ALL
    SELECT i.joined_seq, i.left_seq FROM channel c JOIN membership i ON i.channel_id = c.id AND i.user_id = $2::uuid
    WHERE c.id = $1::uuid AND c.history_policy <> 'all') i,
  LATERAL (
    SELECT channel_id AS "channelId", id, seq, rev, version, author_id AS "authorId", reply_to AS "replyTo",
      body_sealed AS "bodySealed", key_epoch AS "keyEpoch", at, edited_at AS "editedAt",
      deleted_at AS "deletedAt", deleted_by AS "deletedBy", reactions,
      thread_root AS "threadRoot", thread_place AS "threadPlace", reply_count AS "replyCount",
      last_reply_seq AS "lastReplySeq", mentions, pinned_at AS "pinnedAt", pinned_by AS "pinnedBy"
    FROM message
    WHERE channel_id = $1::uuid AND seq > i.after AND seq <= least(i.up_to, $3::bigint - 1)
    ORDER BY seq DESC LIMIT $4::int) m
  ORDER BY m.seq DESC LIMIT $4::int`;

/** No post has a place as high. */
const NO_END = Number.MAX_SAFE_INTEGER;

/** What is asked for the rows of a page. */
export function pageQuestion({ channelId, userId, before, limit }: WantedPage): Question {
  return {
    name: 'channel-page',
    text: PAGE,
    values: [channelId, userId, before ?? NO_END, limit, PASSERS_BY],
  };
}
