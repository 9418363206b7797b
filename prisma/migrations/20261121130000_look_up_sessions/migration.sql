-- How sessions stand, many in one round trip: every event asks now and then whether its session is still live, and
-- must not need a transaction of four statements for it. Row level security holds inside: it runs as its caller.
CREATE FUNCTION look_up_sessions(_workspace uuid, _ids uuid[])
RETURNS TABLE (id uuid, user_id uuid, role text, status text, expires_at timestamptz, ended_at timestamptz)
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
  SELECT s.id, s.user_id, a.role, a.status, s.expires_at, s.ended_at
  FROM session s JOIN account a ON a.workspace_id = s.workspace_id AND a.id = s.user_id
  WHERE s.workspace_id = _workspace AND s.id = ANY (_ids);
END $$;

REVOKE ALL ON FUNCTION look_up_sessions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION look_up_sessions TO conclave_app;
