-- What a channel is becomes changeable, and each change is one of its log: topic, read-only, and the revisions of the
-- last change of settings and of the last one that took reading from anybody. Channels that are their people, too; and
-- what a role or a person may do in one channel otherwise than everywhere.

-- AlterTable
ALTER TABLE "channel" ADD COLUMN "topic_sealed" BYTEA,
ADD COLUMN "topic_key" INTEGER,
ADD COLUMN "read_only" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN "settings_rev" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "access_rev" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "people_digest" BYTEA,
ADD COLUMN "has_overrides" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "channel_override" (
    "workspace_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "permission" TEXT NOT NULL,
    "role" TEXT,
    "user_id" UUID,
    "effect" TEXT NOT NULL,

    CONSTRAINT "channel_override_pkey" PRIMARY KEY ("channel_id","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "channel_workspace_id_people_digest_key" ON "channel"("workspace_id", "people_digest");

ALTER TABLE channel
  ADD CHECK ((topic_sealed IS NULL) = (topic_key IS NULL)),
  ADD CHECK (settings_rev >= 0 AND settings_rev <= last_rev),
  ADD CHECK (access_rev >= 0 AND access_rev <= settings_rev);
GRANT UPDATE (topic_sealed, topic_key, read_only, settings_rev, access_rev, has_overrides) ON channel TO conclave_app;

ALTER TABLE channel_override
  ADD CHECK ((role IS NULL) <> (user_id IS NULL)),
  ADD CHECK (role IN ('moderator', 'member', 'guest')),
  ADD CHECK (effect IN ('allow', 'deny')),
  ADD FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, user_id) REFERENCES account (workspace_id, id);
-- One word for each permission and whom it is about; found by them when a post is decided.
CREATE UNIQUE INDEX channel_override_once ON channel_override (channel_id, permission, role, user_id) NULLS NOT DISTINCT;

ALTER TABLE channel_override ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel_override FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON channel_override
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, DELETE ON channel_override TO conclave_app;

-- The same append, which knows of read-only channels and of overrides.
DROP FUNCTION append_messages(uuid, uuid[], uuid[], uuid[], uuid[], bytea[], int[], uuid[], timestamptz, text[], text[],
  boolean);

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
      WHEN n.reply_to IS NOT NULL AND r.id IS NULL THEN 'not_found'
      WHEN k.epoch IS NULL OR k.epoch <> c.key_epoch THEN 'stale_key'
      ELSE 'sent' END AS verdict
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
          AND r.seq > p.joined_seq AND (p.left_seq IS NULL OR r.seq <= p.left_seq)))),
  fresh AS MATERIALIZED (
    SELECT n.*, row_number() OVER (PARTITION BY n.channel ORDER BY n.i) AS place, c.last_seq, c.last_rev, c.epoch
    FROM input n
    JOIN judged j ON j.i = n.i AND j.verdict = 'sent'
    JOIN channel c ON c.id = n.channel
    WHERE n.first_i = n.i AND NOT EXISTS (SELECT FROM known k WHERE k.i = n.i)),
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
         WHEN f.i IS NULL THEN j.verdict
         WHEN f.i = n.i THEN 'sent' ELSE 'duplicate' END,
    coalesce(k.id, f.id), coalesce(k.seq, f.last_seq + f.place), coalesce(k.rev, f.last_rev + f.place),
    coalesce(k.at, CASE WHEN f.i IS NOT NULL THEN _at END), f.epoch
  FROM input n
  JOIN judged j ON j.i = n.first_i
  LEFT JOIN known k ON k.i = n.i
  LEFT JOIN fresh f ON f.i = n.first_i
  ORDER BY n.i;
END $$;

REVOKE ALL ON FUNCTION append_messages FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_messages TO conclave_app;
