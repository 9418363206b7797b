-- The same append, which knows more of what a post may be: overrides of the channel count, a deny above
-- all; in a read-only channel its keepers alone write; 'muted' has the
-- end of the mute as its time, 'slow_mode' the time from which the author may post again, and only in a channel with slow
-- mode does a post write the membership of its author; a reply finds the first message of its thread, which learns how
-- far the thread goes; and who is mentioned gets a row. All of it in the one round trip.
DROP FUNCTION append_messages(uuid, uuid[], uuid[], uuid[], uuid[], bytea[], int[], uuid[], timestamptz, text[], text[],
  boolean);

CREATE FUNCTION append_messages(
  _workspace uuid, _channel uuid[], _author uuid[], _client uuid[], _id uuid[], _body bytea[], _key_epoch int[],
  _reply_to uuid[], _at timestamptz, _channel_roles text[], _workspace_roles text[], _wait boolean,
  _mention_of int[] DEFAULT '{}', _mentioned uuid[] DEFAULT '{}')
RETURNS TABLE (i int, verdict text, id uuid, seq bigint, rev bigint, at timestamptz, epoch int,
  thread_root uuid, thread_place int, mentions jsonb)
LANGUAGE plpgsql
SET search_path = pg_catalog, public
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET app.workspace = '' -- confines the set_config below to this call
AS $$
#variable_conflict use_column
DECLARE
  _locked uuid[];
  -- Who keeps a channel is not kept waiting by its slow mode: as CHANNEL_POLICY says of channel.pace.
  _unhurried CONSTANT text[] := ARRAY['owner', 'moderator'];
BEGIN
  PERFORM set_config('app.workspace', _workspace::text, true);
  -- The locks, in id order, as a statement of their own: the next statement's snapshot is taken after the wait,
  -- so a removal that held the lock is seen, and one that waits for it comes later in the log. Without waiting,
  -- a channel that somebody else holds is left out: its rows are 'busy', and the others need not wait for it.
  IF _wait THEN
    SELECT array_agg(l.id) INTO _locked FROM (
      SELECT c.id FROM channel c WHERE c.id = ANY (_channel) ORDER BY c.id FOR NO KEY UPDATE) l;
  ELSE
    SELECT array_agg(l.id) INTO _locked FROM (
      SELECT c.id FROM channel c WHERE c.id = ANY (_channel) ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED) l;
  END IF;
  RETURN QUERY
  WITH input AS MATERIALIZED (
    SELECT u.i::int AS i, u.channel, u.author, u.client, u.id, u.body, u.key_epoch, u.reply_to,
           min(u.i) OVER (PARTITION BY u.channel, u.author, u.client)::int AS first_i
    FROM unnest(_channel, _author, _client, _id, _body, _key_epoch, _reply_to) WITH ORDINALITY
      AS u(channel, author, client, id, body, key_epoch, reply_to, i)),
  known AS MATERIALIZED (
    SELECT n.i, m.id, m.seq, m.at, m.posted_rev AS rev
    FROM input n
    JOIN message m ON m.channel_id = n.channel AND m.author_id = n.author AND m.client_id = n.client),
  judged AS MATERIALIZED (
    SELECT n.i, CASE
      WHEN c.id IS NOT NULL AND (c.id = ANY (_locked)) IS NOT TRUE THEN 'busy'
      WHEN c.id IS NULL OR a.id IS NULL THEN 'not_found'
      WHEN b.role IS NULL AND (c.kind <> 'public' OR a.role = 'guest') THEN 'not_found'
      WHEN b.role IS NULL OR v.denied OR NOT (b.role = ANY (_channel_roles) OR v.allowed)
        OR NOT a.role = ANY (_workspace_roles) THEN 'forbidden'
      -- access/policy.ts says the same of whoever does not post: in a read-only channel its keepers alone write.
      WHEN c.read_only AND NOT b.role IN ('owner', 'moderator') THEN 'forbidden'
      WHEN c.archived_at IS NOT NULL THEN 'archived'
      WHEN b.muted_at IS NOT NULL AND (b.muted_until IS NULL OR b.muted_until > _at) THEN 'muted'
      WHEN n.reply_to IS NOT NULL AND r.id IS NULL THEN 'not_found'
      WHEN k.epoch IS NULL OR k.epoch <> c.key_epoch THEN 'stale_key'
      WHEN c.slow_mode_seconds > 0 AND b.role <> ALL (_unhurried)
        AND b.last_post_at + make_interval(secs => c.slow_mode_seconds) > _at THEN 'slow_mode'
      ELSE 'sent' END AS verdict,
      CASE WHEN b.muted_at IS NOT NULL AND (b.muted_until IS NULL OR b.muted_until > _at) THEN b.muted_until
        ELSE b.last_post_at + make_interval(secs => c.slow_mode_seconds) END AS until,
      _at + make_interval(secs => c.slow_mode_seconds) AS next_at,
      c.slow_mode_seconds > 0 AND b.role <> ALL (_unhurried) AS paced,
      coalesce(r.thread_root, r.id) AS root, coalesce(t.reply_count, r.thread_place, r.reply_count, 0) AS replies
    FROM input n
    LEFT JOIN channel c ON c.id = n.channel
    LEFT JOIN account a ON a.workspace_id = _workspace AND a.id = n.author AND a.status = 'active'
    LEFT JOIN membership b ON b.channel_id = n.channel AND b.user_id = n.author AND b.left_rev IS NULL
    -- Not looked for where the channel says that there are none.
    CROSS JOIN LATERAL (
      SELECT coalesce(bool_or(o.effect = 'deny'), false) AS denied, coalesce(bool_or(o.effect = 'allow'), false) AS allowed
      FROM channel_override o
      WHERE c.has_overrides AND o.channel_id = n.channel AND o.permission = 'message.send'
        AND (o.role = b.role OR o.user_id = n.author)) v
    LEFT JOIN data_key k ON k.channel_id = n.channel AND k.author_id = n.author AND k.epoch = n.key_epoch
    LEFT JOIN message r ON r.channel_id = n.channel AND r.id = n.reply_to
      AND (c.history_policy = 'all' OR EXISTS (
        SELECT FROM membership p WHERE p.channel_id = n.channel AND p.user_id = n.author
          AND r.seq > p.joined_seq AND (p.left_seq IS NULL OR r.seq <= p.left_seq)))
    LEFT JOIN message t ON t.channel_id = n.channel AND t.id = r.thread_root),
  -- In slow mode the first post of an author has its turn, and the others are too soon.
  turns AS MATERIALIZED (
    SELECT n.*, c.last_seq, c.last_rev, c.epoch, j.paced, j.root, j.replies,
      row_number() OVER (PARTITION BY n.channel, n.author ORDER BY n.i) AS turn
    FROM input n
    JOIN judged j ON j.i = n.i AND j.verdict = 'sent'
    JOIN channel c ON c.id = n.channel
    WHERE n.first_i = n.i AND NOT EXISTS (SELECT FROM known k WHERE k.i = n.i)),
  fresh AS MATERIALIZED (
    SELECT t.*, row_number() OVER (PARTITION BY t.channel ORDER BY t.i) AS place,
      t.replies + row_number() OVER (PARTITION BY t.channel, t.root ORDER BY t.i)::int AS reply
    FROM turns t
    WHERE t.turn = 1 OR NOT t.paced),
  pace AS (
    UPDATE membership b SET last_post_at = _at
    FROM fresh f WHERE f.paced AND b.channel_id = f.channel AND b.user_id = f.author AND b.left_rev IS NULL),
  bump AS (
    UPDATE channel c SET last_seq = c.last_seq + f.posts, last_rev = c.last_rev + f.posts
    FROM (SELECT channel, count(*) AS posts FROM fresh GROUP BY channel) f WHERE c.id = f.channel),
  -- The first message of a thread knows how far it goes. Its revision stays: each reply tells its readers.
  threads AS (
    UPDATE message m SET reply_count = f.replies, last_reply_seq = f.seq
    FROM (SELECT channel, root, max(reply) AS replies, max(last_seq + place) AS seq FROM fresh
          WHERE root IS NOT NULL GROUP BY channel, root) f WHERE m.channel_id = f.channel AND m.id = f.root),
  -- Of those who were named, the members; who is none has no part in it, whoever they are.
  told AS MATERIALIZED (
    SELECT f.i, array_agg(DISTINCT b.user_id) AS users
    FROM unnest(_mention_of, _mentioned) AS u(i, user_id)
    JOIN fresh f ON f.i = u.i
    JOIN membership b ON b.channel_id = f.channel AND b.user_id = u.user_id AND b.left_rev IS NULL
    GROUP BY f.i),
  mentioned AS (
    INSERT INTO mention (workspace_id, channel_id, seq, user_id, message_id)
    SELECT _workspace, f.channel, f.last_seq + f.place, u.user_id, f.id
    FROM told d JOIN fresh f ON f.i = d.i, unnest(d.users) AS u(user_id)),
  put AS (
    INSERT INTO message (workspace_id, channel_id, seq, id, rev, posted_rev, author_id, client_id, reply_to, body_sealed,
      key_epoch, at, thread_root, thread_place, mentions)
    SELECT _workspace, f.channel, f.last_seq + f.place, f.id, f.last_rev + f.place, f.last_rev + f.place, f.author, f.client, f.reply_to,
      f.body, f.key_epoch, _at, f.root, CASE WHEN f.root IS NOT NULL THEN f.reply END, to_jsonb(d.users)
    FROM fresh f LEFT JOIN told d ON d.i = f.i)
  SELECT n.i,
    CASE WHEN k.i IS NOT NULL THEN 'duplicate'
         WHEN f.i IS NULL AND j.verdict = 'sent' THEN 'slow_mode'
         WHEN f.i IS NULL THEN j.verdict
         WHEN f.i = n.i THEN 'sent' ELSE 'duplicate' END,
    coalesce(k.id, f.id), coalesce(k.seq, f.last_seq + f.place), coalesce(k.rev, f.last_rev + f.place),
    coalesce(k.at, CASE WHEN f.i IS NOT NULL THEN _at WHEN j.verdict = 'sent' THEN j.next_at ELSE j.until END), f.epoch,
    f.root, CASE WHEN f.root IS NOT NULL THEN f.reply END, to_jsonb(d.users)
  FROM input n
  JOIN judged j ON j.i = n.first_i
  LEFT JOIN known k ON k.i = n.i
  LEFT JOIN fresh f ON f.i = n.first_i
  LEFT JOIN told d ON d.i = n.first_i
  ORDER BY n.i;
END $$;

REVOKE ALL ON FUNCTION append_messages FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_messages TO conclave_app;
