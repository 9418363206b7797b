-- Read marks: up to where a member has read, one integer per membership. What came before one joined, and what was
-- truncated, counts as read wherever the mark is read: the column holds only what was marked.

ALTER TABLE "membership" ADD COLUMN "read_seq" BIGINT NOT NULL DEFAULT 0;

ALTER TABLE membership ADD CHECK (read_seq >= 0);
GRANT UPDATE (read_seq) ON membership TO conclave_app;

-- Moves many marks in one round trip, each forward only and never beyond the channel's last post. The channels are
-- not locked: a mark that is behind a post that is being made is right. The rows are locked in the order of their key,
-- so that two batches wait for each other and never both.
CREATE FUNCTION mark_read(
  _workspace uuid, _channel uuid[], _user uuid[], _seq bigint[], _channel_roles text[], _workspace_roles text[])
RETURNS TABLE (i int, verdict text, seq bigint, last_seq bigint, moved boolean)
LANGUAGE plpgsql
SET search_path = pg_catalog, public
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET app.workspace = '' -- confines the set_config below to this call
AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('app.workspace', _workspace::text, true);
  RETURN QUERY
  WITH judged AS MATERIALIZED (
    SELECT u.i::int AS i, u.channel, u.reader, b.joined_rev, b.read_seq, c.last_seq,
      greatest(b.read_seq, b.joined_seq, c.purged_seq) AS present,
      least(max(u.seq) OVER (PARTITION BY u.channel, u.reader), c.last_seq) AS wanted,
      CASE
        WHEN c.id IS NULL OR a.id IS NULL THEN 'not_found'
        WHEN b.role IS NULL AND (c.kind <> 'public' OR a.role = 'guest') THEN 'not_found'
        WHEN b.role IS NULL OR NOT b.role = ANY (_channel_roles) OR NOT a.role = ANY (_workspace_roles) THEN 'forbidden'
        ELSE 'marked' END AS verdict
    FROM unnest(_channel, _user, _seq) WITH ORDINALITY AS u(channel, reader, seq, i)
    LEFT JOIN channel c ON c.id = u.channel
    LEFT JOIN account a ON a.workspace_id = _workspace AND a.id = u.reader AND a.status = 'active'
    LEFT JOIN membership b ON b.channel_id = u.channel AND b.user_id = u.reader AND b.left_rev IS NULL),
  held AS MATERIALIZED (
    SELECT m.channel_id, m.user_id, m.joined_rev, w.wanted
    FROM (SELECT DISTINCT channel, reader, joined_rev, wanted FROM judged
          WHERE verdict = 'marked' AND wanted > read_seq) w
    JOIN membership m ON m.channel_id = w.channel AND m.user_id = w.reader AND m.joined_rev = w.joined_rev
    WHERE m.left_rev IS NULL
    ORDER BY m.channel_id, m.user_id FOR NO KEY UPDATE OF m),
  marked AS (
    UPDATE membership m SET read_seq = h.wanted FROM held h
    WHERE m.channel_id = h.channel_id AND m.user_id = h.user_id AND m.joined_rev = h.joined_rev
      AND m.read_seq < h.wanted)
  SELECT j.i, j.verdict, greatest(j.present, j.wanted), j.last_seq, coalesce(j.wanted > j.present, false)
  FROM judged j ORDER BY j.i;
END $$;

REVOKE ALL ON FUNCTION mark_read FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mark_read TO conclave_app;
