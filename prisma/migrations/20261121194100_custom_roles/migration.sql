-- Roles of a workspace's own making, as data: what they carry, how far they reach, and who holds them. The append knows
-- of them; `has_roles` says of an account whether there is anything to look for, so that everybody else pays nothing.

-- AlterTable
ALTER TABLE "account" ADD COLUMN "has_roles" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "custom_role" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "permissions" TEXT[] NOT NULL,
    "created_by" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "custom_role_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateTable
CREATE TABLE "custom_role_channel" (
    "workspace_id" UUID NOT NULL,
    "role_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,

    CONSTRAINT "custom_role_channel_pkey" PRIMARY KEY ("workspace_id","role_id","channel_id")
);

-- CreateTable
CREATE TABLE "role_grant" (
    "workspace_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role_id" UUID NOT NULL,
    "granted_by" UUID NOT NULL,
    "granted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "role_grant_pkey" PRIMARY KEY ("workspace_id","user_id","role_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "custom_role_workspace_id_name_key" ON "custom_role"("workspace_id", "name");

-- CreateIndex
CREATE INDEX "custom_role_channel_workspace_id_channel_id_idx" ON "custom_role_channel"("workspace_id", "channel_id");

-- CreateIndex
CREATE INDEX "role_grant_workspace_id_role_id_idx" ON "role_grant"("workspace_id", "role_id");

ALTER TABLE custom_role
  ADD CHECK (scope IN ('workspace', 'channels', 'reports')),
  ADD CHECK (cardinality(permissions) BETWEEN 1 AND 100),
  ADD FOREIGN KEY (workspace_id, created_by) REFERENCES account (workspace_id, id);
ALTER TABLE custom_role_channel
  ADD FOREIGN KEY (workspace_id, role_id) REFERENCES custom_role (workspace_id, id) ON DELETE CASCADE,
  ADD FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id);
ALTER TABLE role_grant
  ADD FOREIGN KEY (workspace_id, role_id) REFERENCES custom_role (workspace_id, id) ON DELETE CASCADE,
  ADD FOREIGN KEY (workspace_id, user_id) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, granted_by) REFERENCES account (workspace_id, id);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['custom_role', 'custom_role_channel', 'role_grant'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format($policy$CREATE POLICY own_workspace ON %I
      USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
      WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))$policy$, name);
  END LOOP;
END $$;

GRANT SELECT, INSERT, DELETE ON custom_role, custom_role_channel, role_grant TO conclave_app;
GRANT UPDATE (name, scope, permissions) ON custom_role TO conclave_app;
GRANT UPDATE (has_roles) ON account TO conclave_app;

-- What somebody holds that reaches the channel, or, for none, everything that reaches further than to named channels.
CREATE FUNCTION roles_reaching(_user uuid, _channel uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, public
AS $$
  SELECT jsonb_agg(jsonb_build_object('name', q.name, 'scope', q.scope, 'permissions', q.permissions) ORDER BY q.name)
  FROM role_grant g JOIN custom_role q ON q.workspace_id = g.workspace_id AND q.id = g.role_id
  WHERE g.user_id = _user AND (q.scope <> 'channels' OR EXISTS (
    SELECT FROM custom_role_channel h
    WHERE h.workspace_id = q.workspace_id AND h.role_id = q.id AND h.channel_id = _channel))
$$;
REVOKE ALL ON FUNCTION roles_reaching FROM PUBLIC;
GRANT EXECUTE ON FUNCTION roles_reaching TO conclave_app;

CREATE OR REPLACE FUNCTION append_messages(
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
  _slow boolean;
  -- Who keeps a channel is not kept waiting by its slow mode: as CHANNEL_POLICY says of channel.pace.
  _unhurried CONSTANT text[] := ARRAY['owner', 'moderator'];
BEGIN
  PERFORM set_config('app.workspace', _workspace::text, true);
  -- The locks, in id order, as a statement of their own: the next statement's snapshot is taken after the wait,
  -- so a removal that held the lock is seen, and one that waits for it comes later in the log. Without waiting,
  -- a channel that somebody else holds is left out: its rows are 'busy', and the others need not wait for it.
  IF _wait THEN
    SELECT array_agg(l.id), bool_or(l.slow_mode_seconds > 0) INTO _locked, _slow FROM (
      SELECT c.id, c.slow_mode_seconds FROM channel c WHERE c.id = ANY (_channel) ORDER BY c.id FOR NO KEY UPDATE) l;
  ELSE
    SELECT array_agg(l.id), bool_or(l.slow_mode_seconds > 0) INTO _locked, _slow FROM (
      SELECT c.id, c.slow_mode_seconds FROM channel c WHERE c.id = ANY (_channel) ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED) l;
  END IF;
  -- The memberships that slow mode writes, in the order in which mark_read locks them without a lock on the channel: two
  -- batches with the same people in them wait for each other and never both.
  IF _slow THEN
    PERFORM FROM membership b
    WHERE b.left_rev IS NULL AND (b.channel_id, b.user_id) IN (
      SELECT u.channel, u.author FROM unnest(_channel, _author) AS u(channel, author)
      JOIN channel c ON c.id = u.channel AND c.slow_mode_seconds > 0 WHERE c.id = ANY (_locked))
    ORDER BY b.channel_id, b.user_id FOR NO KEY UPDATE OF b;
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
      -- Nobody posts from outside: what differs is only whether the channel is there for them.
      WHEN b.role IS NULL AND (NOT (c.kind = 'public' AND (a.role <> 'guest' OR w.looks) OR c.kind <> 'direct' AND w.opens)
        OR EXISTS (
          SELECT FROM moderation_act d
          WHERE d.channel_id = n.channel AND d.subject_id = n.author AND d.kind = 'ban' AND d.ended_at IS NULL
            AND (d.until IS NULL OR d.until > _at))) THEN 'not_found'
      WHEN b.role IS NULL OR v.denied
        OR NOT (b.role = ANY (_channel_roles) OR v.allowed OR c.kind <> 'direct' AND w.sends)
        OR NOT (a.role = ANY (_workspace_roles) OR w.writes) THEN 'forbidden'
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
    -- Roles of the workspace's own making, which are not looked for of who has none.
    CROSS JOIN LATERAL (
      SELECT coalesce(bool_or('message.send' = ANY (q.permissions)), false) AS sends,
        coalesce(bool_or(q.scope = 'workspace' AND 'message.write' = ANY (q.permissions)), false) AS writes,
        coalesce(bool_or(q.scope = 'workspace' AND 'channel.read' = ANY (q.permissions)), false) AS looks,
        coalesce(bool_or(q.scope = 'channels' AND q.permissions && ARRAY['channel.read', 'message.read']), false) AS opens
      FROM role_grant g
      JOIN custom_role q ON q.workspace_id = g.workspace_id AND q.id = g.role_id
      LEFT JOIN custom_role_channel h
        ON h.workspace_id = q.workspace_id AND h.role_id = q.id AND h.channel_id = n.channel
      WHERE a.has_roles AND g.workspace_id = _workspace AND g.user_id = n.author
        AND (q.scope = 'workspace' OR q.scope = 'channels' AND h.role_id IS NOT NULL)) w
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
