-- Single access tokens are revoked by their jti while their session stands: a row for each, until no token of that name
-- could be good any more, and an event for every node.

-- CreateTable
CREATE TABLE "revoked_token" (
    "workspace_id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "jti" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "revoked_token_pkey" PRIMARY KEY ("workspace_id","session_id","jti")
);

-- CreateIndex
CREATE INDEX "revoked_token_expires_at_idx" ON "revoked_token"("expires_at");

-- Where a session is gone, so are its tokens.
ALTER TABLE revoked_token
  ADD FOREIGN KEY (workspace_id, session_id) REFERENCES session (workspace_id, id) ON DELETE CASCADE;
ALTER TABLE revoked_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE revoked_token FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON revoked_token
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
-- Nothing that is revoked is taken back: the server neither changes nor removes a row.
GRANT SELECT, INSERT ON revoked_token TO conclave_app;

-- The rows that have expired go, of all workspaces, by a function that takes no others.
CREATE POLICY expiry ON revoked_token FOR DELETE TO conclave_lookup USING (expires_at < clock_timestamp());
CREATE POLICY lookup ON revoked_token FOR SELECT TO conclave_lookup USING (true);
GRANT SELECT, DELETE ON revoked_token TO conclave_lookup;

-- Removes at most `_limit` rows that have expired; gives how many. One node at a time: the others have it done.
CREATE FUNCTION expire_revoked_tokens(_limit int) RETURNS int
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(4711027) AS mine), old AS (
    SELECT t.workspace_id, t.session_id, t.jti FROM public.revoked_token t
    WHERE (SELECT mine FROM turn) AND t.expires_at < clock_timestamp() ORDER BY t.expires_at LIMIT _limit
  ), gone AS (
    DELETE FROM public.revoked_token t USING old
    WHERE t.workspace_id = old.workspace_id AND t.session_id = old.session_id AND t.jti = old.jti
    RETURNING 1
  )
  SELECT count(*)::int FROM gone
$$;

-- Every node hears of it: which token, of which session.
ALTER TABLE control_event ADD COLUMN "jti" UUID;
ALTER TABLE control_event
  DROP CONSTRAINT control_event_kind_check,
  DROP CONSTRAINT control_event_check,
  ADD CONSTRAINT control_event_kind_check
    CHECK (kind IN ('session-ended', 'token-revoked', 'account-changed', 'keys-destroyed')),
  ADD CONSTRAINT control_event_check
    CHECK ((session_id IS NOT NULL) = (kind IN ('session-ended', 'token-revoked'))),
  ADD CONSTRAINT control_event_check2 CHECK ((jti IS NOT NULL) = (kind = 'token-revoked'));
GRANT INSERT (jti) ON control_event TO conclave_app;

-- As before, with the token.
DROP FUNCTION control_events_since(bigint);
CREATE FUNCTION control_events_since(_since bigint)
  RETURNS TABLE (pos bigint, now bigint, id uuid, kind text, session_id uuid, user_id uuid, jti uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
    (extract(epoch FROM clock_timestamp()) * 1000)::bigint, e.id, e.kind, e.session_id, e.user_id, e.jti
  FROM (SELECT) always LEFT JOIN public.control_event e ON e.xact >= _since
  ORDER BY e.at
$$;

GRANT CREATE ON SCHEMA public TO conclave_lookup;
ALTER FUNCTION control_events_since(bigint) OWNER TO conclave_lookup;
ALTER FUNCTION expire_revoked_tokens(int) OWNER TO conclave_lookup;
REVOKE CREATE ON SCHEMA public FROM conclave_lookup;
REVOKE ALL ON FUNCTION control_events_since(bigint), expire_revoked_tokens(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION control_events_since(bigint), expire_revoked_tokens(int) TO conclave_app;

-- As before, with the tokens of each session that were revoked: of most there are none, and no query more is asked.
DROP FUNCTION look_up_sessions(uuid, uuid[]);
CREATE FUNCTION look_up_sessions(_workspace uuid, _ids uuid[])
RETURNS TABLE (id uuid, user_id uuid, role text, status text, expires_at timestamptz, ended_at timestamptz,
  revoked_tokens uuid[])
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
  SELECT s.id, s.user_id, a.role, a.status, s.expires_at, s.ended_at,
    ARRAY(SELECT t.jti FROM revoked_token t WHERE t.workspace_id = s.workspace_id AND t.session_id = s.id)
  FROM session s JOIN account a ON a.workspace_id = s.workspace_id AND a.id = s.user_id
  WHERE s.workspace_id = _workspace AND s.id = ANY (_ids);
END $$;

REVOKE ALL ON FUNCTION look_up_sessions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION look_up_sessions TO conclave_app;
