/** What must hold of channels and their logs: places without a gap, counters that match the rows, marks within them. */
import { RESTORE, type Invariant } from './invariant.ts';

export const LOG: readonly Invariant[] = [
  {
    check: 'seq-dense',
    holds: 'posts have every place from after the truncated ones to the last',
    query: `
      SELECT format('channel %s: %s posts where there should be %s; none at %s', g.id, g.posts, g.wanted, coalesce((
          SELECT min(m.seq) + 1 FROM message m WHERE m.channel_id = g.id AND m.seq > g.purged_seq AND m.seq < g.last_seq
            AND NOT EXISTS (SELECT FROM message n WHERE n.channel_id = g.id AND n.seq = m.seq + 1)), g.purged_seq + 1)) AS bad
      FROM (
        SELECT c.id, c.purged_seq, c.last_seq, count(m.seq) AS posts, c.last_seq - c.purged_seq AS wanted
        FROM channel c LEFT JOIN message m ON m.channel_id = c.id AND m.seq > c.purged_seq
        GROUP BY c.id
        HAVING count(m.seq) <> c.last_seq - c.purged_seq OR coalesce(max(m.seq), c.last_seq) <> c.last_seq) g`,
    advice: RESTORE,
  },
  {
    check: 'truncated-gone',
    holds: 'posts that were truncated are gone',
    query: `SELECT format('channel %s: post %s is still there, up to %s they were truncated', c.id, m.seq, c.purged_seq) AS bad
      FROM channel c JOIN message m ON m.channel_id = c.id AND m.seq <= c.purged_seq`,
    advice: 'Run the retention of that channel again.',
  },
  {
    check: 'rev-ordered',
    holds: 'revisions of posts rise with their places',
    query: `SELECT format('channel %s: post %s has revision %s, and the one before it %s', channel_id, seq, posted_rev, before) AS bad
      FROM (SELECT channel_id, seq, posted_rev, lag(posted_rev) OVER (PARTITION BY channel_id ORDER BY seq) AS before
        FROM message) m WHERE posted_rev <= before`,
    advice: RESTORE,
  },
  {
    check: 'rev-once',
    holds: 'no revision is that of a post and of a membership',
    query: `SELECT format('channel %s: revision %s is of post %s and of the membership of %s', m.channel_id, m.rev, m.seq, s.user_id) AS bad
      FROM message m JOIN membership s ON s.channel_id = m.channel_id AND s.rev = m.rev`,
    advice: RESTORE,
  },
  {
    check: 'rev-head',
    holds: 'the last revision of a channel is that of its last change',
    query: `SELECT format('channel %s: its last revision is %s, and its last change has %s', c.id, c.last_rev, r.newest) AS bad
      FROM channel c CROSS JOIN LATERAL (SELECT greatest(c.settings_rev, c.access_rev, c.truncated_rev,
          (SELECT max(m.rev) FROM message m WHERE m.channel_id = c.id),
          (SELECT max(s.rev) FROM membership s WHERE s.channel_id = c.id)) AS newest) r
      WHERE r.newest IS DISTINCT FROM c.last_rev`,
    advice: RESTORE,
  },
  {
    check: 'read-marks',
    holds: 'nobody has read, joined or left beyond the end of a channel',
    query: `SELECT format('channel %s: %s has read to %s, joined at %s and left at %s of %s', s.channel_id, s.user_id,
        s.read_seq, s.joined_seq, coalesce(s.left_seq::text, 'no place'), c.last_seq) AS bad
      FROM membership s JOIN channel c ON c.id = s.channel_id
      WHERE greatest(s.read_seq, s.joined_seq, s.left_seq) > c.last_seq
        OR greatest(s.joined_rev, s.left_rev) > c.last_rev OR s.left_seq < s.joined_seq`,
    advice:
      'Set the mark to the end of the channel; for the other two, find out who changed rows by hand.',
  },
  {
    check: 'joined-last',
    holds: 'channels know where their newest member joined',
    query: `SELECT format('channel %s: its newest member joined at %s, it says %s', c.id, max(s.joined_seq), c.newest_joined_seq) AS bad
      FROM channel c JOIN membership s ON s.channel_id = c.id AND s.left_rev IS NULL
      GROUP BY c.id HAVING max(s.joined_seq) > c.newest_joined_seq`,
    advice: 'Raise newest_joined_seq: a post from before somebody joined could reach them.',
  },
  {
    check: 'overrides-known',
    holds: 'channels know that they have overrides',
    query: `SELECT format('channel %s: override %s is not looked for', o.channel_id, o.id) AS bad
      FROM channel_override o JOIN channel c ON c.id = o.channel_id WHERE NOT c.has_overrides`,
    advice: 'Set has_overrides: what was denied there is allowed until then.',
  },
  {
    check: 'threads-counted',
    holds: 'no reply has a place beyond the count of its thread',
    query: `SELECT format('channel %s: reply %s is the %s. of a thread of %s', m.channel_id, m.seq, m.thread_place, r.reply_count) AS bad
      FROM message m JOIN message r ON r.channel_id = m.channel_id AND r.id = m.thread_root
      WHERE m.thread_place > coalesce(r.reply_count, 0)`,
    advice: RESTORE,
  },
  {
    check: 'reactions-placed',
    holds: 'every reaction is one to a post',
    query: `SELECT format('channel %s: there is a reaction to post %s', r.channel_id, r.seq) AS bad
      FROM reaction r LEFT JOIN message m ON m.channel_id = r.channel_id AND m.seq = r.seq
      WHERE m.id IS NULL`,
    advice: RESTORE,
  },
  {
    check: 'deleted-gone',
    holds: 'nothing is left of deleted texts',
    query: `SELECT format('channel %s: post %s is deleted and has %s', m.channel_id, m.seq, left_.what) AS bad
      FROM message m CROSS JOIN LATERAL (
        SELECT 'a text' AS what WHERE m.body_sealed IS NOT NULL
        UNION ALL SELECT 'former versions' WHERE EXISTS (
          SELECT FROM message_version v WHERE v.channel_id = m.channel_id AND v.seq = m.seq)
        UNION ALL SELECT 'reactions' WHERE EXISTS (
          SELECT FROM reaction r WHERE r.channel_id = m.channel_id AND r.seq = m.seq)
        UNION ALL SELECT 'mentions' WHERE EXISTS (
          SELECT FROM mention n WHERE n.channel_id = m.channel_id AND n.seq = m.seq)) left_
      WHERE m.deleted_at IS NOT NULL`,
    advice: 'Remove what is left: it was to go with the text.',
  },
];
