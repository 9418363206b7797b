-- What moderators do to people and channels: mutes and bans that end, a pace of posting, and the record of every act.

-- AlterTable
ALTER TABLE "channel" ADD COLUMN "slow_mode_seconds" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "membership" ADD COLUMN "muted_at" TIMESTAMPTZ(3),
  ADD COLUMN "muted_until" TIMESTAMPTZ(3),
  ADD COLUMN "last_post_at" TIMESTAMPTZ(3);
ALTER TABLE channel ADD CHECK (slow_mode_seconds BETWEEN 0 AND 86400);
ALTER TABLE membership ADD CHECK (muted_until IS NULL OR muted_at IS NOT NULL);
GRANT UPDATE (slow_mode_seconds) ON channel TO conclave_app;
GRANT UPDATE (muted_at, muted_until, last_post_at) ON membership TO conclave_app;

-- CreateTable
CREATE TABLE "moderation_act" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "subject_id" UUID NOT NULL,
    "actor_id" UUID,
    "kind" TEXT NOT NULL,
    "message_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" UUID,
    "reason_sealed" BYTEA,

    CONSTRAINT "moderation_act_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateIndex
CREATE INDEX "moderation_act_workspace_id_subject_id_id_idx" ON "moderation_act"("workspace_id", "subject_id", "id");

-- CreateIndex
CREATE INDEX "moderation_act_workspace_id_channel_id_id_idx" ON "moderation_act"("workspace_id", "channel_id", "id");

-- What holds somebody in a channel: one mute and one ban at most.
CREATE UNIQUE INDEX moderation_act_in_force ON moderation_act (channel_id, subject_id, kind)
  WHERE ended_at IS NULL AND kind IN ('mute', 'ban');

ALTER TABLE moderation_act
  ADD CHECK (kind IN ('mute', 'unmute', 'ban', 'unban', 'kick', 'delete', 'delete-many')),
  ADD CHECK (kind IN ('mute', 'ban') OR (until IS NULL AND ended_at IS NULL)),
  ADD CHECK (ended_at IS NOT NULL OR ended_by IS NULL),
  ADD FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, subject_id) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, actor_id) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, ended_by) REFERENCES account (workspace_id, id);

ALTER TABLE moderation_act ENABLE ROW LEVEL SECURITY;
ALTER TABLE moderation_act FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON moderation_act
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));

GRANT SELECT, INSERT ON moderation_act TO conclave_app;
GRANT UPDATE (ended_at, ended_by) ON moderation_act TO conclave_app;

-- The same append, which also knows 'muted', with the end of the mute as its time, and 'slow_mode', with the time from
-- which the author may post again. Only in a channel with slow mode does a post write the membership of its author.
DROP FUNCTION append_messages(uuid, uuid[], uuid[], uuid[], uuid[], bytea[], int[], uuid[], timestamptz, text[], text[], boolean);

CREATE FUNCTION append_messages(
  _workspace uuid, _channel uuid[], _author uuid[], _client uuid[], _id uuid[], _body bytea[], _key_epoch int[],
  _reply_to uuid[], _at timestamptz, _channel_roles text[], _workspace_roles text[], _wait boolean)
RETURNS TABLE (i int, verdict text, id uuid, seq bigint, rev bigint, at timestamptz, epoch int)
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
      WHEN b.role IS NULL OR NOT b.role = ANY (_channel_roles) OR NOT a.role = ANY (_workspace_roles) THEN 'forbidden'
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
      c.slow_mode_seconds > 0 AND b.role <> ALL (_unhurried) AS paced
    FROM input n
    LEFT JOIN channel c ON c.id = n.channel
    LEFT JOIN account a ON a.workspace_id = _workspace AND a.id = n.author AND a.status = 'active'
    LEFT JOIN membership b ON b.channel_id = n.channel AND b.user_id = n.author AND b.left_rev IS NULL
    LEFT JOIN data_key k ON k.channel_id = n.channel AND k.author_id = n.author AND k.epoch = n.key_epoch
    LEFT JOIN message r ON r.channel_id = n.channel AND r.id = n.reply_to
      AND (c.history_policy = 'all' OR EXISTS (
        SELECT FROM membership p WHERE p.channel_id = n.channel AND p.user_id = n.author
          AND r.seq > p.joined_seq AND (p.left_seq IS NULL OR r.seq <= p.left_seq)))),
  turns AS MATERIALIZED (
    SELECT n.*, c.last_seq, c.last_rev, c.epoch, j.paced,
      row_number() OVER (PARTITION BY n.channel, n.author ORDER BY n.i) AS turn
    FROM input n
    JOIN judged j ON j.i = n.i AND j.verdict = 'sent'
    JOIN channel c ON c.id = n.channel
    WHERE n.first_i = n.i AND NOT EXISTS (SELECT FROM known k WHERE k.i = n.i)),
  fresh AS MATERIALIZED (
    SELECT t.*, row_number() OVER (PARTITION BY t.channel ORDER BY t.i) AS place
    FROM turns t
    WHERE t.turn = 1 OR NOT t.paced),
  pace AS (
    UPDATE membership b SET last_post_at = _at
    FROM fresh f WHERE f.paced AND b.channel_id = f.channel AND b.user_id = f.author AND b.left_rev IS NULL),
  bump AS (
    UPDATE channel c SET last_seq = c.last_seq + f.posts, last_rev = c.last_rev + f.posts
    FROM (SELECT channel, count(*) AS posts FROM fresh GROUP BY channel) f WHERE c.id = f.channel),
  put AS (
    INSERT INTO message (workspace_id, channel_id, seq, id, rev, posted_rev, author_id, client_id, reply_to, body_sealed,
      key_epoch, at)
    SELECT _workspace, f.channel, f.last_seq + f.place, f.id, f.last_rev + f.place, f.last_rev + f.place, f.author, f.client, f.reply_to,
      f.body, f.key_epoch, _at
    FROM fresh f)
  SELECT n.i,
    CASE WHEN k.i IS NOT NULL THEN 'duplicate'
         WHEN f.i IS NULL AND j.verdict = 'sent' THEN 'slow_mode'
         WHEN f.i IS NULL THEN j.verdict
         WHEN f.i = n.i THEN 'sent' ELSE 'duplicate' END,
    coalesce(k.id, f.id), coalesce(k.seq, f.last_seq + f.place), coalesce(k.rev, f.last_rev + f.place),
    coalesce(k.at, CASE WHEN f.i IS NOT NULL THEN _at WHEN j.verdict = 'sent' THEN j.next_at ELSE j.until END), f.epoch
  FROM input n
  JOIN judged j ON j.i = n.first_i
  LEFT JOIN known k ON k.i = n.i
  LEFT JOIN fresh f ON f.i = n.first_i
  ORDER BY n.i;
END $$;

REVOKE ALL ON FUNCTION append_messages FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_messages TO conclave_app;
